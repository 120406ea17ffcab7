"""Signatures computed once: texts that were signed before in this process are not read again."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.hash_places import HashPlaces
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
        self._texts = HashPlaces()
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
        if len(self._texts) > max(MOST_TEXTS, MOST_COLUMNS * self._largest):
            self.clear()
        before = len(self._texts)
        self._make_room(before, number)
        places, new = self._texts.enter(column.hashes)
        self._fill(column, new, before, flow)
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

    def _make_room(self, used: int, more: int) -> None:
        if used + more > len(self._marks.counts):
            room = int(max(more * _ROOM, (used + more) * 1.5)) + 1024
            marks = self._marks
            self._marks = Marks(
                _enlarged(marks.minhash, room, used),
                _enlarged(marks.hashes, room, used),
                _enlarged(marks.counts, room, used),
            )
            self._pool.values = self._marks.minhash


def _enlarged(old: NDArray[Any], room: int, number: int) -> NDArray[Any]:
    """A table with more room."""
    new = room_for((room, *old.shape[1:]), old.dtype)
    new[:number] = old[:number]
    return new


MEMO = SignatureMemo()
