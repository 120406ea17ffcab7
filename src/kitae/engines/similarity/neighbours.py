"""Which texts may be near each other, by their signatures: locality-sensitive hashing.

A signature of 128 values is cut into 32 bands of 4. Two texts of Jaccard similarity s agree in a band
with probability s^4, and in one at least with 1 - (1 - s^4)^32: 0.87 at 0.5, 0.99 at 0.6, 1.00 at 0.7.
Texts that agree in a band are compared by their whole signatures; what is left is verified elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.signatures import PERMUTATIONS, MinHashes, in_one_pool
from kitae.engines.texts.tokens import mix

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow

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
        pool: Minhashes, see `texts.signatures`.
        one: For each number of a text, a place in the pool.
        other: For each number, another place or the same one: a text can be two taken together, whose
            minhash is the least of both.
        texts: Numbers of the texts that take part.
        identity: Per number, a hash of the content, for an order that does not depend on places.
        is_answer: Per number; answers are not compared with each other.
        is_focus: Per text that takes part: pairs without one of these are not wanted. Empty: all are.
    """

    pool: NDArray[np.uint16]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    texts: NDArray[np.int64]
    identity: NDArray[np.uint64]
    is_answer: NDArray[np.bool_]
    is_focus: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @classmethod
    def of(
        cls,
        minhash: MinHashes,
        rows: NDArray[np.int64],
        identity: NDArray[np.uint64],
        is_focus: NDArray[np.bool_] | None = None,
    ) -> Signed:
        """Rows of one column. `is_focus` is per row of the column; None compares all with all."""
        return cls.of_two(minhash, minhash, rows, identity, is_focus)

    @classmethod
    def of_two(
        cls,
        minhash: MinHashes,
        with_these: MinHashes,
        rows: NDArray[np.int64],
        identity: NDArray[np.uint64],
        is_focus: NDArray[np.bool_] | None = None,
    ) -> Signed:
        """Rows of two columns, the two texts of each row taken together."""
        focus = np.zeros(0, np.bool_) if is_focus is None else is_focus[rows]
        pool, (one, other) = in_one_pool((minhash, with_these))
        return cls(pool.values, one, other, rows, identity, np.zeros(len(one), np.bool_), focus)

    @property
    def minhash(self) -> _Minhash:
        """As the kernels take it."""
        return self.pool, self.one, self.other


_Minhash = tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.int64]]


def near_candidates(
    signed: Signed, threshold: float, flow: Dataflow | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of texts whose estimated similarity is at least the threshold less `MARGIN`.

    The pairs do not depend on the order of the texts.

    Args:
        signed: The texts.
        threshold: Jaccard similarity in (0, 1].
        flow: Where the work is done; here and now if not given.

    Returns:
        (left, right, estimate): numbers of texts, `left < right`, each pair once, sorted.
    """
    least = max(1, int(np.ceil((threshold - MARGIN) * PERMUTATIONS)))
    if flow is None or flow.shares_memory:
        work = partial(_pairs_of_bands, signed, least)
        groups = range(0, BANDS, BANDS_AT_ONCE)
        pairs = np.concatenate(list(flow.map(work, groups) if flow else map(work, groups)))
    else:
        from kitae.engines.similarity.spread import shuffled_pairs

        pairs = shuffled_pairs(signed, least, flow)
    low, high = np.minimum(pairs[:, 0], pairs[:, 1]), np.maximum(pairs[:, 0], pairs[:, 1])
    order = np.lexsort((high, low))
    return low[order], high[order], pairs[order, 2] / PERMUTATIONS


def _pairs_of_bands(signed: Signed, least: int, first: int) -> NDArray[np.int64]:
    """The pairs that agree for the first time in one of `BANDS_AT_ONCE` bands, from `first` on."""
    texts = signed.minhash, signed.identity, signed.is_answer
    found: list[NDArray[np.int64]] = []
    keys = band_keys(signed.minhash, signed.texts, first)
    for band in range(BANDS_AT_ONCE):
        shared = _shared_keys(keys[band], signed.is_focus)
        order = shared[np.argsort(keys[band][shared])]
        following = keys[(band + 1) % BANDS_AT_ONCE]
        bucketed = signed.texts[order], keys[band][order], following[order]
        found.append(_pairs_of_band(texts, bucketed, first + band, least))
    return np.concatenate(found)


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
def band_keys(minhash: Any, texts: Any, first: int) -> Any:  # noqa: ANN401
    """Keys of `BANDS_AT_ONCE` bands: values that lie together are read together."""
    pool, one, other = minhash
    keys = np.empty((BANDS_AT_ONCE, texts.shape[0]), np.uint64)
    for i in range(texts.shape[0]):
        mine, too = one[texts[i]], other[texts[i]]
        for band in range(BANDS_AT_ONCE):
            place = (first + band) * BAND_VALUES
            key = _U64(0)
            for j in range(place, place + BAND_VALUES):
                key = (key << _U64(16)) | _U64(min(pool[mine, j], pool[too, j]))
            keys[band, i] = mix((key + _U64(first + band)) * _U64(0x9E3779B97F4A7C15))
    return keys


@nb.njit
def equal_values(minhash: Any, left: Any, right: Any, band: int) -> Any:  # noqa: ANN401
    """Equal values of two texts; -1 where they agree in an earlier band."""
    pool, one, other = minhash
    mine, too, theirs, also = one[left], other[left], one[right], other[right]
    for earlier in range(band):
        start = earlier * BAND_VALUES
        same = True
        for j in range(start, start + BAND_VALUES):
            same &= min(pool[mine, j], pool[too, j]) == min(pool[theirs, j], pool[also, j])
        if same:
            return np.int64(-1)
    count = np.int64(0)
    for j in range(pool.shape[1]):
        count += np.int64(min(pool[mine, j], pool[too, j]) == min(pool[theirs, j], pool[also, j]))
    return count


@nb.njit(cache=True, nogil=True)
def by_content(rows: Any, following: Any, identity: Any, kinds: Any) -> Any:  # noqa: ANN401
    """The rows of a large bucket: questions first, then by the next band, by content and by number."""
    order = np.argsort(rows)
    rows, following = rows[order], following[order]
    keys = np.empty(rows.shape[0], np.uint64)
    for i in range(rows.shape[0]):
        content = (following[i] >> _U64(33)) << _U64(31) | identity[rows[i]] >> _U64(33)
        keys[i] = content | (_U64(1) << _U64(63) if kinds[rows[i]] else _U64(0))
    return rows[np.argsort(keys, kind="mergesort")]


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
                members = by_content(members, following[start:end], identity, kinds)
            found, number = _add_pairs(texts, members, (band, least), found, number)
        start = end
    return found[:number].copy()


@nb.njit
def window(place: Any, is_answer: Any, size: Any, num_questions: Any) -> Any:  # noqa: ANN401
    """(first, end) of the places in a bucket that a text is compared with.

    In a crowded one an answer looks at questions, which come first there.
    """
    last = min(place, num_questions) if is_answer and size > WINDOW else place
    return max(0, last - WINDOW), last


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
        first, last = window(a, kinds[one], members.shape[0], num_questions)
        for b in range(first, last):
            other = members[b]
            if kinds[one] and kinds[other]:
                continue
            same = equal_values(minhash, one, other, band)
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
    """Share of equal values in the signatures of pairs of texts, given by their numbers in `Signed`."""
    found = np.empty(left.shape[0], np.float64)
    for pair in range(left.shape[0]):
        found[pair] = equal_values(minhash, left[pair], right[pair], 0) / PERMUTATIONS
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
