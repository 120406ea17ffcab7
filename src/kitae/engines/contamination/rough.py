"""Texts -> rough keys: words by their first eight letters, CJK characters one by one, signs left out.

Equal tokens have equal keys, so a passage that two texts share is never missed; keys that are equal by
accident are told apart later, by whole tokens. Reading keys is several times as fast as reading tokens.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np
from numba.core import types
from numba.core.cgutils import get_item_pointer
from numba.extending import intrinsic
from numpy.typing import NDArray

from kitae.engines.texts.characters import (
    CJK_CHARACTER,
    CLASS_BITS,
    DIGIT,
    EXPANDS,
    LETTER,
    TABLE_SIZE,
    character_tables,
)
from kitae.engines.texts.tokens import decode

SEPARATOR, WRITTEN, IDEOGRAPH, NEEDS_FORM = range(4)
IS_IDEOGRAPH = np.uint64(1)
"""Lowest bit of a key."""
_KIND_SHIFT = 24
_FOLDED = np.uint32((1 << _KIND_SHIFT) - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_U64 = np.uint64
_ONES = 0x0101010101010101
_HIGH = np.uint64(0x80 * _ONES)
_LOW = np.uint64(0x7F * _ONES)
_CASE = np.uint64(0x20 * _ONES)
_FROM_A, _PAST_Z = np.uint64((0x80 - 0x61) * _ONES), np.uint64((0x80 - 0x7B) * _ONES)
_FROM_0, _PAST_9 = np.uint64((0x80 - 0x30) * _ONES), np.uint64((0x80 - 0x3A) * _ONES)


@lru_cache(maxsize=2)
def rough_table(*, is_plain: bool) -> NDArray[np.uint32]:
    """Folded form of every character below `TABLE_SIZE`; what it is in the bits above.

    Args:
        is_plain: For texts in normal form, where no character needs it any more.
    """
    classes, folded = character_tables()
    plain = classes & CLASS_BITS
    kinds = np.zeros(TABLE_SIZE, np.uint32)
    kinds[(plain == LETTER) | (plain == DIGIT)] = WRITTEN
    kinds[plain == CJK_CHARACTER] = IDEOGRAPH
    expanding = [] if is_plain else np.flatnonzero(classes & EXPANDS).tolist()
    for code in expanding:
        normal = unicodedata.normalize("NFKC", chr(code)).casefold()
        is_mark = len(normal) > 1 and not any(_is_token(classes, one) for one in normal)
        kinds[code] = SEPARATOR if is_mark else NEEDS_FORM
    return folded | (kinds << np.uint32(_KIND_SHIFT))


def _is_token(classes: NDArray[np.uint8], char: str) -> bool:
    kind = int(classes[ord(char)]) if ord(char) < TABLE_SIZE else CJK_CHARACTER
    return bool(kind & EXPANDS) or (kind & CLASS_BITS) in (LETTER, DIGIT, CJK_CHARACTER)


@intrinsic
def _eight_bytes(context: Any, data: Any, place: Any) -> Any:  # noqa: ANN401, ARG001
    """The eight bytes from a place on as one number."""

    def load(target: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        kind = signature.args[0]
        array = target.make_array(kind)(target, builder, args[0])
        pointer = get_item_pointer(target, builder, kind, array, [args[1]], wraparound=False)
        word = target.get_value_type(types.uint64)
        return builder.load(builder.bitcast(pointer, word.as_pointer()), align=1, typ=word)

    return types.uint64(data, types.intp), load


@intrinsic
def _trailing_zeros(context: Any, value: Any) -> Any:  # noqa: ANN401, ARG001
    """Zero bits below the lowest one."""

    def count(target: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401, ARG001
        return builder.cttz(args[0], target.get_constant(types.boolean, False))  # noqa: FBT003

    return types.uint64(types.uint64), count


@nb.njit
def _unwritten(word: Any) -> Any:  # noqa: ANN401
    """The high bit of each byte that is no ASCII letter or digit."""
    low = (word | _CASE) & _LOW
    letters = (low + _FROM_A) & ~(low + _PAST_Z)
    low = word & _LOW
    digits = (low + _FROM_0) & ~(low + _PAST_9)
    return ~((letters | digits) & ~word) & _HIGH


@nb.njit
def _kind_of(code: Any, table: Any) -> Any:  # noqa: ANN401
    if code < TABLE_SIZE:
        return np.int64(table[code] >> np.uint32(_KIND_SHIFT))
    return np.int64(IDEOGRAPH if code < 0x40000 else SEPARATOR)


@nb.njit
def _slow_word(data: Any, place: Any, end: Any, table: Any) -> Any:  # noqa: ANN401
    """(letters, place after) of a word with letters beyond ASCII; place -1 where it needs its form."""
    letters = _U64(0)
    shift = _U64(0)
    while place < end:
        code, size = decode(data, place)
        kind = _kind_of(code, table)
        if kind == NEEDS_FORM:
            return letters, np.int64(-1)
        if kind != WRITTEN:
            break
        if shift < 64:
            letters ^= _U64(table[code] & _FOLDED) << shift
            shift += _U64(8)
        place += size
    return letters, place


@nb.njit
def _word(data: Any, place: Any, end: Any, table: Any) -> Any:  # noqa: ANN401
    """(letters, place after) of the word that starts here; place -1 where it needs its form."""
    if place + 8 > data.shape[0]:
        return _slow_word(data, place, end, table)
    start = place
    word: Any = _eight_bytes(data, place)  # pyright: ignore[reportCallIssue]
    stop = _unwritten(word)
    letters = word | _CASE
    if stop == 0:
        while stop == 0 and place + 16 <= data.shape[0]:
            place += 8
            stop = _unwritten(_eight_bytes(data, place))  # pyright: ignore[reportCallIssue]
        if stop == 0:
            return _slow_word(data, start, end, table)
    else:
        letters &= ((stop & (~stop + _U64(1))) >> _U64(7)) - _U64(1)
    place += np.int64(_trailing_zeros(stop) >> _U64(3))
    if place >= end:
        kept = _U64(8 * (end - start))
        return letters & (((_U64(1) << kept) - _U64(1)) if kept < 64 else ~_U64(0)), end
    return (letters, place + 1) if data[place] < 0x80 else _slow_word(data, start, end, table)


@nb.njit
def read_keys(text: Any, table: Any, keys: Any, starts: Any) -> Any:  # noqa: ANN401
    """The keys of one text and where each starts.

    Args:
        text: (data, first byte, byte after the last)
        table: `rough_table`.
        keys: Where to write; at least `room_for(bytes)` long.
        starts: Likewise.

    Returns:
        The number of keys; -1 for a text that has to be brought into normal form first.
    """
    data, place, end = text
    number = 0
    while place < end:
        code = np.uint32(data[place])
        size = 1
        if code >= 0x80:
            code, size = decode(data, place)
        kind = _kind_of(code, table)
        starts[number] = place
        if kind == WRITTEN:
            letters, place = _word(data, place, end, table)
            if place < 0:
                return -1
            keys[number] = (letters * _SPREAD) & ~IS_IDEOGRAPH
            number += 1
            continue
        if kind == IDEOGRAPH:
            plain = _U64(table[code] & _FOLDED) if code < TABLE_SIZE else _U64(code)
            keys[number] = (plain * _SPREAD) | IS_IDEOGRAPH
            number += 1
        elif kind == NEEDS_FORM:
            return -1
        place += size
    return number


def room_for(num_bytes: int) -> int:
    """Most keys that a text of so many bytes can have, and one more."""
    return num_bytes // 2 + 2
