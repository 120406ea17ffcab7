"""One line of JSON: where its keys and values stand. Compiled; what is unusual counts as unsound."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

MAX_KEYS = 24
MAX_TURNS = 3
STRING, NULL, EMPTY, SCALAR, TURNS = range(5)
KEY, KEY_END, KIND, START, END, ESCAPED = range(6)
HALF = 6
"""A turn is two keys with their texts, each in the first six places or the next six."""


@nb.njit
def _blank(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    """The next place that is no white space."""
    while place < end and (data[place] == 32 or data[place] == 9 or data[place] == 13):
        place += 1
    return place


@nb.njit
def scan_row(data: Any, place: Any, end: Any, spans: Any, turns: Any) -> Any:  # noqa: ANN401
    """(number of keys, number of turns) of an object that fills the line; (-1, 0) for anything else."""
    place = _blank(data, place, end)
    if place >= end or data[place] != 123:
        return -1, 0
    number, num_turns = 0, 0
    while number < MAX_KEYS:
        place = _scan_key(data, place + 1, end, spans[number])
        if place < 0:
            return -1, 0
        if data[place] == 91:
            room = turns if num_turns == 0 else turns[:0]
            place, found = _scan_list(data, place, end, room)
            spans[number, KIND] = TURNS if found > 0 else EMPTY
            num_turns += found
        else:
            place = _scan_value(data, place, end, spans[number])
        if place < 0 or _is_twice(data, spans, number):
            return -1, 0
        number += 1
        place = _blank(data, place, end)
        if place < end and data[place] == 44:
            continue
        if place >= end or data[place] != 125:
            return -1, 0
        is_all = _blank(data, place + 1, end) == end
        return (number, num_turns) if is_all else (-1, 0)
    return -1, 0


@nb.njit
def _scan_key(data: Any, place: Any, end: Any, span: Any) -> Any:  # noqa: ANN401
    """Note a key without escapes; the place of its value, -1 where there is none."""
    place = _blank(data, place, end)
    if place >= end or data[place] != 34:
        return -1
    stop, is_escaped = _scan_string(data, place + 1, end)
    if stop < 0 or is_escaped:
        return -1
    span[KEY], span[KEY_END] = place + 1, stop
    place = _blank(data, stop + 1, end)
    if place >= end or data[place] != 58:
        return -1
    place = _blank(data, place + 1, end)
    return place if place < end else -1


@nb.njit
def _is_twice(data: Any, spans: Any, number: Any) -> Any:  # noqa: ANN401
    start, size = spans[number, KEY], spans[number, KEY_END] - spans[number, KEY]
    for other in range(number):
        first = spans[other, KEY]
        if spans[other, KEY_END] - first == size and same_bytes(data, start, data, first, size):
            return True
    return False


@nb.njit
def same_bytes(one: Any, start: Any, other: Any, first: Any, size: Any) -> Any:  # noqa: ANN401
    """Whether the bytes from two places on are equal."""
    for i in range(size):  # noqa: SIM110
        if one[start + i] != other[first + i]:
            return False
    return True


@nb.njit
def _scan_value(data: Any, place: Any, end: Any, span: Any) -> Any:  # noqa: ANN401
    """Note a text, null, true, false or a plain number; the place after it, -1 for anything else."""
    sign = data[place]
    if sign == 34:
        stop, is_escaped = _scan_string(data, place + 1, end)
        span[KIND], span[START], span[END] = STRING, place + 1, stop
        span[ESCAPED] = np.int64(is_escaped)
        return stop + 1 if stop >= 0 else -1
    rest = end - place
    if rest >= 4 and data[place + 1] == 117 and data[place + 2] == 108 and data[place + 3] == 108:
        span[KIND] = NULL
        return place + 4 if sign == 110 else -1
    span[KIND] = SCALAR
    if sign == 116:
        is_true = rest >= 4 and data[place + 1] == 114 and data[place + 2] == 117
        return place + 4 if is_true and data[place + 3] == 101 else -1
    if sign == 102:
        is_false = rest >= 5 and data[place + 1] == 97 and data[place + 2] == 108
        return place + 5 if is_false and data[place + 3] == 115 and data[place + 4] == 101 else -1
    return _scan_number(data, place, end)


@nb.njit
def _scan_number(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    if data[place] == 45:
        place += 1
    start = place
    while place < end and 48 <= data[place] <= 57:
        place += 1
    size = place - start
    if size == 0 or size > 18 or (size > 1 and data[start] == 48):
        return -1
    if place < end and data[place] == 46:
        start = place + 1
        place = start
        while place < end and 48 <= data[place] <= 57:
            place += 1
        if place == start:
            return -1
    is_odd = place < end and (data[place] == 101 or data[place] == 69 or data[place] == 46)
    return -1 if is_odd else place


@nb.njit
def _scan_string(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    """(place of the closing quote, whether there are escapes); -1 where the text is not sound."""
    is_escaped = False
    while place < end:
        sign = data[place]
        if sign == 34:
            return place, is_escaped
        if sign < 32:
            return -1, is_escaped
        if sign == 92:
            is_escaped = True
            place = _after_escape(data, place + 1, end)
            if place < 0:
                return -1, is_escaped
        elif sign == 239 and data[place + 1] == 191 and data[place + 2] == 189:
            return -1, is_escaped
        else:
            place += 1
    return -1, is_escaped


@nb.njit
def _after_escape(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    """The place after an escape, given that after its backslash; -1 where it stands for no character."""
    if place >= end:
        return -1
    if data[place] == 117:
        code, after = code_point(data, place + 1, end)
        return -1 if code <= 0 or code == 0xFFFD else after
    return place + 1 if plain_escape(data[place]) > 0 else -1


@nb.njit
def _scan_list(data: Any, place: Any, end: Any, turns: Any) -> Any:  # noqa: ANN401
    """(place after a list of turns, their number); an empty one has none, anything else is at -1."""
    place = _blank(data, place + 1, end)
    if place < end and data[place] == 93:
        return place + 1, 0
    number = 0
    while number < turns.shape[0]:
        place = _scan_turn(data, place, end, turns[number])
        if place < 0 or place >= end:
            return -1, 0
        number += 1
        if data[place] == 93:
            return place + 1, number
        if data[place] != 44:
            return -1, 0
        place += 1
    return -1, 0


@nb.njit
def _scan_turn(data: Any, place: Any, end: Any, turn: Any) -> Any:  # noqa: ANN401
    """Note an object of two texts; the place of what follows it, -1 for anything else."""
    place = _blank(data, place, end)
    if place >= end or data[place] != 123:
        return -1
    for half in range(2):
        span = turn[half * HALF : (half + 1) * HALF]
        place = _scan_key(data, place + 1, end, span)
        if place < 0 or data[place] != 34:
            return -1
        place = _scan_value(data, place, end, span)
        if place < 0:
            return -1
        place = _blank(data, place, end)
        if place >= end or data[place] != (44 if half == 0 else 125):
            return -1
    return _blank(data, place + 1, end)


@nb.njit
def plain_escape(sign: Any) -> Any:  # noqa: ANN401
    """What an escape of one letter stands for; 0 for none."""
    if sign == 34 or sign == 92 or sign == 47:
        return np.uint8(sign)
    if sign == 110:
        return np.uint8(10)
    if sign == 116:
        return np.uint8(9)
    if sign == 114:
        return np.uint8(13)
    if sign == 98:
        return np.uint8(8)
    return np.uint8(12) if sign == 102 else np.uint8(0)


@nb.njit
def code_point(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    """(character of an escape, the place after it); (-1, ...) for half a character or no digits."""
    code = _four_digits(data, place, end)
    place += 4
    if code < 0xD800 or code > 0xDFFF:
        return code, place
    is_pair = code < 0xDC00 and place + 6 <= end and data[place] == 92 and data[place + 1] == 117
    low = _four_digits(data, place + 2, end) if is_pair else -1
    if low < 0xDC00 or low > 0xDFFF:
        return np.int64(-1), place
    return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), place + 6


@nb.njit
def _four_digits(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    value = np.int64(0)
    if place + 4 > end:
        return np.int64(-1)
    for i in range(place, place + 4):
        sign = np.int64(data[i])
        if 48 <= sign <= 57:
            digit = sign - 48
        elif 65 <= sign <= 70:
            digit = sign - 55
        elif 97 <= sign <= 102:
            digit = sign - 87
        else:
            return np.int64(-1)
        value = (value << 4) | digit
    return value
