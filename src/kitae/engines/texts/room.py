"""Room for large tables: in memory up to a size, beyond it in a file that the system may write out."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

ON_DISK_BYTES = 1 << 30
"""Larger than this, a table is a file without a name, gone when nobody uses it any more."""


def room_for(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """An array of undefined content; what is not written to takes neither memory nor disk."""
    if int(np.prod(shape)) * np.dtype(dtype).itemsize <= ON_DISK_BYTES:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="kitae-") as file:
        whole: NDArray[Any] = np.memmap(file, dtype, "w+", shape=shape)
        return whole.view(np.ndarray)
