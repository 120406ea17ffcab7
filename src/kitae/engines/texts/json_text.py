"""Columns of text -> JSON, at the speed of copying.

What is written for a row is a series of fixed pieces with escaped texts after them: `{"instruction":"` text
`","input":"` text ... A `Run` says which pieces and texts follow each other, and for which rows. The escapes
are those that `orjson` writes, so that both ways of writing give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn

BUFFER_BYTES = 1 << 18
_BLOCK = 32
"""Bytes that are copied and looked at together."""
_LONGEST_ESCAPE = 6
_MOST_ROWS = 1 << 16

_Stored = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Bytes of texts one after another, with at least a block more, and where each starts and the last ends."""

Part = tuple[bytes, TextColumn | None]
"""A fixed piece, and the texts of which one follows it; None for none."""


@dataclass(frozen=True)
class Run:
    """Parts that follow each other, for some rows once and for some more often.

    Attributes:
        parts: Written one after another for each entry.
        rows: The row of each entry, ascending.
        places: Where each entry's text stands in the columns of the parts; the row where it is not given.
    """

    parts: Sequence[Part]
    rows: NDArray[np.int64]
    places: NDArray[np.int64] | None = None


def json_pieces(slices: Iterable[Sequence[Run]]) -> Iterator[memoryview]:
    """The JSON of rows, row by row and within a row in the order of the runs.

    Args:
        slices: The runs of some rows (at most 65,536), then those of the next ones ...

    Yields:
        Pieces of a quarter of a megabyte or so; each is good until the next one is asked for.
    """
    memory = _Memory()
    for runs in slices:
        segments = _segments(runs)
        pieces = _stored([piece for run in runs for piece, _ in run.parts])
        texts, longest_text = memory.texts(_columns(runs))
        longest = int(np.diff(pieces[1]).max()) + _LONGEST_ESCAPE * longest_text
        out = memory.out(longest)
        done = 0
        while done < segments.shape[1]:
            done, used = _write(pieces, texts, _escapes(), (segments, done), out)
            yield out[:used].data


class _Memory:
    """The bytes that slice after slice is worked in: fresh memory costs more than what is done in it."""

    def __init__(self) -> None:
        self._texts = np.empty(0, np.uint8)
        self._out = np.empty(0, np.uint8)

    def texts(self, columns: Sequence[TextColumn]) -> tuple[_Stored, int]:
        """All texts one after another, and the bytes of the longest."""
        sizes = np.concatenate([*(column.sizes for column in columns), np.zeros(0, np.int64)])
        offsets = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes, out=offsets[1:])
        if len(self._texts) < offsets[-1] + _BLOCK:
            self._texts = np.zeros(int(offsets[-1]) * 5 // 4 + _BLOCK, np.uint8)
        start = 0
        for column in columns:
            data = column.data[column.offsets[0] : column.offsets[-1]]
            self._texts[start : start + len(data)] = data
            start += len(data)
        return (self._texts, offsets), int(sizes.max(initial=0))

    def out(self, longest: int) -> NDArray[np.uint8]:
        """Room for what is written, at least for the longest piece and text."""
        if len(self._out) < longest + 3 * _BLOCK:
            self._out = np.empty(max(BUFFER_BYTES, longest * 5 // 4) + 3 * _BLOCK, np.uint8)
        return self._out


def _columns(runs: Sequence[Run]) -> list[TextColumn]:
    """The different columns of some runs, in the order in which they are met."""
    found = [column for run in runs for _, column in run.parts if column is not None]
    return list({id(column): column for column in found}.values())


def _stored(pieces: Sequence[bytes]) -> _Stored:
    offsets = np.cumsum([0, *(len(piece) for piece in pieces)])
    return np.frombuffer(b"".join(pieces) + bytes(_BLOCK), np.uint8), offsets


def _segments(runs: Sequence[Run]) -> NDArray[np.int32]:
    """What is written: places of pieces, and of texts among all texts; -1 for no text."""
    columns = _columns(runs)
    ends = np.cumsum([0, *(len(column) for column in columns)]).tolist()
    starts = {id(column): start for column, start in zip(columns, ends, strict=False)}
    found: list[NDArray[np.int32]] = []
    first_piece = 0
    for run in runs:
        places = run.rows if run.places is None else run.places
        part = np.empty((2, len(run.rows), len(run.parts)), np.int32)
        part[0] = first_piece + np.arange(len(run.parts))
        for position, (_, column) in enumerate(run.parts):
            part[1, :, position] = -1 if column is None else starts[id(column)] + places
        found.append(part.reshape(2, -1))
        first_piece += len(run.parts)
    rows = np.concatenate([np.repeat(run.rows, len(run.parts)) for run in runs])
    assert rows.max(initial=0) < _MOST_ROWS
    order = np.argsort(rows.astype(np.uint16), kind="stable")
    return np.ascontiguousarray(np.concatenate(found, axis=1)[:, order])


@cache
def _escapes() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """For every byte, how it is written inside a JSON string, and the length of that."""
    short = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}
    written = [
        short.get(byte, f"\\u{byte:04x}".encode() if byte < 32 else bytes([byte]))
        for byte in range(256)
    ]
    table = np.zeros((256, _LONGEST_ESCAPE), np.uint8)
    for byte, text in enumerate(written):
        table[byte, : len(text)] = np.frombuffer(text, np.uint8)
    return table, np.array([len(text) for text in written], np.int64)


@nb.njit(cache=True, nogil=True)
def _write(pieces: Any, texts: Any, table: Any, work: Any, out: Any) -> Any:  # noqa: ANN401
    """Write segments from one on, as far as the room allows: the next segment and the bytes written."""
    piece_data, piece_offsets = pieces
    data, offsets = texts
    segments, first = work
    room = out.shape[0] - 2 * 32
    at = 0
    for k in range(first, segments.shape[1]):
        piece, text = segments[0, k], segments[1, k]
        start, stop = piece_offsets[piece], piece_offsets[piece + 1]
        size = offsets[text + 1] - offsets[text] if text >= 0 else 0
        if at + stop - start + 6 * size > room:
            return k, at
        _copy_piece(piece_data, start, stop, out, at)
        at += stop - start
        if size > 0:
            at = _write_text(data, offsets[text], offsets[text + 1], table, out, at)
    return segments.shape[1], at


@nb.njit(cache=True, nogil=True)
def _copy_piece(data: Any, start: Any, stop: Any, out: Any, at: Any) -> None:  # noqa: ANN401
    i, end, place = np.uint64(start), np.uint64(stop), np.uint64(at)
    while i < end:
        for j in range(np.uint64(32)):
            out[place + j] = data[i + j]
        i += np.uint64(32)
        place += np.uint64(32)


@nb.njit(cache=True, nogil=True)
def _write_text(data: Any, start: Any, stop: Any, table: Any, out: Any, at: Any) -> Any:  # noqa: ANN401
    """Copy a text block by block; only blocks that hold something to escape are read byte by byte."""
    escapes, lengths = table
    i, end, place = np.uint64(start), np.uint64(stop), np.uint64(at)
    block = np.uint64(32)
    while i < end:
        found, is_escaped = np.uint8(0), False
        for j in range(np.uint64(32)):
            byte = data[i + j]
            out[place + j] = byte
            found |= np.uint8(byte < 32) | np.uint8(byte == 34) | np.uint8(byte == 92)
        clean = min(block, end - i)
        if found:
            j = np.uint64(0)
            while j < clean and data[i + j] >= 32 and data[i + j] != 34 and data[i + j] != 92:
                j += np.uint64(1)
            is_escaped, clean = j < clean, j
        i += clean
        place += clean
        if found and is_escaped:
            byte = data[i]
            for j in range(np.uint64(lengths[byte])):
                out[place + j] = escapes[byte, j]
            place += np.uint64(lengths[byte])
            i += np.uint64(1)
    return np.int64(place)
