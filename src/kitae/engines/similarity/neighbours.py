"""Which texts may be near each other, by their signatures: locality-sensitive hashing.

A signature of 128 values is cut into 32 bands of 4. Two texts of Jaccard similarity s agree in a band
with probability s^4, and in one at least with 1 - (1 - s^4)^32: 0.87 at 0.5, 0.99 at 0.6, 1.00 at 0.7.
Texts that agree in a band are compared by their whole signatures; what is left is verified elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.tokens import mix

BANDS = 32
BAND_VALUES = 4
BANDS_AT_ONCE = 8
WINDOW = 16
"""In a band that more texts share than this, each is compared with this many neighbours in the order of
the next band and of their hashes: a form that ten thousand texts share costs no more than linear work."""
MARGIN = 0.1
"""Estimates this far below the threshold are still looked at: more than two standard errors."""

_U64 = np.uint64


@dataclass(frozen=True)
class Signed:
    """The texts that are compared.

    Attributes:
        minhash: Matrices of signatures, each of as many rows; text `c * rows + r` is row `r` of matrix `c`.
        texts: Numbers of the texts that take part.
        identity: Per number, a hash of the content, for an order that does not depend on places.
        is_answer: Per number; answers are not compared with each other.
        is_focus: Per text that takes part: pairs without one of these are not wanted. Empty: all are.
    """

    minhash: tuple[NDArray[np.uint32], ...]
    texts: NDArray[np.int64]
    identity: NDArray[np.uint64]
    is_answer: NDArray[np.bool_]
    is_focus: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @classmethod
    def of(
        cls,
        minhash: NDArray[np.uint32],
        rows: NDArray[np.int64],
        identity: NDArray[np.uint64],
        is_focus: NDArray[np.bool_] | None = None,
    ) -> Signed:
        """Rows of one matrix. `is_focus` is per row of the matrix; None compares all with all."""
        focus = np.zeros(0, np.bool_) if is_focus is None else is_focus[rows]
        return cls((minhash,), rows, identity, np.zeros(len(minhash), np.bool_), focus)


def near_candidates(
    signed: Signed, threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of texts whose estimated similarity is at least the threshold less `MARGIN`.

    The pairs do not depend on the order of the texts.

    Args:
        signed: The texts.
        threshold: Jaccard similarity in (0, 1].

    Returns:
        (left, right, estimate): numbers of texts, `left < right`, each pair once, sorted.
    """
    width = signed.minhash[0].shape[1]
    least = max(1, int(np.ceil((threshold - MARGIN) * width)))
    nothing = np.zeros((0, width), np.uint32)
    minhash = (*signed.minhash, nothing, nothing)[:3]
    texts = minhash, signed.identity, signed.is_answer
    found: list[NDArray[np.int64]] = []
    for first in range(0, BANDS, BANDS_AT_ONCE):
        keys = _band_keys(minhash, signed.texts, first)
        for band in range(BANDS_AT_ONCE):
            shared = _shared_keys(keys[band], signed.is_focus)
            order = shared[np.argsort(keys[band][shared])]
            following = keys[(band + 1) % BANDS_AT_ONCE]
            bucketed = signed.texts[order], keys[band][order], following[order]
            found.append(_pairs_of_band(texts, bucketed, first + band, least))
    pairs = np.concatenate(found)
    low, high = np.minimum(pairs[:, 0], pairs[:, 1]), np.maximum(pairs[:, 0], pairs[:, 1])
    order = np.lexsort((high, low))
    return low[order], high[order], pairs[order, 2] / width


def _shared_keys(keys: NDArray[np.uint64], is_focus: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Places of the keys that occur twice, and of a few others; if asked, once among the focus."""
    size = 1 << max(10, int(len(keys) * 8 - 1).bit_length())
    return np.flatnonzero(_may_be_shared(keys, is_focus, np.zeros(size, np.uint8)))


@nb.njit(cache=True, nogil=True)
def _may_be_shared(keys: Any, is_focus: Any, seen: Any) -> Any:  # noqa: ANN401
    mask = _U64(seen.shape[0] - 1)
    if is_focus.shape[0]:
        for i in range(keys.shape[0]):
            if is_focus[i]:
                seen[keys[i] & mask] = 2
    else:
        for i in range(keys.shape[0]):
            place = keys[i] & mask
            if seen[place] < 2:
                seen[place] += np.uint8(1)
    found = np.zeros(keys.shape[0], np.bool_)
    for i in range(keys.shape[0]):
        found[i] = seen[keys[i] & mask] == 2
    return found


@nb.njit(cache=True, nogil=True)
def _band_keys(minhash: Any, texts: Any, first: int) -> Any:  # noqa: ANN401
    """Keys of `BANDS_AT_ONCE` bands: values that lie together are read together."""
    number = minhash[0].shape[0]
    keys = np.empty((BANDS_AT_ONCE, texts.shape[0]), np.uint64)
    for i in range(texts.shape[0]):
        text = texts[i]
        if text < number:
            _add_keys(minhash[0], text, first, keys, i)
        elif text < 2 * number:
            _add_keys(minhash[1], text - number, first, keys, i)
        else:
            _add_keys(minhash[2], text - 2 * number, first, keys, i)
    return keys


@nb.njit
def _add_keys(matrix: Any, row: Any, first: int, keys: Any, i: int) -> None:  # noqa: ANN401
    for band in range(BANDS_AT_ONCE):
        place = (first + band) * BAND_VALUES
        one = _U64(matrix[row, place]) | _U64(matrix[row, place + 1]) << _U64(32)
        other = _U64(matrix[row, place + 2]) | _U64(matrix[row, place + 3]) << _U64(32)
        key = (one + _U64(first + band)) * _U64(0x9E3779B97F4A7C15)
        keys[band, i] = mix(key ^ (other * _U64(0xC2B2AE3D27D4EB4F)))


@nb.njit
def _compared(minhash: Any, one: Any, other: Any, band: int) -> Any:  # noqa: ANN401
    """Equal values of two texts; -1 where they agree in an earlier band."""
    number = minhash[0].shape[0]
    if one < number:
        return _compared_with(minhash, minhash[0], one, (other, band))
    if one < 2 * number:
        return _compared_with(minhash, minhash[1], one - number, (other, band))
    return _compared_with(minhash, minhash[2], one - 2 * number, (other, band))


@nb.njit
def _compared_with(minhash: Any, matrix: Any, row: Any, wanted: Any) -> Any:  # noqa: ANN401
    other, band = wanted
    number = minhash[0].shape[0]
    if other < number:
        return _compared_rows(matrix, row, minhash[0], other, band)
    if other < 2 * number:
        return _compared_rows(matrix, row, minhash[1], other - number, band)
    return _compared_rows(matrix, row, minhash[2], other - 2 * number, band)


@nb.njit
def _compared_rows(mine: Any, row: Any, theirs: Any, other: Any, band: int) -> Any:  # noqa: ANN401
    for earlier in range(band):
        start = earlier * BAND_VALUES
        same = mine[row, start] == theirs[other, start]
        for j in range(start + 1, start + BAND_VALUES):
            same &= mine[row, j] == theirs[other, j]
        if same:
            return np.int64(-1)
    count = np.int64(0)
    for j in range(mine.shape[1]):
        count += np.int64(mine[row, j] == theirs[other, j])
    return count


@nb.njit(cache=True, nogil=True)
def _by_content(rows: Any, following: Any, identity: Any, kinds: Any) -> Any:  # noqa: ANN401
    """The rows of a large bucket: questions first, then by the next band, then by their content."""
    keys = np.empty(rows.shape[0], np.uint64)
    for i in range(rows.shape[0]):
        content = (following[i] >> _U64(33)) << _U64(31) | identity[rows[i]] >> _U64(33)
        keys[i] = content | (_U64(1) << _U64(63) if kinds[rows[i]] else _U64(0))
    return rows[np.argsort(keys)]


@nb.njit(cache=True, nogil=True)
def _pairs_of_band(texts: Any, bucketed: Any, band: int, least: int) -> Any:  # noqa: ANN401
    """(text, text, equal values) for the pairs that agree in this band for the first time."""
    identity, kinds = texts[1], texts[2]
    rows, keys, following = bucketed
    found = np.empty((1024, 3), np.int64)
    number = 0
    start = 0
    while start < rows.shape[0]:
        end = start + 1
        while end < rows.shape[0] and keys[end] == keys[start]:
            end += 1
        if end - start > 1:
            members = rows[start:end]
            if end - start > WINDOW:
                members = _by_content(members, following[start:end], identity, kinds)
            found, number = _add_pairs(texts, members, (band, least), found, number)
        start = end
    return found[:number].copy()


@nb.njit(cache=True, nogil=True)
def _add_pairs(texts: Any, members: Any, limits: Any, found: Any, number: Any) -> Any:  # noqa: ANN401
    """Compare each text of a bucket with its neighbours in it."""
    minhash, _, kinds = texts
    band, least = limits
    num_questions = 0
    for text in members:
        num_questions += np.int64(not kinds[text])
    for a in range(1, members.shape[0]):
        one = members[a]
        is_crowded = kinds[one] and members.shape[0] > WINDOW
        last = min(a, num_questions) if is_crowded else a
        for b in range(max(0, last - WINDOW), last):
            other = members[b]
            if kinds[one] and kinds[other]:
                continue
            same = _compared(minhash, one, other, band)
            if same < least:
                continue
            if number == found.shape[0]:
                larger = np.empty((2 * number, 3), np.int64)
                larger[:number] = found
                found = larger
            found[number, 0], found[number, 1], found[number, 2] = one, other, same
            number += 1
    return found, number


@nb.njit(cache=True, nogil=True)
def estimated_jaccards(minhash: Any, left: Any, right: Any) -> Any:  # noqa: ANN401
    """Share of equal values in the signatures of pairs of texts, numbered as in `Signed`."""
    found = np.empty(left.shape[0], np.float64)
    for pair in range(left.shape[0]):
        found[pair] = _compared(minhash, left[pair], right[pair], 0) / minhash[0].shape[1]
    return found


@nb.njit(cache=True, nogil=True)
def exact_jaccards(values: Any, offsets: Any, left: Any, right: Any) -> Any:  # noqa: ANN401
    """Jaccard similarity of pairs of texts, given their sorted distinct shingles; two empty ones: 0."""
    found = np.zeros(left.shape[0], np.float64)
    for pair in range(left.shape[0]):
        i, i_end = offsets[left[pair]], offsets[left[pair] + 1]
        j, j_end = offsets[right[pair]], offsets[right[pair] + 1]
        union = (i_end - i) + (j_end - j)
        shared = 0
        while i < i_end and j < j_end:
            if values[i] == values[j]:
                shared += 1
                i += 1
                j += 1
            elif values[i] < values[j]:
                i += 1
            else:
                j += 1
        if union > shared:
            found[pair] = shared / (union - shared)
    return found
