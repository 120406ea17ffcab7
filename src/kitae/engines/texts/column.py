"""A column of texts as bytes and offsets: what Arrow stores, compiled kernels read and Python slices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numba as nb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class TextColumn:
    """Texts in UTF-8.

    Attributes:
        data: Bytes of all texts, one after another.
        offsets: Text `i` is `data[offsets[i]:offsets[i + 1]]`; int64, one longer than the column.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    @classmethod
    def from_arrow(cls, array: Any) -> TextColumn:  # noqa: ANN401
        """An Arrow array (or chunked one) of strings, without copying where it is in one piece."""
        whole: Any = array
        if isinstance(array, pa.ChunkedArray):
            chunks: list[Any] = cast("Any", array).chunks
            chunks = chunks or [pa.array([], pa.large_string())]
            whole = chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)
        whole = whole.cast(pa.large_string())
        buffers: Any = whole.buffers()
        _, offsets, data = buffers
        starts = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
        if not len(whole):
            return cls(np.zeros(0, np.uint8), np.zeros(1, np.int64))
        content = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
        return cls(content, starts)

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> TextColumn:
        """A column of Python texts."""
        return cls.from_arrow(pa.array(texts, pa.large_string()))

    @cached_property
    def hashes(self) -> NDArray[np.uint64]:
        """A 64-bit hash of each text's bytes; equal texts have equal ones on every machine."""
        return _text_hashes(self.data, self.offsets)

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str:
        """One text."""
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes().decode()

    def texts(self, rows: Sequence[int] | NDArray[np.int64]) -> Iterator[str]:
        """Some texts, in the given order."""
        for row in rows:
            yield self[int(row)]

    def take(self, rows: NDArray[np.int64]) -> TextColumn:
        """Some texts as a column of their own, in the given order."""
        return self.slices(self.offsets[rows], self.offsets[rows + 1])

    def slices(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> TextColumn:
        """Pieces of the data as a column of their own.

        Args:
            starts: First byte of each piece in `data`.
            ends: The byte after its last.
        """
        offsets = np.zeros(len(starts) + 1, np.int64)
        np.cumsum(ends - starts, out=offsets[1:])
        data = np.empty(int(offsets[-1]), np.uint8)
        _copy_pieces(self.data, starts, ends, data, offsets)
        return TextColumn(data, offsets)

    def part(self, first: int, end: int) -> TextColumn:
        """The texts from one number up to another, without copying them."""
        offsets = self.offsets[first : end + 1]
        start = offsets[0]
        return TextColumn(self.data[start : offsets[-1]], offsets - start)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Bytes of each text."""
        return np.diff(self.offsets)

    def replaced(self, new: Mapping[int, str]) -> TextColumn:
        """The column with some texts changed."""
        if not new:
            return self
        rows = np.array(sorted(new), np.int64)
        pieces = [new[int(row)].encode() for row in rows]
        sizes = self.sizes.copy()
        sizes[rows] = [len(piece) for piece in pieces]
        offsets = np.zeros(len(self) + 1, np.int64)
        np.cumsum(sizes, out=offsets[1:])
        data = np.empty(int(offsets[-1]), np.uint8)
        last = 0
        for row, piece in zip(rows.tolist(), pieces, strict=True):
            self._copy(last, row, data, offsets)
            data[offsets[row] : offsets[row + 1]] = np.frombuffer(piece, np.uint8)
            last = row + 1
        self._copy(last, len(self), data, offsets)
        return TextColumn(data, offsets)

    def _copy(
        self, first: int, stop: int, data: NDArray[np.uint8], offsets: NDArray[np.int64]
    ) -> None:
        """Copy the texts `first` to `stop` (exclusive) to their place in a new column."""
        piece = self.data[self.offsets[first] : self.offsets[stop]]
        data[offsets[first] : offsets[stop]] = piece

    def pieces(self) -> Iterator[memoryview]:
        """The sizes of the texts and their bytes, for hashing."""
        for part in (self.sizes, self.data[self.offsets[0] : self.offsets[-1]]):
            yield np.ascontiguousarray(part).data.cast("B")

    def to_arrow(self) -> pa.Array[Any]:
        """The column as an Arrow array of strings (large ones from 2 GiB on)."""
        start = int(self.offsets[0])
        offsets = self.offsets - start
        data = self.data[start : int(self.offsets[-1])]
        parts: tuple[Any, ...] = np.ascontiguousarray(offsets), np.ascontiguousarray(data)
        buffers = [None, *(pa.py_buffer(part) for part in parts)]
        large: Any = pa.Array.from_buffers(pa.large_string(), len(self), buffers)
        return large if int(offsets[-1]) >= 2**31 else large.cast(pa.string())


def joined(columns: Sequence[TextColumn]) -> TextColumn:
    """Columns one after another as one."""
    data = [one.data[one.offsets[0] : one.offsets[-1]] for one in columns]
    starts = np.cumsum([0, *(len(piece) for piece in data)])
    offsets = [
        one.offsets[:-1] - one.offsets[0] + start
        for one, start in zip(columns, starts, strict=False)
    ]
    return TextColumn(
        np.concatenate([*data, np.zeros(0, np.uint8)]),
        np.concatenate([*offsets, starts[-1:]]).astype(np.int64),
    )


def first_bytes(column: TextColumn) -> NDArray[np.uint8]:
    """The first byte of each text that is no white space; 0 where there is none."""
    return _first_bytes(column.data, column.offsets)


@nb.njit(cache=True, nogil=True)
def _copy_pieces(source: Any, starts: Any, ends: Any, data: Any, offsets: Any) -> None:  # noqa: ANN401
    for i in range(starts.shape[0]):
        data[offsets[i] : offsets[i + 1]] = source[starts[i] : ends[i]]


@nb.njit(cache=True, nogil=True)
def _first_bytes(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    found = np.zeros(offsets.shape[0] - 1, np.uint8)
    for row in range(found.shape[0]):
        for place in range(offsets[row], offsets[row + 1]):
            if data[place] > 32:
                found[row] = data[place]
                break
    return found


@nb.njit(cache=True, nogil=True)
def _text_hashes(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    found = np.empty(offsets.shape[0] - 1, np.uint64)
    for row in range(found.shape[0]):
        place, end = offsets[row], offsets[row + 1]
        value = np.uint64(end - place) * np.uint64(0x9E3779B97F4A7C15)
        while place + 8 <= end:
            word = np.uint64(0)
            for i in range(8):
                word |= np.uint64(data[place + i]) << np.uint64(8 * i)
            value = (value ^ word) * np.uint64(0xFF51AFD7ED558CCD)
            value ^= value >> np.uint64(32)
            place += 8
        word = np.uint64(0)
        shift = np.uint64(0)
        while place < end:
            word |= np.uint64(data[place]) << shift
            shift += np.uint64(8)
            place += 1
        value = (value ^ word) * np.uint64(0xC4CEB9FE1A85EC53)
        found[row] = value ^ (value >> np.uint64(33))
    return found
