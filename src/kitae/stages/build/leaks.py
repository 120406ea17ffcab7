"""Rows of one side that are too near to a row held out on another.

A row leaves when a held-out row has the same question (whatever its answer), or a near question with a
near answer. A near question with another answer stays: 今日 and 明日 differ by one character and mean
two labels.
"""

from __future__ import annotations

from collections.abc import Sequence

from kitae.engines.language import normalised, short_form
from kitae.engines.similarity import duplicate_pairs, question_answer
from kitae.records.example import Example, Side

STRENGTH: dict[Side, int] = {"test": 0, "validation": 1, "train": 2}
"""The test keeps its rows before the validation side, and that before train."""


def near_heldout(examples: Sequence[Example], near_similarity: float) -> dict[int, int]:
    """Row that leaves -> the held-out row that it is too near to.

    Args:
        examples: Rows with a side, all sides together.
        near_similarity: See the recipe.
    """
    rows = [question_answer(example) for example in examples]
    ranks = [_rank(example) for example in examples]
    found: dict[int, int] = {}
    for keys in (
        [normalised(row.question) for row in rows],
        [f"{short_form(row.question)}\n{short_form(row.answer)}" for row in rows],
    ):
        _add(found, _equal(keys, ranks), ranks)
    pairs = duplicate_pairs(rows, near_similarity)
    lefts: list[int] = pairs.left.tolist()
    rights: list[int] = pairs.right.tolist()
    _add(found, [*zip(lefts, rights, strict=True), *zip(rights, lefts, strict=True)], ranks)
    return dict(sorted(found.items()))


def _rank(example: Example) -> int:
    return STRENGTH[example.side or "train"]


def _equal(keys: Sequence[str], ranks: Sequence[int]) -> list[tuple[int, int]]:
    """Each row with the strongest row of the same key."""
    strongest: dict[str, int] = {}
    for row in sorted(range(len(keys)), key=lambda row: (ranks[row], row)):
        strongest.setdefault(keys[row], row)
    return [(row, strongest[key]) for row, key in enumerate(keys) if key]


def _add(found: dict[int, int], pairs: Sequence[tuple[int, int]], ranks: Sequence[int]) -> None:
    for row, other in pairs:
        if ranks[other] < ranks[row]:
            found.setdefault(row, other)
