"""Pairs of rows whose questions differ in what their answers differ in.

`How do I return shoes?` and `How do I return hats?` may have long answers in the same words but for `shoes`
and `hats`: two cases, not one said twice.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.signatures import distinct_sorted, shingle_values
from kitae.engines.texts.tokens import tokenise

_Sets = tuple[NDArray[np.uint64], NDArray[np.int64]]
Places = NDArray[np.int64]


def are_contrasts(
    questions: TextColumn, answers: TextColumn, left: Places, right: Places
) -> NDArray[np.bool_]:
    """Whether each question of a pair has a word of its own that its answer alone of the two has too.

    A word is a token or two neighbouring tokens, which is what a word of Japanese or Chinese mostly is.

    Args:
        questions: Of the rows that stand in a pair.
        answers: Of the same rows.
        left: The one row of each pair.
        right: The other one.
    """
    echoed = [np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)]
    for sets in (_words, shingle_values):
        asked, told = sets(questions), sets(answers)
        echoed[0] |= _have_echo(asked, told, left, right)
        echoed[1] |= _have_echo(asked, told, right, left)
    return echoed[0] | echoed[1]


def _words(column: TextColumn) -> _Sets:
    tokens = tokenise(column)
    return distinct_sorted(tokens.values, tokens.offsets)


@nb.njit(cache=True, nogil=True)
def _have_echo(asked: Any, told: Any, mine: Any, theirs: Any) -> Any:  # noqa: ANN401
    """Whether a value of my question is in my answer and in neither of their texts, per pair."""
    values, offsets = asked
    found = np.zeros(mine.shape[0], np.bool_)
    for pair in range(mine.shape[0]):
        for place in range(offsets[mine[pair]], offsets[mine[pair] + 1]):
            value = values[place]
            if (
                _has(told, mine[pair], value)
                and not _has(asked, theirs[pair], value)
                and not _has(told, theirs[pair], value)
            ):
                found[pair] = True
                break
    return found


@nb.njit
def _has(sets: Any, row: Any, value: Any) -> Any:  # noqa: ANN401
    values, offsets = sets
    low, high = offsets[row], offsets[row + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < end and values[low] == value
