"""Repairs the texts of a batch, and takes private data out of them; each change is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from kitae.engines.private import find_private, shown
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.repairs import (
    Mended,
    MendedColumn,
    Step,
    marker_step,
    mended_column,
    repair_step,
)
from kitae.engines.texts.suspects import may_have_private
from kitae.records.columns import one_array, rows_at, strings, with_column
from kitae.records.example import EXAMPLES_SCHEMA
from kitae.records.issues import Change
from kitae.stages.clean.batch import FIELDS, ROUND_FIELDS, Batch, Texts
from kitae.stages.clean.config import CleanConfig

EXCERPT = 120
CONTEXT = 20
_LAST_ROUND = 1 << 30


class FieldChange(NamedTuple):
    """One change of one text of a row; `order` puts the changes of a row in the order of its fields."""

    row: int
    order: int
    field: str
    rule: str
    before: str
    after: str


def repaired_batch(batch: Batch, config: CleanConfig) -> tuple[Batch, list[FieldChange]]:
    """The rows with their texts repaired, and what changed. Ids stay: they name rows, not their texts."""
    steps: list[Step] = [repair_step(all_rules=config.repair)]
    if config.special_tokens_inside == "remove":
        steps.append(marker_step())
    return changed_batch(batch, lambda texts: mended_column(texts.column, texts.measures, steps))


def changed_batch(
    batch: Batch, change: Callable[[Texts], MendedColumn]
) -> tuple[Batch, list[FieldChange]]:
    """The batch with all its texts changed by a function, and what changed."""
    changes: list[FieldChange] = []

    def changed(name: str, texts: Texts, order: int) -> Texts:
        if not len(texts.column):
            return texts
        made = change(texts)
        changes.extend(_field_changes(made.changes, name, texts, order))
        return texts.with_column(made.column, made.measures)

    history = {
        name: changed(name, batch.history[name], order) for order, name in enumerate(ROUND_FIELDS)
    }
    fields = {name: changed(name, batch.fields[name], order) for order, name in enumerate(FIELDS)}
    changes.sort(key=lambda one: (one.row, one.order))
    return replace(batch, fields=fields, history=history), changes


def _field_changes(
    made: Sequence[Mended], name: str, texts: Texts, order: int
) -> Iterator[FieldChange]:
    places = [one.row for one in made]
    rows, rounds = texts.rows[places].tolist(), texts.rounds[places].tolist()
    for (_, rule, before, after), row, number in zip(made, rows, rounds, strict=True):
        is_last = number < 0
        field = name if is_last else f"history[{number}].{name}"
        place = _LAST_ROUND + order if is_last else number * len(ROUND_FIELDS) + order
        yield FieldChange(row, place, field, rule, before, after)


def with_rules(table: pa.Table, changes: Iterable[FieldChange]) -> pa.Table:
    """The rows with the names of the rules that changed them."""
    rules: dict[int, dict[str, None]] = {}
    for change in changes:
        rules.setdefault(change.row, {})[change.rule] = None
    if not rules:
        return table
    rows = sorted(rules)
    before: Any = rows_at(table.select(["repairs"]), rows)["repairs"].to_pylist()
    after = [list(dict.fromkeys([*b, *rules[row]])) for b, row in zip(before, rows, strict=True)]
    places = np.arange(table.num_rows)
    places[rows] = table.num_rows + np.arange(len(rows))
    both = _ARROW.concat_tables(
        [table.select(["repairs"]), _ARROW.table({"repairs": after}, _REPAIRS)]
    )
    return with_column(table, "repairs", one_array(rows_at(both, places)["repairs"]))


_ARROW: Any = pa
_REPAIRS: Any = EXAMPLES_SCHEMA.empty_table().select(["repairs"]).schema


def evidence(changes: Sequence[FieldChange], table: pa.Table) -> list[Change]:
    """Each change as it is stored: an excerpt around it, without private data."""
    ids = strings(rows_at(table.select(["id"]), [one.row for one in changes]), "id")
    starts = [max(0, _same_start(one.before, one.after) - CONTEXT) for one in changes]
    before = _excerpts([one.before for one in changes], starts)
    after = _excerpts([one.after for one in changes], starts)
    return [
        Change(id=row_id, rule=one.rule, field=one.field, before=old, after=new)
        for row_id, one, old, new in zip(ids, changes, before, after, strict=True)
    ]


def _excerpts(texts: Sequence[str], starts: Sequence[int]) -> list[str]:
    """Pieces of the texts around their changes; `…` where something was left out."""
    pieces = [text[start : start + EXCERPT] for text, start in zip(texts, starts, strict=True)]
    may_have = may_have_private(TextColumn.from_texts(pieces)).tolist()
    return [
        f"{'…' if start else ''}{_without_private(piece) if is_suspect else piece}"
        f"{'…' if start + EXCERPT < len(text) else ''}"
        for text, piece, start, is_suspect in zip(texts, pieces, starts, may_have, strict=True)
    ]


def _without_private(text: str) -> str:
    """The text with no more of its private data than may be shown."""
    for found in reversed(find_private(text)):
        if not found.is_example:
            text = f"{text[: found.start]}{shown(found)}{text[found.end :]}"
    return text


def _same_start(one: str, other: str) -> int:
    """Characters that two texts have in common at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
