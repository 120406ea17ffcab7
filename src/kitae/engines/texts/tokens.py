"""Texts -> tokens: words of alphabets folded, numbers whole, every CJK character by itself.

The same tokens as `engines.language.tokens` gives, as 64-bit values instead of strings. The two lowest
bits of a value tell its kind, so that numbers and CJK characters can be told without the text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.characters import (
    APOSTROPHE,
    CJK_CHARACTER,
    CLASS_BITS,
    DIGIT,
    EXPANDS,
    LETTER,
    MINUS,
    OPENER,
    POINT,
    SIGN,
    SIGN_OPENER,
    SPACE,
    TABLE_SIZE,
    character_tables,
)
from kitae.engines.texts.column import TextColumn

WORD, NUMBER, CJK = 0, 1, 2
KIND_BITS = np.uint64(3)

_U64 = np.uint64
_SEED = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_NO_CLASS = 255
ALL_BITS = np.uint8(255)


@dataclass(frozen=True)
class Tokens:
    """The tokens of a column of texts.

    Attributes:
        values: 64-bit value of each token; all texts one after another.
        offsets: Text `i` has `values[offsets[i]:offsets[i + 1]]`; one longer than the column.
    """

    values: NDArray[np.uint64]
    offsets: NDArray[np.int64]

    def of(self, row: int) -> NDArray[np.uint64]:
        """The tokens of one text."""
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.offsets)


def tokenise(column: TextColumn) -> Tokens:
    """The tokens of every text; a text without any has none."""
    column = with_plain_characters(column)
    classes, folded = character_tables()
    counts = np.zeros(len(column), np.int64)
    values = np.empty(max(len(column.data), 1), np.uint64)
    tables = classes, folded, np.uint8(CLASS_BITS)
    number = _tokenise((column.data, column.offsets), tables, counts, values)
    offsets = np.zeros(len(column) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Tokens(values[:number].copy(), offsets)


def with_plain_characters(column: TextColumn) -> TextColumn:
    """The column with those texts in normal form that have a character which the tables cannot fold."""
    classes, _ = character_tables()
    rows = np.flatnonzero(_has_expanding(column.data, column.offsets, classes))
    return column.replaced({row: plain_characters(column[row]) for row in rows.tolist()})


def plain_characters(text: str) -> str:
    """A text in the normal form that tokens are read from."""
    return unicodedata.normalize("NFKC", text).casefold()


@nb.njit
def mix(value: Any) -> Any:  # noqa: ANN401
    """Spread a 64-bit value over all its bits (the finaliser of MurmurHash3)."""
    value ^= value >> _U64(33)
    value *= _U64(0xFF51AFD7ED558CCD)
    value ^= value >> _U64(33)
    value *= _U64(0xC4CEB9FE1A85EC53)
    value ^= value >> _U64(33)
    return value


@nb.njit
def decode(data: Any, place: Any) -> Any:  # noqa: ANN401
    """(character, its bytes) at a place in UTF-8."""
    first = np.uint32(data[place])
    if first < 0x80:
        return first, 1
    second = np.uint32(data[place + 1]) & np.uint32(63)
    if first < 0xE0:
        return ((first & np.uint32(31)) << np.uint32(6)) | second, 2
    third = np.uint32(data[place + 2]) & np.uint32(63)
    if first < 0xF0:
        return (((first & np.uint32(15)) << np.uint32(12)) | (second << np.uint32(6)) | third), 3
    fourth = np.uint32(data[place + 3]) & np.uint32(63)
    code = ((first & np.uint32(7)) << np.uint32(18)) | (second << np.uint32(12))
    return code | (third << np.uint32(6)) | fourth, 4


@nb.njit
def class_of(code: Any, classes: Any, mask: Any) -> Any:  # noqa: ANN401
    """Class of a character; `mask` is `CLASS_BITS`, or all bits to see which ones expand."""
    if code < TABLE_SIZE:
        return np.int64(classes[code] & mask)
    if 0x2F800 <= code < 0x2FA20:
        return np.int64((CJK_CHARACTER | EXPANDS) & mask)
    return np.int64(CJK_CHARACTER if code < 0x40000 else SIGN)


@nb.njit
def _class_at(data: Any, place: Any, end: Any, tables: Any) -> Any:  # noqa: ANN401
    if place >= end:
        return np.int64(_NO_CLASS)
    code, _ = decode(data, place)
    return class_of(code, tables[0], tables[2])


@nb.njit(cache=True, nogil=True)
def _has_expanding(data: Any, offsets: Any, classes: Any) -> Any:  # noqa: ANN401
    found = np.zeros(offsets.shape[0] - 1, np.bool_)
    for row in range(found.shape[0]):
        place, end = offsets[row], offsets[row + 1]
        while place < end:
            if data[place] < 0x80:
                place += 1
                continue
            code, size = decode(data, place)
            if class_of(code, classes, ALL_BITS) & EXPANDS:
                found[row] = True
                break
            place += size
    return found


@nb.njit(cache=True, nogil=True)
def _tokenise(texts: Any, tables: Any, counts: Any, values: Any) -> Any:  # noqa: ANN401
    """Write the tokens of texts with plain characters one after another; gives their number."""
    data, offsets = texts
    classes, folded, mask = tables
    written = 0
    for row in range(offsets.shape[0] - 1):
        begin, end = offsets[row], offsets[row + 1]
        number = write_tokens(data, begin, end, (classes, folded, mask), values[written:])
        counts[row] = number
        written += number
    return written


@nb.njit
def write_tokens(data: Any, place: Any, end: Any, tables: Any, values: Any) -> Any:  # noqa: ANN401
    """Write the tokens of one text; gives their number, -1 at a character that needs the text's normal form.

    Words of the letters from a to z and Chinese characters, which most texts consist of, are read here, the
    rest token by token: a call costs more than a character.

    Args:
        data: Bytes of the texts.
        place: Where the text starts.
        end: Where it ends.
        tables: As in `next_token`.
        values: Room for as many tokens as the text has bytes.
    """
    number = 0
    before = np.int64(SPACE)
    at, stop = _U64(place), _U64(end)
    while at < stop:
        first = data[at]
        if first == 0x20:
            before = np.int64(SPACE)
            at += _U64(1)
            continue
        if 97 <= first | np.uint8(0x20) <= 122:
            value, after = _plain_word(data, at, stop)
            if after > at:
                values[number] = value
                number += 1
                before = np.int64(LETTER)
                at = after
                continue
        elif 0xE3 <= first < 0xEA:
            code = _three_bytes(data, at)
            if _is_plain_cjk(code):
                values[number] = (mix(code + _SEED) & ~KIND_BITS) | _U64(CJK)
                number += 1
                before = np.int64(CJK_CHARACTER)
                at += _U64(3)
                continue
        value, then, before = next_token(data, np.int64(at), end, before, tables)
        at = _U64(then)
        if before & EXPANDS:
            return -1
        if value != 0:
            values[number] = value
            number += 1
    return number


@nb.njit
def _plain_word(data: Any, place: Any, stop: Any) -> Any:  # noqa: ANN401
    """(a run of letters from a to z, the place after it); the same place where it may go on otherwise."""
    value, after = _SEED, place
    while after < stop:
        letter = data[after] | np.uint8(0x20)
        if letter < 97 or letter > 122:
            break
        value = (value ^ _U64(letter)) * _STEP
        after += _U64(1)
    is_over = after == stop or (data[after] < 0x80 and data[after] != 0x27)
    return mix(value) & ~KIND_BITS, after if is_over else place


@nb.njit
def _three_bytes(data: Any, place: Any) -> Any:  # noqa: ANN401
    """A character of three bytes."""
    code = (_U64(data[place]) & _U64(15)) << _U64(12)
    code |= (_U64(data[place + _U64(1)]) & _U64(63)) << _U64(6)
    return code | _U64(data[place + _U64(2)]) & _U64(63)


@nb.njit
def _is_plain_cjk(code: Any) -> Any:  # noqa: ANN401
    """Whether a character is Chinese or a kana that stands for itself."""
    is_kana = 0x3041 <= code <= 0x3096 or 0x30A1 <= code <= 0x30FA
    return code >= 0x4E00 or is_kana


@nb.njit
def next_token(data: Any, place: Any, end: Any, before: Any, tables: Any) -> Any:  # noqa: ANN401
    """One step through a text.

    Args:
        data: Bytes of the texts.
        place: Where to read.
        end: Where the text ends.
        before: Class of the character before, for the minus of a number; `SPACE` at the start.
        tables: Both of `character_tables`, and `CLASS_BITS` or all bits: then the class that comes back
            has `EXPANDS` at a character that needs the text's normal form.

    Returns:
        (value of the token that ended here or 0, next place, class of the last character)
    """
    if data[place] == 0x20:
        return _U64(0), place + 1, np.int64(SPACE)
    code, size = decode(data, place)
    kind = class_of(code, tables[0], tables[2])
    value = _U64(0)
    if kind == LETTER:
        value, place = _word(data, place, end, tables)
    elif kind == CJK_CHARACTER:
        value = (mix(_folded(code, tables) + _SEED) & ~KIND_BITS) | _U64(CJK)
        place += size
    elif kind == DIGIT:
        value, place = _number(data, place, end, tables)
    elif kind == MINUS:
        value, place, kind = _minus(data, place, end, before, tables)
    else:
        if kind in (SIGN, SIGN_OPENER):
            value = mix(_folded(code, tables) + _SEED) & ~KIND_BITS
        place += size
    return value, place, kind


@nb.njit
def _folded(code: Any, tables: Any) -> Any:  # noqa: ANN401
    return _U64(tables[1][code]) if code < TABLE_SIZE else _U64(code)


@nb.njit
def _minus(data: Any, place: Any, end: Any, before: Any, tables: Any) -> Any:  # noqa: ANN401
    """The minus of a number, as in `x = -2`; between words a hyphen is nothing, the sign `−` one."""
    code, size = decode(data, place)
    is_sign = before in (SPACE, OPENER, SIGN_OPENER)
    if is_sign and _class_at(data, place + size, end, tables) == DIGIT:
        value, after = _number(data, place + size, end, tables)
        return (mix(value) & ~KIND_BITS) | _U64(NUMBER), after, np.int64(DIGIT)
    value = mix(_U64(code) + _SEED) & ~KIND_BITS if code == 0x2212 else _U64(0)
    return value, place + size, np.int64(MINUS)


@nb.njit
def _word(data: Any, place: Any, end: Any, tables: Any) -> Any:  # noqa: ANN401
    """A run of letters, with one apostrophe inside it at most: don't, l’eau."""
    value = _SEED
    has_apostrophe = False
    while place < end:
        plain = np.uint32(data[place] | 0x20)
        if plain - np.uint32(97) < np.uint32(26):
            value = (value ^ _U64(plain)) * _STEP
            place += 1
            continue
        code, size = decode(data, place)
        kind = class_of(code, tables[0], tables[2])
        if kind == APOSTROPHE and not has_apostrophe:
            if _class_at(data, place + size, end, tables) != LETTER:
                break
            has_apostrophe = True
        elif kind != LETTER:
            break
        value = (value ^ _folded(code, tables)) * _STEP
        place += size
    return mix(value) & ~KIND_BITS, place


@nb.njit
def _number(data: Any, place: Any, end: Any, tables: Any) -> Any:  # noqa: ANN401
    """Digits with points or commas between them: 3.14, 1,000."""
    value = _SEED * _U64(3)
    while place < end:
        code, size = decode(data, place)
        kind = class_of(code, tables[0], tables[2])
        if kind == POINT:
            if _class_at(data, place + size, end, tables) != DIGIT:
                break
        elif kind != DIGIT:
            break
        value = (value ^ _folded(code, tables)) * _STEP
        place += size
    return (mix(value) & ~KIND_BITS) | _U64(NUMBER), place
