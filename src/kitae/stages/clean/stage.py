"""Clean: each text repaired, then each row looked at by itself, then rows compared within their side.

Repetitions across sides are the business of `build`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
from pydantic import Field

from kitae.core.config import Record
from kitae.records.columns import examples_of, is_among
from kitae.records.counts import Counts
from kitae.records.issues import Changes
from kitae.records.restored import JOURNAL, restored_ids
from kitae.records.store import Product
from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.semantic import semantic_facts
from kitae.stages.contract import Context, Inputs, Stage

if TYPE_CHECKING:
    from kitae.stages.clean.rows import Cleaned

VERSION = 4

BATCH_ROWS = 20_000

Dropped = dict[int, tuple[str, str]]
"""Row -> (reason, id of the row that is kept instead)."""


class CleanFindings(Record):
    """What `clean` did, in numbers. The changes themselves are in `changes`, the rows in `dropped`."""

    repairs: dict[str, int]
    """Rule -> rows that it changed."""
    private: dict[str, int] = Field(default_factory=dict)
    """Kind of private data -> values that were masked."""
    dropped: dict[str, int]
    """Reason -> rows."""
    flagged: dict[str, int] = Field(default_factory=dict)
    """Check -> rows that stay and are told of; which ones is in the table `flags`."""
    languages: dict[str, int]
    """Language -> rows that stay; empty where it cannot be told."""


def run(inputs: Inputs, config: CleanConfig, context: Context) -> Product:
    """Repair every row, then drop what cannot be used or says nothing new."""
    from kitae.stages.clean.rows import leaving, without

    config = _with_restored(config, context)
    originals = examples_of(inputs["review"].table("examples"))
    cleaned = _rows_by_themselves(originals, config, context)
    examples, drops = cleaned.examples, [cleaned.dropped]
    cleaned = replace(cleaned, examples=examples.slice(0, 0))  # so that no table outlives the next
    for find in _comparisons(config, context):
        context.check_interrupt()
        dropped = _without_kept(find(examples), examples, config)
        drops.append(leaving(examples, dropped))
        examples = without(examples, dropped)
    return _product(originals.num_rows, cleaned, examples, pa.concat_tables(drops))


def _rows_by_themselves(originals: pa.Table, config: CleanConfig, context: Context) -> Cleaned:
    """What needs no other row is done in batches, wherever the flow does it."""
    from kitae.stages.clean.rows import Cleaned, cleaned_rows

    starts = range(0, max(1, originals.num_rows), BATCH_ROWS)
    batches = (originals.slice(start, BATCH_ROWS) for start in starts)
    results = context.flow.map(partial(cleaned_rows, config=config), batches)
    parts: list[Cleaned] = []
    context.progress(0, originals.num_rows)
    for start, part in zip(starts, results, strict=True):
        parts.append(part)
        context.progress(min(start + BATCH_ROWS, originals.num_rows), originals.num_rows)
    return Cleaned.joined(parts)


def _with_restored(config: CleanConfig, context: Context) -> CleanConfig:
    """The choices, with the rows that a person has restored among those that are kept."""
    journal = context.journals.get(JOURNAL)
    restored = restored_ids(journal.entries()) if journal else ()
    return config.model_copy(update={"keep": (*config.keep, *restored)}) if restored else config


def _without_kept(dropped: Dropped, examples: pa.Table, config: CleanConfig) -> Dropped:
    """What leaves, without the rows that somebody wants to keep; for the others nothing changes."""
    if not config.keep:
        return dropped
    is_kept = is_among(examples, "id", config.keep)
    return {row: why for row, why in dropped.items() if not is_kept[row]}


def _product(rows_in: int, cleaned: Cleaned, examples: pa.Table, dropped: pa.Table) -> Product:
    from kitae.records.columns import counted, is_among, rows_where, strings

    flags = rows_where(cleaned.flags, is_among(cleaned.flags, "id", strings(examples, "id")))
    changes = cleaned.changes
    repairs = Counter(rule for rule, _ in {(one.rule, one.id) for one in changes})
    findings = CleanFindings(
        repairs=dict(sorted(repairs.items())),
        private=dict(sorted(cleaned.masked.items())),
        dropped=dict(counted(dropped, "reason")),
        flagged=dict(counted(flags, "check")),
        languages=dict(counted(examples, "language")),
    )
    return Product(
        counts=Counts(
            rows_in=rows_in,
            out=examples.num_rows,
            dropped=dropped.num_rows,
            repaired=len({one.id for one in changes}),
        ),
        tables={"examples": examples, "dropped": dropped, "flags": flags},
        records={"changes": Changes(items=tuple(changes)), "findings": findings},
    )


def _comparisons(config: CleanConfig, context: Context) -> list[Callable[[pa.Table], Dropped]]:
    from kitae.stages.clean.repetitions import exact_duplicates, near_duplicates, other_wordings

    found: list[Callable[[pa.Table], Dropped]] = []
    if config.exact_duplicates:
        found.append(exact_duplicates)
    if config.near_duplicates:
        found.append(lambda examples: near_duplicates(examples, config, context.flow))
    if config.semantic_duplicates is not None:
        from kitae.stages.clean.semantic import semantic_duplicates

        semantic = config.semantic_duplicates
        found.append(lambda examples: semantic_duplicates(examples, semantic, context))
    if config.wordings == "one_per_text":
        found.append(lambda examples: other_wordings(examples, context.seed, context.flow))
    return found


STAGE = Stage(
    name="clean",
    version=VERSION,
    config=CleanConfig,
    needs=("review",),
    run=run,
    facts=semantic_facts,
    journals=(JOURNAL,),
)
