"""The bytes of a column as overlapping numbers: eight places compared at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WORD_BYTES = 8


def words_of(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The eight bytes from each place on as one number, the first the lowest; the last seven places have none."""
    size = len(data) - WORD_BYTES + 1
    if size <= 0:
        return np.ndarray((0,), "<u8", buffer=bytes(WORD_BYTES), strides=(1,))
    return np.ndarray((size,), "<u8", buffer=data.data, strides=(1,))
