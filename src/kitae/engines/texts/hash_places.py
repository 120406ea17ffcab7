"""Numbers for 64-bit hashes in the order in which they are met first."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

_FREE = np.int32(-1)


class HashPlaces:
    """Remembers hashes; each has the place that it was given when it was new: 0, 1, 2 ..."""

    def __init__(self) -> None:
        self._known = np.empty(0, np.uint64)
        self._slots = np.full(1, _FREE, np.int32)
        self._number = 0

    def __len__(self) -> int:
        """How many different hashes were met."""
        return self._number

    def enter(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(the place of each hash, which of them are new, in the order of their places)."""
        self._make_room(self._number + len(hashes))
        places = np.empty(len(hashes), np.int64)
        new = np.empty(len(hashes), np.int64)
        count = _enter(hashes, (self._slots, self._known, self._number), places, new)
        self._number += count
        return places, new[:count]

    def _make_room(self, needed: int) -> None:
        if needed > len(self._known):
            known = np.empty(needed + needed // 2 + 1024, np.uint64)
            known[: self._number] = self._known[: self._number]
            self._known = known
        if 3 * needed > 2 * len(self._slots):
            self._slots = np.full(1 << int(2 * needed).bit_length(), _FREE, np.int32)
            _enter_again(self._known[: self._number], self._slots)


@nb.njit(cache=True, nogil=True)
def _enter(hashes: Any, table: Any, places: Any, new: Any) -> Any:  # noqa: ANN401
    """Find the place of each hash, entering those that are new; gives their number."""
    slots, known, number = table
    mask = np.uint64(slots.shape[0] - 1)
    count = 0
    for i in range(hashes.shape[0]):
        at = hashes[i] & mask
        while slots[at] >= 0 and known[slots[at]] != hashes[i]:
            at = (at + np.uint64(1)) & mask
        if slots[at] < 0:
            slots[at] = number + count
            known[number + count] = hashes[i]
            new[count] = i
            count += 1
        places[i] = slots[at]
    return count


@nb.njit(cache=True, nogil=True)
def _enter_again(known: Any, slots: Any) -> None:  # noqa: ANN401
    mask = np.uint64(slots.shape[0] - 1)
    for row in range(known.shape[0]):
        at = known[row] & mask
        while slots[at] >= 0:
            at = (at + np.uint64(1)) & mask
        slots[at] = row
