"""The benchmark as an index: every passage of seed length, and every whole text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.contamination.rough import IS_IDEOGRAPH, read_keys, room_for, rough_table
from kitae.engines.contamination.settings import Settings
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import mix, with_plain_characters

_U64 = np.uint64
_FACTOR = np.uint64(0xC2B2AE3D27D4EB4F)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_THREE = np.uint64((1 << 63) - 1)
_LEAST_BITS = 16
_BITS_PER_PASSAGE = 4


@dataclass(frozen=True)
class Passages:
    """Seed passages of texts in the order of the texts.

    Attributes:
        hashes: Equal for equal passages.
        text: The text of each.
        first: Byte where it starts.
        end: Byte where the key after it starts, or the text's end.
        trigrams: Hash of every three neighbouring keys.
        whole: Hash of each text; 0 for one without keys.
    """

    hashes: NDArray[np.uint64]
    text: NDArray[np.int64]
    first: NDArray[np.int64]
    end: NDArray[np.int64]
    trigrams: NDArray[np.uint64]
    whole: NDArray[np.uint64]


@dataclass(frozen=True)
class Index:
    """Where each passage of the benchmark stands.

    Attributes:
        texts: The benchmark in normal form.
        hashes: Every passage's hash, rising; those of whole texts are among them.
        is_whole: Whether it is that of a whole text.
        is_common: Whether more texts of the benchmark have it than a form's share.
        rows: Benchmark rows of the passages, one passage after another; none for common ones.
        offsets: Passage `i` stands in `rows[offsets[i]:offsets[i + 1]]`.
        num_passages: Seed passages of each benchmark row, common ones left out.
        sieve: Bit per trigram and passage that may be in the benchmark.
        table: By hash, open addressing: each hash and its place in `hashes`; hash 0 where none is.
        passages: For telling which bytes of a row are common.
        places: Place in `hashes` of each of them.
    """

    texts: TextColumn
    hashes: NDArray[np.uint64]
    is_whole: NDArray[np.bool_]
    is_common: NDArray[np.bool_]
    rows: NDArray[np.int64]
    offsets: NDArray[np.int64]
    num_passages: NDArray[np.int64]
    sieve: NDArray[np.uint8]
    table: NDArray[np.uint64]
    passages: Passages
    places: NDArray[np.int64]


def index_of(benchmark: TextColumn, settings: Settings) -> Index:
    """Index a benchmark; memory grows with its size."""
    texts = with_plain_characters(benchmark)
    found = passages_of(texts, settings)
    has_keys = np.flatnonzero(found.whole)
    sorted_ = _sorted(
        np.concatenate([found.hashes, found.whole[has_keys]]),
        np.concatenate([found.text, has_keys]),
    )
    hashes, place, row = sorted_.hashes, sorted_.place[sorted_.kept], sorted_.row[sorted_.kept]
    is_whole = np.zeros(len(hashes), np.bool_)
    is_whole[np.searchsorted(hashes, found.whole[has_keys])] = True
    most = settings.common_rows(len(texts))
    is_common = ~is_whole & (_texts_having(place, found.whole[row]) > most)
    is_kept = ~is_common[place]
    offsets = np.zeros(len(hashes) + 1, np.int64)
    times = np.bincount(place, minlength=len(hashes))
    np.cumsum(np.where(is_common, 0, times), out=offsets[1:])
    own = is_kept & ~is_whole[place]
    return Index(
        texts=texts,
        hashes=hashes,
        is_whole=is_whole,
        is_common=is_common,
        rows=row[is_kept],
        offsets=offsets,
        num_passages=np.bincount(row[own], minlength=len(texts)),
        sieve=_sieve(found.trigrams, hashes),
        table=_table(hashes),
        passages=found,
        places=sorted_.place[sorted_.rank[: len(found.hashes)]],
    )


class _Sorted(NamedTuple):
    """Hashes with their rows, by rising hash and row.

    Attributes:
        hashes: Each once.
        row: Rows in that order.
        place: Place in `hashes` of each.
        kept: Those that are not the same hash in the same row again.
        rank: Where each was put.
    """

    hashes: NDArray[np.uint64]
    row: NDArray[np.int64]
    place: NDArray[np.int64]
    kept: NDArray[np.int64]
    rank: NDArray[np.int64]


def _sorted(hashes: NDArray[np.uint64], row: NDArray[np.int64]) -> _Sorted:
    order = np.lexsort((row, hashes))
    hashes, row = hashes[order], row[order]
    is_new = np.ones(len(row), np.bool_)
    is_new[1:] = hashes[1:] != hashes[:-1]
    is_other = is_new.copy()
    is_other[1:] |= row[1:] != row[:-1]
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    place = np.cumsum(is_new) - 1
    return _Sorted(hashes[is_new], row, place, np.flatnonzero(is_other), rank)


def _texts_having(passage: NDArray[np.int64], whole: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Different texts that have each passage; equal rows of a benchmark are one text."""
    order = np.lexsort((whole, passage))
    passage, whole = passage[order], whole[order]
    is_new = np.ones(len(passage), np.bool_)
    is_new[1:] = (passage[1:] != passage[:-1]) | (whole[1:] != whole[:-1])
    return np.bincount(passage[is_new], minlength=int(passage.max(initial=-1)) + 1)


def passages_of(texts: TextColumn, settings: Settings) -> Passages:
    """The passages of texts in normal form."""
    longest = room_for(int(texts.sizes.max(initial=0)))
    buffers = np.empty(longest, np.uint64), np.empty(longest, np.int64)
    most = room_for(len(texts.data)) + 2 * len(texts)
    hashes = np.empty(most, np.uint64)
    spots = tuple(np.empty(most, np.int64) for _ in range(3))
    trigrams = np.empty(most, np.uint64)
    whole = np.zeros(len(texts), np.uint64)
    weights = (*settings.weights, settings.seed)
    columns = (texts.data, texts.offsets, rough_table(is_plain=True))
    found = (hashes, *spots, trigrams, whole)
    number, num_trigrams = _passages(columns, buffers, weights, found)
    hashes = hashes[:number].copy()
    row, first, end = (part[:number].copy() for part in spots)
    return Passages(hashes, row, first, end, trigrams[:num_trigrams].copy(), whole)


def _sieve(*values: NDArray[np.uint64]) -> NDArray[np.uint8]:
    number = sum(len(part) for part in values)
    bits = max(_LEAST_BITS, int(number * _BITS_PER_PASSAGE).bit_length())
    sieve = np.zeros(1 << (bits - 3), np.uint8)
    for part in values:
        _fill_sieve(part, _U64(64 - bits), sieve)
    return sieve


def _table(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    table = np.zeros((1 << (2 * len(hashes) + 16).bit_length(), 2), np.uint64)
    _fill_table(hashes, table)
    return table


@nb.njit
def next_trigram(state: Any, key: Any) -> Any:  # noqa: ANN401
    """The last three keys as one number, by that of the three before and a new key.

    The lowest bit is still `IS_IDEOGRAPH`, of the new key.
    """
    short = ((key >> _U64(44)) << _U64(1)) | (key & IS_IDEOGRAPH)
    return ((state << _U64(21)) ^ short) & _THREE


@nb.njit
def trigram_hash(state: Any) -> Any:  # noqa: ANN401
    """Its hash; the high bits are the good ones."""
    return state * _FACTOR


@nb.njit
def whole_hash(total: Any, number: Any) -> Any:  # noqa: ANN401
    """Hash of a whole text by the sum of its trigrams' hashes and the number of its keys; never 0."""
    return mix(total + _U64(number) * _FACTOR) | _U64(1)


@nb.njit
def first_of_passage(trigrams: Any, last: Any, weights: Any) -> Any:  # noqa: ANN401
    """First key of the shortest passage of seed weight that ends with a key; -1: all before weighs less."""
    word, ideograph, seed = weights
    place, weight = last, 0
    while place >= 0:
        weight += ideograph if trigrams[place] & IS_IDEOGRAPH else word
        if weight >= seed:
            return place
        place -= 1
    return place


@nb.njit
def passage_hash(trigrams: Any, first: Any, last: Any) -> Any:  # noqa: ANN401
    """The hash of the passage from one key to another, by the trigrams that end with each key."""
    value = trigrams[last] * _FACTOR
    place = last - 3
    while place > first + 2:
        value = (mix(value) ^ trigrams[place]) * _FACTOR
        place -= 3
    return mix(value ^ (trigrams[min(first + 2, last)] * _SPREAD))


@nb.njit
def place_in(sieve: Any, shift: Any, table: Any, value: Any) -> Any:  # noqa: ANN401
    """Place of a passage by its hash; -1 where it is not in the benchmark."""
    if not is_in(sieve, shift, value):
        return np.int64(-1)
    mask = _U64(table.shape[0] - 1)
    slot = (value >> _U64(20)) & mask
    while table[slot, 0] != 0:
        if table[slot, 0] == value:
            return np.int64(table[slot, 1])
        slot = (slot + _U64(1)) & mask
    return np.int64(-1)


@nb.njit
def is_in(sieve: Any, shift: Any, value: Any) -> Any:  # noqa: ANN401
    """Whether the sieve lets a hash through."""
    place = value >> shift
    return (sieve[place >> _U64(3)] >> np.uint8(place & _U64(7))) & np.uint8(1)


@nb.njit(cache=True, nogil=True)
def _fill_sieve(values: Any, shift: Any, sieve: Any) -> None:  # noqa: ANN401
    for i in range(values.shape[0]):
        place = values[i] >> shift
        sieve[place >> _U64(3)] |= np.uint8(1) << np.uint8(place & _U64(7))


@nb.njit(cache=True, nogil=True)
def _fill_table(hashes: Any, table: Any) -> None:  # noqa: ANN401
    mask = _U64(table.shape[0] - 1)
    for i in range(hashes.shape[0]):
        slot = (hashes[i] >> _U64(20)) & mask
        while table[slot, 0] != 0:
            slot = (slot + _U64(1)) & mask
        table[slot, 0], table[slot, 1] = hashes[i], _U64(i)


@nb.njit(cache=True, nogil=True)
def _passages(columns: Any, buffers: Any, weights: Any, found: Any) -> Any:  # noqa: ANN401
    data, offsets, table = columns
    keys, starts = buffers
    hashes, rows, firsts, ends, trigrams, whole = found
    written, num_trigrams = 0, 0
    for row in range(offsets.shape[0] - 1):
        number = read_keys((data, offsets[row], offsets[row + 1]), table, keys, starts)
        starts[max(number, 0)] = offsets[row + 1]
        state, total = _U64(0), _U64(0)
        for i in range(number):
            state = next_trigram(state, keys[i])
            keys[i] = state
            trigrams[num_trigrams] = trigram_hash(state)
            total += trigrams[num_trigrams]
            num_trigrams += 1
            first = first_of_passage(keys, i, weights)
            if first >= 0:
                hashes[written] = passage_hash(keys, first, i)
                rows[written], firsts[written], ends[written] = row, starts[first], starts[i + 1]
                written += 1
        if number > 0:
            whole[row] = whole_hash(total, number)
    return written, num_trigrams
