"""The changing texts inside frames: where they begin and end, and which are equal."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from kitae.engines.texts.tokens import mix
from kitae.engines.wording.letters import BLANK, KIND_BITS
from kitae.engines.wording.walk import character_before, letter_at

_U32, _U64 = np.uint32, np.uint64
_STEP = np.uint64(0x9E3779B97F4A7C15)


@nb.njit(cache=True, nogil=True, boundscheck=False)
def strip(texts: Any, starts: Any, ends: Any, is_framed: Any) -> None:  # noqa: ANN401
    """Leave out what is blank at both ends of the framed texts, as `str.strip` does."""
    data, table = texts
    for row in range(starts.shape[0]):
        if not is_framed[row]:
            continue
        place, end = starts[row], ends[row]
        while place < end:
            letter, size = letter_at(data, place, table)
            if letter & _U32(KIND_BITS) != BLANK:
                break
            place += size
        while end > place:
            first = character_before(data, end)
            letter, _ = letter_at(data, first, table)
            if letter & _U32(KIND_BITS) != BLANK:
                break
            end = first
        starts[row], ends[row] = place, end


@nb.njit(cache=True, nogil=True, boundscheck=False)
def span_values(data: Any, starts: Any, ends: Any, is_framed: Any) -> Any:  # noqa: ANN401
    """64 bits per framed text, equal for equal texts and never 0; 0 for the other rows."""
    values = np.zeros(starts.shape[0], np.uint64)
    for row in range(starts.shape[0]):
        if not is_framed[row]:
            continue
        place, end = starts[row], ends[row]
        value = _U64(end - place)
        while place + 8 <= end:
            eight = _U64(0)
            for i in range(8):
                eight |= _U64(data[place + i]) << _U64(8 * i)
            value = (value ^ mix(eight)) * _STEP
            value ^= value >> _U64(32)
            place += 8
        while place < end:
            value = (value ^ _U64(data[place])) * _STEP
            value ^= value >> _U64(32)
            place += 1
        values[row] = mix(value) | _U64(1)
    return values
