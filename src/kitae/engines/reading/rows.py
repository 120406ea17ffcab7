"""What reading gives: rows as they stand in the file, and what was wrong with them."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from kitae.records.issues import RowIssue

Format = Literal["json", "jsonl", "csv", "tsv", "xlsx", "parquet", "arrow"]

MAX_ROW_CHARACTERS = 16 * 2**20
MAX_DEPTH = 64
EXCERPT_BYTES = 200


class Place(NamedTuple):
    """A spot in a file, for people and for tools."""

    line: int | None
    column: int | None
    byte_offset: int | None


class Places(Protocol):
    """Turns a position, as the reader counts, into a place."""

    def at(self, position: int) -> Place:
        """The place of a position."""
        ...

    def excerpt(self, position: int) -> str:
        """The raw text from there on, at most `EXCERPT_BYTES` long."""
        ...


class RawRow(NamedTuple):
    """One row as it stands in the file.

    Attributes:
        values: Field -> value, as the format has it.
        number: 1-based count of rows in reading order, broken ones included.
        line: 1-based line (row, for spreadsheets) where it starts.
        position: Where it starts, for `Places`.
        repairs: Rules that mended it on the way in.
    """

    values: dict[str, Any]
    number: int
    line: int
    position: int
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadOptions:
    """What the user said about a file; None and `auto` are found out.

    Attributes:
        format: A `Format` or `auto`.
        encoding: Name of the text encoding.
        sheet: Name of a spreadsheet's sheet.
        header_row: 1-based row with the names of the columns.
    """

    format: Format | Literal["auto"] = "auto"
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None


@dataclass(frozen=True)
class Reading:
    """A file, read.

    Attributes:
        format: What it was read as.
        rows: In file order.
        broken: Pieces that should have been rows, each counted as one.
        repairs: Everything that was mended, with its place.
        places: Where positions are.
        columns: Names of the columns in order; for JSON, in order of appearance.
        encoding: Of text formats; empty for others.
        is_guess: Whether the encoding is a guess.
        confidence: Of that guess.
        sheet: Of spreadsheets.
        header_row: Of tables with one.
    """

    format: Format
    rows: list[RawRow]
    broken: list[RowIssue]
    repairs: list[RowIssue]
    places: Places
    columns: tuple[str, ...] = ()
    encoding: str = ""
    is_guess: bool = False
    confidence: float = 1.0
    sheet: str | None = None
    header_row: int | None = None
    other_sheets: tuple[str, ...] = field(default=())

    @property
    def rows_seen(self) -> int:
        """Rows and broken pieces together."""
        return len(self.rows) + len(self.broken)


@dataclass
class Findings:
    """Collects the issues of one source while it is read."""

    source: str
    places: Places
    broken: list[RowIssue] = field(default_factory=list[RowIssue])
    repairs: list[RowIssue] = field(default_factory=list[RowIssue])

    def repaired(self, rule: str, position: int, detail: str = "") -> None:
        """Note a repair."""
        self.repairs.append(self.issue(rule, position, detail))

    def quarantined(self, rule: str, position: int, detail: str = "", start: int = -1) -> None:
        """Note a piece that could not become a row; the excerpt begins at `start` when given."""
        self.broken.append(self.issue(rule, position, detail, start))

    def issue(
        self,
        rule: str,
        position: int,
        detail: str = "",
        start: int = -1,
        field_name: str | None = None,
    ) -> RowIssue:
        """The evidence of something at a position."""
        place = self.places.at(position)
        return RowIssue(
            source=self.source,
            line=place.line,
            column=place.column,
            byte_offset=place.byte_offset,
            field=field_name,
            rule=rule,
            detail=showable(detail),
            excerpt=self.places.excerpt(start if start >= 0 else position),
        )


def showable(text: str, limit: int = EXCERPT_BYTES) -> str:
    """Text cut to a number of bytes, with what cannot be written replaced."""
    raw = text[:limit].encode("utf-8", "replace")
    return raw[:limit].decode("utf-8", "ignore")


_MARK_STEP = 65_536
_WINDOW = 65_536


class _Mark(NamedTuple):
    position: int
    line: int
    line_start: int
    byte_offset: int


def _first_line(text: str) -> str:
    return text.strip("\r\n").split("\n", 1)[0]


class TextPlaces:
    """Places in a decoded text; positions count characters. Fast when asked in rising order."""

    def __init__(
        self,
        text: str,
        encoding: str,
        *,
        first_line: int = 1,
        first_offset: int = 0,
        num_bytes: int | None = None,
        has_line_rows: bool = False,
    ) -> None:
        self._text = text
        self._num_bytes = num_bytes
        self._has_line_rows = has_line_rows
        self._codec = "utf-8" if encoding == "utf-8-sig" else encoding
        self._marks = [_Mark(0, first_line, 0, first_offset)]

    def at(self, position: int) -> Place:
        """The place of a character."""
        mark = self._nearest_mark(position)
        for stop in (*range(mark.position + _MARK_STEP, position, _MARK_STEP), position):
            mark = self._advance(mark, stop)
            if stop > self._marks[-1].position:
                self._marks.append(mark)
        offset = mark.byte_offset
        if self._num_bytes is not None:
            offset = min(offset, self._num_bytes)
        return Place(mark.line, position - mark.line_start + 1, offset)

    def excerpt(self, position: int) -> str:
        """The text from there on."""
        piece = self._text[position : position + EXCERPT_BYTES]
        return showable(_first_line(piece) if self._has_line_rows else piece)

    def _nearest_mark(self, position: int) -> _Mark:
        return self._marks[bisect_right(self._marks, position, key=lambda m: m.position) - 1]

    def _advance(self, mark: _Mark, stop: int) -> _Mark:
        piece = self._text[mark.position : stop]
        newline = piece.rfind("\n")
        return _Mark(
            stop,
            mark.line + piece.count("\n"),
            mark.position + newline + 1 if newline >= 0 else mark.line_start,
            mark.byte_offset + len(piece.encode(self._codec, "surrogateescape")),
        )


class Bytes(Protocol):
    """What `bytes` can do and is needed here; a file can do it too."""

    def __getitem__(self, part: slice, /) -> bytes:
        """A piece of it."""
        ...

    def count(self, sign: bytes, start: int, end: int, /) -> int:
        """How often a byte stands in a part."""
        ...

    def rfind(self, sign: bytes, start: int, end: int, /) -> int:
        """Where a byte stands last in a part; -1 where it does not."""
        ...


class FileBytes:
    """The bytes of an open file from a place on, read when they are asked for."""

    def __init__(self, descriptor: int, start: int) -> None:
        self._descriptor = descriptor
        self._start = start

    def __getitem__(self, part: slice, /) -> bytes:
        """A piece of the file; both ends are given."""
        return os.pread(self._descriptor, part.stop - part.start, self._start + part.start)

    def count(self, sign: bytes, start: int, end: int, /) -> int:
        """How often a byte stands in a part."""
        pieces = (self[at : min(at + _WINDOW, end)] for at in range(start, end, _WINDOW))
        return sum(piece.count(sign) for piece in pieces)

    def rfind(self, sign: bytes, start: int, end: int, /) -> int:
        """Where a byte stands last in a part; -1 where it does not."""
        while end > start:
            first = max(start, end - _WINDOW)
            found = self[first:end].rfind(sign)
            if found >= 0:
                return first + found
            end = first
        return -1


class BytePlaces:
    """Places in UTF-8 bytes; positions count bytes from the first one after the byte order mark."""

    def __init__(self, data: Bytes, mark_bytes: int) -> None:
        self._data = data
        self.mark_bytes = mark_bytes
        self._position, self._line, self._column = 0, 1, 1

    def mark(self, position: int, line: int) -> None:
        """Tell the line of a position, so that what lies before it need not be counted."""
        if line != self._line:
            self._position, self._line, self._column = position, line, 0

    def at(self, position: int) -> Place:
        """The place of a byte."""
        if position < self._position:
            self._position, self._line, self._column = 0, 1, 1
        seen = self._position
        breaks = self._data.count(b"\n", seen, position)
        if breaks or not self._column:
            seen = self._data.rfind(b"\n", 0, position) + 1
            self._column = 1
        self._column += len(self._data[seen:position].decode("utf-8", "replace"))
        self._line += breaks
        self._position = position
        return Place(self._line, self._column, position + self.mark_bytes)

    def excerpt(self, position: int) -> str:
        """The text from there on."""
        piece = self._data[position : position + EXCERPT_BYTES].decode("utf-8", "ignore")
        return _first_line(piece)


class RowPlaces:
    """Places in a table without text lines: positions are row numbers."""

    def __init__(self, excerpt: Callable[[int], str]) -> None:
        self._excerpt = excerpt

    def at(self, position: int) -> Place:
        """The row."""
        return Place(position, None, None)

    def excerpt(self, position: int) -> str:
        """What stands in the row."""
        return self._excerpt(position)
