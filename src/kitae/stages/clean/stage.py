"""Clean: each text repaired, then each row looked at by itself, then rows compared within their side.

Repetitions across sides are the business of `build`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from kitae.core.config import Record
from kitae.engines.language import detect_language
from kitae.records.counts import Counts
from kitae.records.example import Example, dropped_table, to_examples, to_table
from kitae.records.issues import Change, Changes
from kitae.records.store import Product
from kitae.stages.clean.checks import drop_reason
from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.repairing import repaired_example
from kitae.stages.clean.repetitions import (
    Dropped,
    exact_duplicates,
    near_duplicates,
    other_wordings,
    without,
)
from kitae.stages.contract import Context, Inputs, Stage

VERSION = 1

Drops = list[tuple[Example, str, str]]


class CleanFindings(Record):
    """What `clean` did, in numbers. The changes themselves are in `changes`, the rows in `dropped`."""

    repairs: dict[str, int]
    """Rule -> rows that it changed."""
    dropped: dict[str, int]
    """Reason -> rows."""
    languages: dict[str, int]
    """Language -> rows that stay; empty where it cannot be told."""


def run(inputs: Inputs, config: CleanConfig, context: Context) -> Product:
    """Repair every row, then drop what cannot be used or says nothing new."""
    originals = to_examples(inputs["review"].table("examples"))
    examples, changes = _repair(originals, config, context)
    examples, drops = _drop_single(examples, config)
    for find in _comparisons(config, context.seed):
        context.check_interrupt()
        dropped = find(examples)
        drops += [(examples[row], *reason) for row, reason in sorted(dropped.items())]
        examples = without(examples, dropped)
    return Product(
        counts=Counts(
            rows_in=len(originals),
            out=len(examples),
            dropped=len(drops),
            repaired=len({change.id for change in changes}),
        ),
        tables={"examples": to_table(examples), "dropped": dropped_table(drops)},
        records={
            "changes": Changes(items=tuple(changes)),
            "findings": _findings(examples, drops, changes),
        },
    )


def _repair(
    originals: list[Example], config: CleanConfig, context: Context
) -> tuple[list[Example], list[Change]]:
    examples: list[Example] = []
    changes: list[Change] = []
    for number, original in enumerate(originals):
        if number % 1000 == 0:
            context.progress(number, len(originals))
        example, made = repaired_example(original, config)
        language = detect_language(f"{example.question}\n{example.output}")
        examples.append(example.model_copy(update={"language": language}))
        changes.extend(made)
    return examples, changes


def _drop_single(examples: list[Example], config: CleanConfig) -> tuple[list[Example], Drops]:
    reasons = {row: drop_reason(example, config) for row, example in enumerate(examples)}
    drops = [(examples[row], *reason) for row, reason in reasons.items() if reason]
    return without(examples, (row for row, reason in reasons.items() if reason)), drops


def _comparisons(config: CleanConfig, seed: int) -> list[Callable[[list[Example]], Dropped]]:
    found: list[Callable[[list[Example]], Dropped]] = []
    if config.exact_duplicates:
        found.append(lambda examples: exact_duplicates(examples, config))
    if config.near_duplicates:
        found.append(lambda examples: near_duplicates(examples, config))
    if config.wordings == "one_per_text":
        found.append(lambda examples: other_wordings(examples, seed))
    return found


def _findings(examples: list[Example], drops: Drops, changes: list[Change]) -> CleanFindings:
    repairs = Counter(rule for rule, _ in {(change.rule, change.id) for change in changes})
    return CleanFindings(
        repairs=dict(sorted(repairs.items())),
        dropped=dict(sorted(Counter(reason for _, reason, _ in drops).items())),
        languages=dict(sorted(Counter(example.language for example in examples).items())),
    )


STAGE = Stage(
    name="clean",
    version=VERSION,
    config=CleanConfig,
    needs=("review",),
    run=run,
)
