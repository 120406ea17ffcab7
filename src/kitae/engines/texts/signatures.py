"""One pass over a column of texts: what is needed to find equal and near-equal ones later.

A signature is small (some 300 bytes) and a function of its text alone, so it can be computed on any
machine, merged (two signatures of texts give that of both together) and compared without the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.characters import CLASS_BITS, character_tables
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import (
    ALL_BITS,
    CJK,
    KIND_BITS,
    NUMBER,
    mix,
    plain_characters,
    tokenise,
    write_tokens,
)

PERMUTATIONS = 128
"""Hashes per signature: the standard error of an estimated similarity of 0.5 is 0.044."""
EMPTY = np.uint16(0xFFFF)
COARSE_TOKENS = 420
"""Short texts have fewer tokens; beyond them politeness does not count."""
CLASS_MASK = np.uint8(CLASS_BITS)
_POLITE = (
    "a an the please kindly can could would will you を お 願 い し ま す た く だ さ 下 で か 请 問 问 請 "
    "你 一 吗 呢 吧 嗎 呀"
)
"""Every token of which `short_form` may leave one out: texts that it finds equal are equal without them."""

_U64 = np.uint64
_U32 = np.uint32
_LOWEST = np.uint32(128 << 11)
"""Exponent (of 2.0) and fraction of the least hash that is told from smaller ones."""


class Pool:
    """Minhashes, one per row; may grow while rows of it are known by their numbers, which stay."""

    def __init__(self, values: NDArray[np.uint16]) -> None:
        self.values = values


@dataclass(frozen=True)
class MinHashes:
    """The minhashes of some texts.

    Attributes:
        pool: (rows, PERMUTATIONS) uint16; the least hash of a text's shingles per permutation, shortened
            to five bits of exponent and eleven of fraction, which keeps the order (so that minima can be
            taken) and makes two different ones equal once in three thousand; `EMPTY` throughout for a
            text without shingles.
        places: For each text, its row in the pool.
    """

    pool: Pool
    places: NDArray[np.int64]

    def __getitem__(self, text: int) -> NDArray[np.uint16]:
        """The minhash of one text."""
        return self.pool.values[self.places[text]]

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.places)

    def take(self, rows: NDArray[np.int64]) -> MinHashes:
        """Those of some texts."""
        return MinHashes(self.pool, self.places[rows])


def in_one_pool(several: Sequence[MinHashes]) -> tuple[Pool, list[NDArray[np.int64]]]:
    """Minhashes as places in a pool that they share; copied only where they do not share one yet."""
    pools = list(dict.fromkeys(one.pool for one in several))
    if len(pools) == 1:
        return pools[0], [one.places for one in several]
    copies = [one.pool.values[one.places] for one in several]
    starts = np.cumsum([0, *map(len, copies)])
    places = [
        np.arange(start, start + len(one), dtype=np.int64)
        for one, start in zip(copies, starts.tolist(), strict=False)
    ]
    return Pool(np.concatenate([*copies, np.zeros((0, PERMUTATIONS), np.uint16)])), places


@dataclass(frozen=True)
class Signatures:
    """The signatures of a column.

    Attributes:
        minhash: See there.
        normal: uint64 per text; equal for texts with equal tokens (`normalised`); 0 without tokens.
        coarse: Like `normal`, words of politeness left out: equal wherever `short_form` is.
        numbers: uint64 per text; equal for texts with the same numbers in the same order.
        num_tokens: int32 per text.
        half_words: int32 per text; a word counts two, a CJK character one.
    """

    minhash: MinHashes
    normal: NDArray[np.uint64]
    coarse: NDArray[np.uint64]
    numbers: NDArray[np.uint64]
    num_tokens: NDArray[np.int32]
    half_words: NDArray[np.int32]

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.normal)

    @property
    def num_shingles(self) -> NDArray[np.int32]:
        """Shingles of each text, repeats included: pairs of neighbours, or the only token."""
        return np.where(self.num_tokens > 1, self.num_tokens - 1, self.num_tokens).astype(np.int32)

    def take(self, rows: NDArray[np.int64]) -> Signatures:
        """The signatures of some rows."""
        columns = (getattr(self, name)[rows] for name in _COLUMNS)
        return Signatures(self.minhash.take(rows), *cast("Any", columns))

    def with_rows(self, rows: NDArray[np.int64], new: Signatures) -> Signatures:
        """The signatures with some rows replaced."""
        pool, (mine, theirs) = in_one_pool((self.minhash, new.minhash))
        changed = [mine.copy(), *(getattr(self, name).copy() for name in _COLUMNS)]
        others = [theirs, *(getattr(new, name) for name in _COLUMNS)]
        for column, other in zip(changed, others, strict=True):
            column[rows] = other
        return Signatures(MinHashes(pool, changed[0]), *cast("Any", changed[1:]))


_COLUMNS = ("normal", "coarse", "numbers", "num_tokens", "half_words")


class Marks(NamedTuple):
    """What the kernel fills in, a row per text.

    Attributes:
        minhash: As in `MinHashes`.
        hashes: (texts, 3) uint64: normal, coarse, numbers.
        counts: (texts, 2) int32: tokens, half words.
    """

    minhash: NDArray[np.uint16]
    hashes: NDArray[np.uint64]
    counts: NDArray[np.int32]

    @classmethod
    def empty(cls, number: int) -> Marks:
        """Room for so many texts."""
        return cls(
            np.empty((number, PERMUTATIONS), np.uint16),
            np.empty((number, 3), np.uint64),
            np.empty((number, 2), np.int32),
        )

    def part(self, first: int, end: int) -> Marks:
        """Some rows; what is written there is written here."""
        return Marks(self.minhash[first:end], self.hashes[first:end], self.counts[first:end])

    def signatures(self, pool: Pool, places: NDArray[np.int64]) -> Signatures:
        """Of the texts at some places."""
        return Signatures(
            minhash=MinHashes(pool, places),
            normal=self.hashes[:, 0][places],
            coarse=self.hashes[:, 1][places],
            numbers=self.hashes[:, 2][places],
            num_tokens=self.counts[:, 0][places],
            half_words=self.counts[:, 1][places],
        )


def sign(column: TextColumn) -> Signatures:
    """The signature of every text."""
    marks = signed(column)
    return marks.signatures(Pool(marks.minhash), np.arange(len(column), dtype=np.int64))


def signed(column: TextColumn, marks: Marks | None = None) -> Marks:
    """The signature of every text, as a table; written into `marks` where it is given."""
    marks = Marks.empty(len(column)) if marks is None else marks
    rows = _fill(marks, column, ALL_BITS)
    if len(rows):
        plain = TextColumn.from_texts([plain_characters(text) for text in column.texts(rows)])
        again = Marks.empty(len(rows))
        _fill(again, plain, CLASS_MASK)
        for whole, part in zip(marks, again, strict=True):
            whole[rows] = part
    return marks


def _fill(marks: Marks, column: TextColumn, mask: np.uint8) -> NDArray[np.int64]:
    """Sign the texts; gives the rows that have to be brought into normal form first."""
    needs_form = np.zeros(len(column), np.bool_)
    texts = (column.data, column.offsets, needs_form)
    choices = (*_permutations(), _polite_values())
    _sign(texts, (*character_tables(), mask), choices, tuple(marks))
    return np.flatnonzero(needs_form)


def shingle_values(column: TextColumn) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The shingles of each text, sorted and distinct, and their offsets.

    A shingle is a pair of neighbouring tokens; a text of one token has that token as its shingle.
    """
    tokens = tokenise(column)
    return _shingles(tokens.values, tokens.offsets)


def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Factors (odd) and terms of the hash functions, the same for ever."""
    draw = np.random.Generator(np.random.PCG64(20240521))
    factors = draw.integers(0, 2**32, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    terms = draw.integers(0, 2**32, PERMUTATIONS, dtype=np.uint64)
    return factors.astype(np.uint32), terms.astype(np.uint32)


def _polite_values() -> NDArray[np.uint64]:
    return np.sort(tokenise(TextColumn.from_texts([_POLITE])).values)


@nb.njit
def shingle_of(before: Any, token: Any) -> Any:  # noqa: ANN401
    """The 64-bit value of two neighbouring tokens."""
    turned = (token << _U64(31)) | (token >> _U64(33))
    return mix((before * _U64(0x9E3779B97F4A7C15)) ^ (turned * _U64(0xC2B2AE3D27D4EB4F)))


@nb.njit
def _is_among(value: Any, known: Any) -> Any:  # noqa: ANN401
    low, high = 0, known.shape[0]
    while low < high:
        middle = (low + high) // 2
        if known[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < known.shape[0] and known[low] == value


@nb.njit
def _chain(value: Any, token: Any) -> Any:  # noqa: ANN401
    """One more token in an order-keeping hash; finished by `mix`."""
    return (value ^ token) * _U64(0x9E3779B97F4A7C15) + _U64(1)


@nb.njit(cache=True, nogil=True)
def _sign(texts: Any, tables: Any, choices: Any, found: Any) -> None:  # noqa: ANN401
    data, offsets, needs_form = texts
    minhash, marks, counts = found
    factors, terms, polite = choices
    may_be_polite = np.zeros(1 << 12, np.bool_)
    for value in polite:
        may_be_polite[(value >> _U64(20)) & _U64(0xFFF)] = True
    longest = 1
    for row in range(offsets.shape[0] - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    shingles = np.empty(longest, np.uint32)
    values = np.empty(longest, np.uint64)
    least = np.empty(PERMUTATIONS, np.uint32)
    for row in range(offsets.shape[0] - 1):
        number = write_tokens(data, offsets[row], offsets[row + 1], tables, values)
        if number >= 0:
            number = _read(
                values, number, (polite, may_be_polite), (marks[row], counts[row], shingles)
            )
        needs_form[row] = number < 0
        least[:] = _U32(0xFFFFFFFF)
        for place in range(number):
            hashed = shingles[place]
            for i in range(PERMUTATIONS):
                least[i] = min(least[i], _U32(factors[i] * hashed + terms[i]))
        if number > 0:
            _shorten(least, minhash[row])
        else:
            minhash[row][:] = EMPTY


@nb.njit
def _shorten(least: Any, found: Any) -> None:  # noqa: ANN401
    """Hashes as floating-point numbers of 16 bits, smaller ones staying smaller."""
    bits = least.astype(np.float32).view(np.uint32)
    for i in range(PERMUTATIONS):
        found[i] = np.uint16(max(bits[i] >> _U32(12), _LOWEST) - _LOWEST)


@nb.njit
def _read(values: Any, num_tokens: Any, politeness: Any, found: Any) -> Any:  # noqa: ANN401
    """Everything but the minhash of one text, from its tokens; gives the number of its shingles."""
    polite, may_be_polite = politeness
    marks, counts, shingles = found
    last = _U64(0)
    normal, coarse, numbers = _U64(0), _U64(0), _U64(0)
    half_words = 0
    for place in range(num_tokens):
        value = values[place]
        normal = _chain(normal, value)
        may_be = may_be_polite[(value >> _U64(20)) & _U64(0xFFF)]
        if place < COARSE_TOKENS and not (may_be and _is_among(value, polite)):
            coarse = _chain(coarse, value)
        kind = value & KIND_BITS
        if kind == NUMBER:
            numbers = _chain(numbers, value)
        half_words += 1 if kind == CJK else 2
        if place > 0:
            shingles[place - 1] = _U32(shingle_of(last, value) >> _U64(32))
        last = value
    if num_tokens == 1:
        shingles[0] = _U32(mix(last) >> _U64(32))
    marks[0], marks[1], marks[2] = mix(normal), mix(coarse), mix(numbers)
    counts[0], counts[1] = num_tokens, half_words
    return num_tokens - 1 if num_tokens > 1 else num_tokens


def distinct_sorted(
    values: NDArray[np.uint64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Sets of values, each sorted and without repeats."""
    return _distinct_sorted(values.copy(), offsets)


@nb.njit(cache=True, nogil=True)
def _shingles(values: Any, offsets: Any) -> Any:  # noqa: ANN401
    found = np.empty(values.shape[0], np.uint64)
    starts = np.zeros(offsets.shape[0], np.int64)
    written = 0
    for row in range(offsets.shape[0] - 1):
        first, end = offsets[row], offsets[row + 1]
        if end - first == 1:
            found[written] = mix(values[first])
            written += 1
        for place in range(first + 1, end):
            found[written] = shingle_of(values[place - 1], values[place])
            written += 1
        starts[row + 1] = written
    return _distinct_sorted(found, starts)


@nb.njit(cache=True, nogil=True)
def _distinct_sorted(found: Any, offsets: Any) -> Any:  # noqa: ANN401
    starts = np.zeros(offsets.shape[0], np.int64)
    kept = 0
    for row in range(offsets.shape[0] - 1):
        first, end = offsets[row], offsets[row + 1]
        found[first:end].sort()
        start = kept
        for place in range(first, end):
            if kept == start or found[place] != found[kept - 1]:
                found[kept] = found[place]
                kept += 1
        starts[row + 1] = kept
    return found[:kept].copy(), starts


def sequence_hashes(
    values: NDArray[np.uint64], offsets: NDArray[np.int64], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """`normal` and `half_words` of texts given as tokens, some of which are left out."""
    return _sequence_hashes(values, offsets, keep)


@nb.njit(cache=True, nogil=True)
def _sequence_hashes(values: Any, offsets: Any, keep: Any) -> Any:  # noqa: ANN401
    number = offsets.shape[0] - 1
    hashes = np.zeros(number, np.uint64)
    half_words = np.zeros(number, np.int32)
    for row in range(number):
        normal = _U64(0)
        for place in range(offsets[row], offsets[row + 1]):
            if keep[place]:
                normal = _chain(normal, values[place])
                half_words[row] += 1 if values[place] & KIND_BITS == CJK else 2
        hashes[row] = mix(normal)
    return hashes, half_words
