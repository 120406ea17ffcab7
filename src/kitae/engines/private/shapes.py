"""Kernels that tell from its bytes whether a text has numbers or signs of the shape that private data have."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import decode

LEAST_DIGITS = 4
"""An address of a machine has so many."""
_WIDE_DIGITS, _WIDE_POINT = 0xFF10, 0xFF0E
_COLON, _WIDE, _WIDE_SECOND, _WIDE_AT = (np.uint8(one) for one in (0x3A, 0xEF, 0xBC, 0xA0))
_SMALL, _A, _Z = 0x20, 0x61, 0x7A
_LETTERS_OF_CODE = 6
_REACH = 5
"""From one colon to the next in an address of version 6: four digits between them."""


def has_number_shape(column: TextColumn, digits: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether numbers stand in each text as in addresses of machines or in Italian tax codes.

    Four of them with points between them; colons as near to each other as in an address of version 6; six letters
    with two digits and a letter behind them, twice.

    Args:
        column: The texts.
        digits: How many each has.
    """
    found = np.zeros(len(column), np.bool_)
    _number_shapes(column.data, column.offsets, digits, found)
    return found


def has_wide_sign(column: TextColumn, is_wide: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a full-width `＠` or a full-width capital or small letter stands in a text.

    Args:
        column: The texts.
        is_wide: Which ones have characters beyond ASCII; only these are looked at.
    """
    found = np.zeros(len(column), np.bool_)
    _wide_signs(column.data, column.offsets, is_wide, found)
    return found


@nb.njit(cache=True, nogil=True)
def _wide_signs(data: Any, offsets: Any, is_wide: Any, found: Any) -> None:  # noqa: ANN401
    for row in range(found.shape[0]):
        if not is_wide[row]:
            continue
        text = data[offsets[row] : offsets[row + 1]]
        least = np.uint8(255)
        for at in range(text.shape[0] - 2):
            one, two, three = text[at], text[at + 1], text[at + 2]
            first = (one ^ _WIDE) | (two ^ _WIDE_SECOND) | ((three & _WIDE_AT) ^ _WIDE_AT)
            second = (one ^ _WIDE) | (two ^ np.uint8(_WIDE_SECOND + np.uint8(1)))
            least = min(least, np.uint8(first), np.uint8(second))
        found[row] = least == 0


@nb.njit(cache=True, nogil=True)
def _number_shapes(data: Any, offsets: Any, digits: Any, found: Any) -> None:  # noqa: ANN401
    for row in range(found.shape[0]):
        if digits[row] == 0:
            continue
        start, end = offsets[row], offsets[row + 1]
        found[row] = _has_near_colons(data[start:end]) or (
            digits[row] >= LEAST_DIGITS
            and (_has_points(data, start, end) or _has_code(data[start:end]))
        )


@nb.njit(cache=True, nogil=True)
def _has_near_colons(text: Any) -> Any:  # noqa: ANN401
    least = np.uint8(255)
    for at in range(text.shape[0] - _REACH):
        others = min(text[at + 1] ^ _COLON, text[at + 2] ^ _COLON, text[at + 3] ^ _COLON)
        others = min(others, text[at + 4] ^ _COLON, text[at + 5] ^ _COLON)
        least = min(least, np.uint8((text[at] ^ _COLON) | others))
    if least == 0:
        return True
    for at in range(max(0, text.shape[0] - _REACH), text.shape[0] - 1):
        for after in range(at + 1, text.shape[0]):
            if text[at] == _COLON and text[after] == _COLON:
                return True
    return False


@nb.njit(cache=True, nogil=True)
def _has_points(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    """Whether four numbers stand there with points between them, of up to three digits those inside."""
    points, run = 0, 0
    while place < end:
        code, size = decode(data, place)
        place += size
        if 48 <= code < 58 or _WIDE_DIGITS <= code < _WIDE_DIGITS + 10:
            run += 1
            if points == 3:
                return True
        elif (code == 46 or code == _WIDE_POINT) and run > 0:
            points = points + 1 if points > 0 and run <= 3 else 1
            run = 0
        else:
            points, run = 0, 0
    return False


@nb.njit(cache=True, nogil=True)
def _has_code(text: Any) -> Any:  # noqa: ANN401
    """Whether there are six letters, two digits, a letter, two digits, a letter and a digit in a row."""
    letters, stage = 0, 0
    for at in range(text.shape[0]):
        byte = text[at]
        is_letter = _A <= (byte | _SMALL) <= _Z
        is_digit = 48 <= byte < 58
        wants_letter = stage in (2, 5)
        if stage == 0:
            stage = 1 if is_digit and letters >= _LETTERS_OF_CODE else 0
        elif (is_letter and wants_letter) or (is_digit and not wants_letter):
            stage += 1
        else:
            stage = 0
        if stage == 7:
            return True
        letters = letters + 1 if is_letter else 0
    return False
