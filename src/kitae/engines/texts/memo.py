"""Signatures computed once: texts that were signed before in this process are not read again."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.room import room_for
from kitae.engines.texts.signatures import PERMUTATIONS, Marks, Pool, Signatures, signed

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow

MOST_TEXTS = 1 << 22
"""With more in the table than this ..."""
MOST_COLUMNS = 6
"""... and than this many times the largest column, a new column starts afresh."""
PART_TEXTS = 20_000
"""Texts that are signed in one go."""
_ROOM = 2.5
"""A column of questions is followed by one of answers, and by some inputs."""
_FREE = np.int32(-1)


class SignatureMemo:
    """Signatures of texts seen before, by the hash of the text. One per process.

    Two texts of ten million would have the same hash with a probability of three in a million.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        self._pool = Pool(np.empty((0, PERMUTATIONS), np.uint16))
        self._marks = Marks(
            self._pool.values, np.empty((0, 3), np.uint64), np.empty((0, 2), np.int32)
        )
        self._known = np.empty(0, np.uint64)
        self._slots = np.full(1, _FREE, np.int32)
        self._number = 0
        self._largest = 0

    def sign(self, column: TextColumn, flow: Dataflow | None = None) -> Signatures:
        """The signature of every text; only new ones are computed.

        Args:
            column: The texts.
            flow: Where the work is done; here and now if not given.
        """
        with self._lock:
            try:
                places = self._places(column, flow)
            except BaseException:
                self.clear()
                raise
            return self._marks.signatures(self._pool, places)

    def _places(self, column: TextColumn, flow: Dataflow | None) -> NDArray[np.int64]:
        number = len(column)
        self._largest = max(self._largest, number)
        if self._number > max(MOST_TEXTS, MOST_COLUMNS * self._largest):
            self.clear()
        self._make_room(number)
        places = np.empty(number, np.int64)
        new = np.empty(number, np.int64)
        before = self._number
        count = _enter(column.hashes, (self._slots, self._known, before), places, new)
        self._number += count
        self._fill(column, new[:count], before, flow)
        return places

    def _fill(
        self, column: TextColumn, rows: NDArray[np.int64], first: int, flow: Dataflow | None
    ) -> None:
        """Sign the texts of some rows, one place after another from `first` on."""
        bounds = range(0, len(rows), PART_TEXTS)
        is_whole = len(rows) == len(column)
        parts = (
            column.part(start, min(start + PART_TEXTS, len(rows)))
            if is_whole
            else column.take(rows[start : start + PART_TEXTS])
            for start in bounds
        )
        found_parts = flow.map(signed, parts) if flow else map(signed, parts)
        for start, found in zip(bounds, found_parts, strict=True):
            room = self._marks.part(first + start, first + start + len(found.counts))
            for mine, theirs in zip(room, found, strict=True):
                mine[:] = theirs

    def _make_room(self, number: int) -> None:
        needed = self._number + number
        if needed > len(self._known):
            room = int(max(number * _ROOM, needed * 1.5)) + 1024
            marks, number = self._marks, self._number
            self._marks = Marks(
                _enlarged(marks.minhash, room, number),
                _enlarged(marks.hashes, room, number),
                _enlarged(marks.counts, room, number),
            )
            self._known = _enlarged(self._known, room, self._number)
            self._pool.values = self._marks.minhash
        if 3 * needed > 2 * len(self._slots):
            self._slots = np.full(1 << int(2 * needed).bit_length(), _FREE, np.int32)
            _enter_again(self._known[: self._number], self._slots)


def _enlarged(old: NDArray[Any], room: int, number: int) -> NDArray[Any]:
    """A table with more room."""
    new = room_for((room, *old.shape[1:]), old.dtype)
    new[:number] = old[:number]
    return new


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


MEMO = SignatureMemo()
