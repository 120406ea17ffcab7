"""Rows that say again what another row of their side says already.

Of two rows the one is kept that is an original rather than made, then the one that comes first. A row is
dropped only for a row that is kept, never over a chain of others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kitae.core.hashing import unit_interval
from kitae.engines.similarity import (
    duplicate_pairs,
    question_answer,
    text_links,
    text_row,
)
from kitae.records.example import Example
from kitae.stages.clean.config import CleanConfig

Dropped = dict[int, tuple[str, str]]
"""Row -> (reason, id of the row that is kept instead)."""


def exact_duplicates(examples: Sequence[Example], config: CleanConfig) -> Dropped:
    """Rows whose side, question and answer another row has word for word."""
    kept: dict[tuple[object, ...], int] = {}
    dropped: Dropped = {}
    for row in _by_precedence(examples, config):
        example = examples[row]
        rounds = tuple((one.instruction, one.answer) for one in example.history)
        key = (example.side, example.system, rounds, example.question, example.output)
        first = kept.setdefault(key, row)
        if first != row and example.id not in config.keep:
            dropped[row] = "exact_duplicate", examples[first].id
    return dropped


def near_duplicates(examples: Sequence[Example], config: CleanConfig) -> Dropped:
    """Rows with a near question and a near answer to those of another row of their side.

    Goes on until no pair is left, so that a second pass over what is kept finds nothing.
    """
    dropped: Dropped = {}
    while True:
        rest = [row for row in range(len(examples)) if row not in dropped]
        found = _one_pass([examples[row] for row in rest], config)
        if not found:
            return dropped
        dropped.update({rest[row]: reason for row, reason in found.items()})


def other_wordings(examples: Sequence[Example], seed: int) -> Dropped:
    """All rows but one of each text that is asked about in several wordings.

    Which one is kept follows from a keyed hash, so that every wording is kept about equally often.
    """
    members: dict[tuple[str, int], list[int]] = defaultdict(list)
    groups = text_links([text_row(example) for example in examples]).groups(("text",))
    for row, group in enumerate(groups):
        members[examples[row].side, group].append(row)
    dropped: Dropped = {}
    for rows in members.values():
        kept = min(rows, key=lambda row: _draw(examples[row], seed))
        dropped.update({row: ("other_wording", examples[kept].id) for row in rows if row != kept})
    return dropped


def _draw(example: Example, seed: int) -> tuple[bool, float, str]:
    return example.origin == "made", unit_interval(example.id, str(seed)), example.id


def _one_pass(examples: Sequence[Example], config: CleanConfig) -> Dropped:
    twins = _twins(examples, config)
    order = _by_precedence(examples, config)
    place = {row: i for i, row in enumerate(order)}
    dropped: Dropped = {}
    for row in order:
        kept = [twin for twin in twins[row] if place[twin] < place[row] and twin not in dropped]
        if kept and examples[row].id not in config.keep:
            first = min(kept, key=lambda twin: place[twin])
            dropped[row] = "near_duplicate", examples[first].id
    return dropped


def _twins(examples: Sequence[Example], config: CleanConfig) -> dict[int, set[int]]:
    """Row -> rows of its side that say nearly the same."""
    twins: dict[int, set[int]] = defaultdict(set)
    for side in sorted({example.side for example in examples}):
        rows = [row for row, example in enumerate(examples) if example.side == side]
        pairs = duplicate_pairs(
            [question_answer(examples[r]) for r in rows], config.near_similarity
        )
        lefts: list[int] = pairs.left.tolist()
        rights: list[int] = pairs.right.tolist()
        for left, right in zip(lefts, rights, strict=True):
            twins[rows[left]].add(rows[right])
            twins[rows[right]].add(rows[left])
    return twins


def _by_precedence(examples: Sequence[Example], config: CleanConfig) -> list[int]:
    """Rows in the order in which they are kept: wanted ones, originals, then as they come."""

    def rank(row: int) -> tuple[bool, bool, int]:
        return examples[row].id not in config.keep, examples[row].origin == "made", row

    return sorted(range(len(examples)), key=rank)


def without(examples: Sequence[Example], dropped: Iterable[int]) -> list[Example]:
    """The rows that stay."""
    gone = set(dropped)
    return [example for row, example in enumerate(examples) if row not in gone]
