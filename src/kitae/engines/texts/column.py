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

from kitae.engines.texts.room import room_for


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
        if isinstance(array, pa.ChunkedArray):
            columns = text_pieces(cast("Any", array))
            return columns[0] if len(columns) == 1 else joined(columns)
        whole: Any = array
        buffers: Any = whole.buffers()
        _, offsets, data = buffers
        if not len(whole):
            return cls(np.zeros(0, np.uint8), np.zeros(1, np.int64))
        width: Any = np.int64 if pa.types.is_large_string(whole.type) else np.int32
        starts = np.frombuffer(offsets, width)[whole.offset : whole.offset + len(whole) + 1]
        content = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
        return cls(content, starts.astype(np.int64, copy=False))

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
        data = room_for((int(offsets[-1]),), np.uint8)
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
        changed = TextColumn.from_texts([new[row] for row in rows.tolist()])
        offsets = np.zeros(len(self) + 1, np.int64)
        sizes = self.sizes
        sizes[rows] = changed.sizes
        np.cumsum(sizes, out=offsets[1:])
        data = room_for((int(offsets[-1]),), np.uint8)
        texts, others = (self.data, self.offsets), (changed.data, changed.offsets)
        _copy_with(texts, rows, others, data, offsets)
        return TextColumn(data, offsets)

    @property
    def content(self) -> NDArray[np.uint8]:
        """The bytes of all texts, one after another."""
        return self.data[self.offsets[0] : self.offsets[-1]]

    def to_arrow(self) -> pa.Array[Any]:
        """The column as an Arrow array of strings (large ones from 2 GiB on)."""
        start = int(self.offsets[0])
        offsets = self.offsets - start
        data = self.data[start : int(self.offsets[-1])]
        parts: tuple[Any, ...] = np.ascontiguousarray(offsets), np.ascontiguousarray(data)
        buffers = [None, *(pa.py_buffer(part) for part in parts)]
        large: Any = pa.Array.from_buffers(pa.large_string(), len(self), buffers)
        return large if int(offsets[-1]) >= 2**31 else large.cast(pa.string())


def text_pieces(array: Any) -> list[TextColumn]:  # noqa: ANN401
    """A chunked Arrow array of strings as one column per chunk, without copying."""
    return [TextColumn.from_arrow(chunk) for chunk in array.chunks]


def joined(columns: Sequence[TextColumn]) -> TextColumn:
    """Columns one after another as one."""
    sizes = [int(one.offsets[-1] - one.offsets[0]) for one in columns]
    data = room_for((sum(sizes),), np.uint8)
    offsets = np.zeros(sum(map(len, columns)) + 1, np.int64)
    at, row = 0, 0
    for one, size in zip(columns, sizes, strict=True):
        first = one.offsets[0]
        data[at : at + size] = one.data[first : first + size]
        offsets[row : row + len(one) + 1] = one.offsets + (at - first)
        at, row = at + size, row + len(one)
    return TextColumn(data, offsets)


def with_lines(texts: TextColumn, more: TextColumn) -> TextColumn:
    """Each text, and where there is more, that in a line of its own."""
    extra = more.sizes + (more.sizes > 0)
    if not extra.any():
        return texts
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(texts.sizes + extra, out=offsets[1:])
    data = room_for((int(offsets[-1]),), np.uint8)
    _join_lines((texts.data, texts.offsets), (more.data, more.offsets), data, offsets)
    return TextColumn(data, offsets)


def first_bytes(column: TextColumn) -> NDArray[np.uint8]:
    """The first byte of each text that is no white space; 0 where there is none."""
    return _first_bytes(column.data, column.offsets)


@nb.njit(cache=True, nogil=True)
def _copy_pieces(source: Any, starts: Any, ends: Any, data: Any, offsets: Any) -> None:  # noqa: ANN401
    for i in range(starts.shape[0]):
        data[offsets[i] : offsets[i + 1]] = source[starts[i] : ends[i]]


@nb.njit(cache=True, nogil=True)
def _copy_with(texts: Any, rows: Any, others: Any, data: Any, offsets: Any) -> None:  # noqa: ANN401
    """Copy texts to their new places, those of some rows from elsewhere."""
    source, starts = texts
    new, news = others
    done = 0
    for i in range(rows.shape[0] + 1):
        row = rows[i] if i < rows.shape[0] else offsets.shape[0] - 1
        data[offsets[done] : offsets[row]] = source[starts[done] : starts[row]]
        if i < rows.shape[0]:
            data[offsets[row] : offsets[row + 1]] = new[news[i] : news[i + 1]]
        done = row + 1


@nb.njit(cache=True, nogil=True)
def _join_lines(texts: Any, more: Any, data: Any, offsets: Any) -> None:  # noqa: ANN401
    source, starts = texts
    second, seconds = more
    for i in range(offsets.shape[0] - 1):
        at, size = offsets[i], starts[i + 1] - starts[i]
        data[at : at + size] = source[starts[i] : starts[i + 1]]
        if seconds[i + 1] > seconds[i]:
            data[at + size] = 10
            data[at + size + 1 : offsets[i + 1]] = second[seconds[i] : seconds[i + 1]]


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
