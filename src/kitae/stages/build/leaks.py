"""Rows of one side that are too near to a row held out on another.

A row leaves when a held-out row has the same question (whatever its answer), or a near question with a
near answer. A near question with another answer stays: 今日 and 明日 differ by one character and mean
two labels.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.engines.dataflow import Dataflow
from kitae.engines.similarity import ComparedRows, Repeats, find_repeats, question_answers
from kitae.engines.similarity.compared import mixed
from kitae.engines.texts.memo import MEMO
from kitae.records.columns import codes

STRENGTH: dict[str, int] = {"test": 0, "validation": 1, "train": 2}
"""The test keeps its rows before the validation side, and that before train."""


def near_heldout(
    table: pa.Table, near_similarity: float, flow: Dataflow | None = None
) -> dict[int, int]:
    """Row that leaves -> the held-out row that it is too near to.

    Args:
        table: Rows with a side, all sides together.
        near_similarity: See the recipe.
        flow: Where the work is done; here and now if not given.
    """
    rows = question_answers(table)
    order = _strength(table)
    number = max(table.num_rows, 1)
    signs = MEMO.sign(rows.question, flow)
    same_question = np.where(signs.num_tokens > 0, signs.normal, mixed(rows.question.hashes, 1))
    is_held_out = order // number < STRENGTH["train"]
    texts = ComparedRows.of(rows, flow)
    repeats = find_repeats(texts, near_similarity, is_focus=is_held_out, flow=flow)
    found: dict[int, int] = {}
    for rivals in (
        _strongest_of(same_question, order),
        _strongest_of(repeats.first.astype(np.uint64), order),
        _strongest_near(repeats, order),
    ):
        leaves = np.flatnonzero(rivals // number < order // number)
        for row in leaves.tolist():
            found.setdefault(row, int(rivals[row] % number))
    return dict(sorted(found.items()))


def _strength(table: pa.Table) -> NDArray[np.int64]:
    """Per row: strength of its side times the number of rows, plus the row; the least is strongest."""
    places, sides = codes(table, "side")
    strength = np.array([STRENGTH[side] for side in sides] or [0], np.int64)
    return strength[places] * table.num_rows + np.arange(table.num_rows)


def _strongest_of(keys: NDArray[np.uint64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row, the strength of the strongest row with the same key."""
    _, codes = np.unique(keys, return_inverse=True)
    best = np.full(int(codes.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(best, codes, order)
    return best[codes]


def _strongest_near(repeats: Repeats, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row, the strength of the strongest row near to it; its own where there is none."""
    of_form = np.full(len(order), np.iinfo(np.int64).max)
    np.minimum.at(of_form, repeats.first, order)
    near = np.full(len(order), np.iinfo(np.int64).max)
    np.minimum.at(near, repeats.left, of_form[repeats.right])
    np.minimum.at(near, repeats.right, of_form[repeats.left])
    return np.minimum(near[repeats.first], order)
