"""Kernels that tell from its bytes how a text is built: whether it ends, loops, or is made of signs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import decode

TABLE_SIZE = 0x20000
_BLANK, _ENDS, _IS_SIGN = 1, 2, 4
_ONE = np.uint8(1)
_LEAD, _CONTINUES = np.uint8(0xC0), np.uint8(0x80)
_BLOCK = 64
_BEGINNING = 8


@lru_cache(maxsize=4)
def character_flags(ending: str, sign: re.Pattern[str]) -> NDArray[np.uint8]:
    """Flags of every character below `TABLE_SIZE`: white space, in the class `ending`, matched by `sign`."""
    everything = "".join(chr(code) for code in range(TABLE_SIZE) if not 0xD800 <= code < 0xE000)
    flags = np.zeros(TABLE_SIZE, np.uint8)
    for pattern, flag in (
        (re.compile(r"\s"), _BLANK),
        (re.compile(f"[{ending}]"), _ENDS),
        (sign, _IS_SIGN),
    ):
        found = "".join(pattern.findall(everything)).encode("utf-32-le")
        flags[np.frombuffer(found, np.uint32)] |= flag
    return flags


def is_unended(column: TextColumn, flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether the last character that is no white space is none that ends a text."""
    found = np.zeros(len(column), np.bool_)
    _unended(column.data, column.offsets, flags, found)
    return found


def has_loop(
    column: TextColumn, characters: NDArray[np.int64], least: int, probe: int, repeats: int
) -> NDArray[np.bool_]:
    """Whether half a probe at the end of a text, at three quarters or at its middle stands in it so many times.

    Args:
        column: The texts.
        characters: Length of each.
        least: Shorter texts have none.
        probe: Characters from the last probe to the end; half of them are looked for.
        repeats: How many times, without overlap.
    """
    found = np.zeros(len(column), np.bool_)
    bounds = (least, probe, repeats)
    _loops(column.data, column.offsets, characters, bounds, found)
    return found


def is_mostly_signs(
    column: TextColumn,
    characters: NDArray[np.int64],
    flags: NDArray[np.uint8],
    head: int,
    share: float,
) -> NDArray[np.bool_]:
    """Whether so large a share of the first characters of a text, white space left out, are signs."""
    found = np.zeros(len(column), np.bool_)
    _signs(column.data, column.offsets, characters, (flags, head, share), found)
    return found


def has_short_blank(column: TextColumn) -> NDArray[np.bool_]:
    """Whether `xx` or `TBD` stands in a text, whatever the case, or `×` beside a character that is not of ASCII."""
    found = np.zeros(len(column), np.bool_)
    _short_blanks(column.data, column.offsets, found)
    return found


_X, _T, _B, _D, _SMALL = (np.uint8(one) for one in (*b"xtbd", 0x20))
_TIMES_FIRST, _TIMES_LAST = np.uint8(0xC3), np.uint8(0x97)


@nb.njit(cache=True, nogil=True)
def _short_blanks(data: Any, offsets: Any, found: Any) -> None:  # noqa: ANN401
    for row in range(found.shape[0]):
        text = data[offsets[row] : offsets[row + 1]]
        least = np.uint8(255)
        for at in range(text.shape[0] - 2):
            one, two, three = text[at], text[at + 1], text[at + 2]
            least = min(least, np.uint8(((one | _SMALL) ^ _X) | ((two | _SMALL) ^ _X)))
            letters = ((one | _SMALL) ^ _T) | ((two | _SMALL) ^ _B) | ((three | _SMALL) ^ _D)
            least = min(least, np.uint8(letters))
            before = (one ^ _TIMES_FIRST) | (two ^ _TIMES_LAST) | ((three & _LEAD) ^ _LEAD)
            behind = ((one & _LEAD) ^ _CONTINUES) | (two ^ _TIMES_FIRST) | (three ^ _TIMES_LAST)
            least = min(least, np.uint8(before), np.uint8(behind))
        found[row] = least == 0


@nb.njit(cache=True, nogil=True)
def _unended(data: Any, offsets: Any, flags: Any, found: Any) -> None:  # noqa: ANN401
    for row in range(found.shape[0]):
        place = offsets[row + 1]
        while place > offsets[row]:
            place -= 1
            while data[place] & _LEAD == _CONTINUES:
                place -= 1
            code = decode(data, place)[0]
            flag = flags[code] if code < TABLE_SIZE else 0
            if not flag & _BLANK:
                found[row] = not flag & _ENDS
                break


@nb.njit(cache=True, nogil=True)
def _loops(data: Any, offsets: Any, characters: Any, bounds: Any, found: Any) -> None:  # noqa: ANN401
    least, probe, repeats = bounds
    for row in range(found.shape[0]):
        size = characters[row]
        if size < least:
            continue
        text = data[offsets[row] : offsets[row + 1]]
        for at in (size - probe, size * 3 // 4, size // 2):
            first = _byte_of(text, at, size)
            last = _byte_of(text, at + probe // 2, size)
            if _stands_often(text, first, last, repeats):
                found[row] = True
                break


@nb.njit(cache=True, nogil=True)
def _byte_of(text: Any, index: Any, size: Any) -> Any:  # noqa: ANN401
    """Where the character of this number begins in a text of so many characters."""
    if size == text.shape[0]:
        return index
    place, seen = 0, 0
    while place + _BLOCK <= text.shape[0]:
        here = np.uint8(0)
        for at in range(_BLOCK):
            here += np.uint8(text[place + at] & _LEAD != _CONTINUES)
        if seen + here > index:
            break
        seen += here
        place += _BLOCK
    while place < text.shape[0]:
        if text[place] & _LEAD != _CONTINUES:
            if seen == index:
                break
            seen += 1
        place += 1
    return place


@nb.njit(cache=True, nogil=True)
def _stands_often(text: Any, first: Any, last: Any, repeats: Any) -> Any:  # noqa: ANN401
    """Whether a piece of a text stands in it so many times, without overlap."""
    size = last - first
    if size < _BEGINNING:
        return True
    stop = text.shape[0] - size + 1
    if _like_begun(text, first, stop) < repeats:
        return False
    times, place = 0, 0
    while place < stop and times < repeats:
        same = 0
        while same < size and text[place + same] == text[first + same]:
            same += 1
        times += same == size
        place += size if same == size else 1
    return times >= repeats


@nb.njit(cache=True, nogil=True)
def _like_begun(text: Any, first: Any, stop: Any) -> Any:  # noqa: ANN401
    """How many places before `stop` begin with the same eight bytes as the place `first`."""
    a, b, c, d = text[first], text[first + 1], text[first + 2], text[first + 3]
    e, f, g, h = text[first + 4], text[first + 5], text[first + 6], text[first + 7]
    found = 0
    for start in range(0, stop, _BLOCK):
        piece = text[start : min(stop, start + _BLOCK) + 7]
        here = np.uint8(0)
        for at in range(piece.shape[0] - 7):
            one = (piece[at] ^ a) | (piece[at + 1] ^ b) | (piece[at + 2] ^ c) | (piece[at + 3] ^ d)
            two = (piece[at + 4] ^ e) | (piece[at + 5] ^ f) | (piece[at + 6] ^ g)
            here += np.uint8((one | two | (piece[at + 7] ^ h)) == 0)
        found += here
    return found


@nb.njit(cache=True, nogil=True)
def _signs(data: Any, offsets: Any, characters: Any, choices: Any, found: Any) -> None:  # noqa: ANN401
    flags, head, share = choices
    for row in range(found.shape[0]):
        most = min(head, characters[row])
        text = data[offsets[row] : offsets[row + 1]]
        if _has_words(text, most, (1 - share) * most):
            continue
        place, seen, signs, solid = 0, 0, 0, 0
        while place < text.shape[0] and seen < most:
            code, size = decode(text, place)
            flag = flags[code] if code < TABLE_SIZE else _IS_SIGN
            signs += (flag & _IS_SIGN) != 0
            solid += (flag & _BLANK) == 0
            seen += 1
            place += size
        found[row] = signs >= share * solid and signs > 0


@nb.njit(cache=True, nogil=True)
def _has_words(text: Any, most: Any, enough: Any) -> Any:  # noqa: ANN401
    """Whether more than `enough` of the first characters surely are letters and digits, seen in blocks."""
    seen, letters, place = 0, 0, 0
    while seen < most and place < text.shape[0]:
        block = text[place : place + _BLOCK]
        begun, known = np.uint8(0), np.uint8(0)
        for at in range(block.shape[0]):
            byte = block[at]
            begun += np.uint8(byte & _LEAD != _CONTINUES)
            known += (
                np.uint8(np.uint8((byte | np.uint8(32)) - np.uint8(97)) < np.uint8(26))
                + np.uint8(np.uint8(byte - np.uint8(48)) < np.uint8(10))
                + np.uint8(np.uint8(byte - np.uint8(0xE5)) < np.uint8(5))
            )
        if seen + begun > most:
            return False
        seen += begun
        letters += known
        place += _BLOCK
        if letters > enough:
            return True
    return False
