"""JSONL in UTF-8, read block by block: however long the file, a few megabytes of it are in memory.

A block is looked at as a whole first (numpy), so that a sound line costs a parse and two comparisons.
What is odd goes to the careful reader of `json_text`, with the row before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

import orjson

from kitae.engines.reading.json_strict import count_keys, is_plain
from kitae.engines.reading.json_text import TextReader, TextRows
from kitae.engines.reading.rows import (
    MAX_DEPTH,
    MAX_ROW_CHARACTERS,
    BytePlaces,
    Findings,
    RawRow,
    TextPlaces,
)

BLOCK_BYTES = 2**18
"""Small enough for the caches; larger ones cost a page fault per page."""
HEAD_BYTES = 2**20
"""So much of a file tells whether it is one of lines."""
_COLON, _QUOTE, _BLANK, _BREAK = b':" \n'
_BACKSLASH, _U = b"\\u"
_OPEN = ord("{")
"""With its sixth bit set, `[` is `{` too."""
_LOST = "\ufffd".encode()
_LINES_TRIED = 20

Values = dict[str, Any]
TakeRows = Callable[[Sequence[Values], int, bool], int]
"""(rows, line of the first, whether no text of theirs can hold NUL or U+FFFD) -> how many of them, from
the first on, are dealt with."""


class LineBlock(NamedTuple):
    """Whole lines of a file.

    Attributes:
        data: The bytes of all of them.
        first_line: Number of the first one, from 1.
        start: Position of the first one in the file, after the byte order mark.
        starts: Where each starts in the data, and where the next one would.
        colons: Per line, how often a quote stands right before a colon: at least once per key. -1 where
            a blank may stand between them.
        opens: Per line, how many brackets open.
        is_clean: Whether no text can hold NUL or U+FFFD.
    """

    data: bytes
    first_line: int
    start: int
    starts: list[int]
    colons: list[int]
    opens: list[int]
    is_clean: bool

    def position(self, place: int) -> int:
        """Where a line starts in the file, after the byte order mark."""
        return self.start + self.starts[place]

    def line(self, place: int) -> bytes:
        """One line without its break."""
        return self.data[self.starts[place] : self.starts[place + 1] - 1]


class _Stretch(NamedTuple):
    """Sound rows, one line after another.

    Attributes:
        values: The rows.
        block: Where they stand.
        first: Number of the first one's line in the block, from 0.
    """

    values: Sequence[Values]
    block: LineBlock
    first: int


@dataclass
class _Run:
    """Lines that are no sound rows, one after another."""

    line: int = 0
    start: int = 0
    lines: list[bytes] = field(default_factory=list[bytes])

    def add(self, block: LineBlock, first: int, end: int) -> None:
        """Add lines of a block; a run starts with one that is not blank."""
        for place in range(first, end):
            raw = block.line(place)
            if self.lines:
                self.lines.append(raw)
            elif raw and not raw.isspace():
                self.lines, self.line, self.start = (
                    [raw],
                    block.first_line + place,
                    block.position(place),
                )


class JsonLines:
    """A JSONL file while it is read; can be gone through once."""

    def __init__(self, stream: BinaryIO, findings: Findings, places: BytePlaces) -> None:
        self._stream = stream
        self._findings = findings
        self._places = places
        self._reader = TextReader(findings, is_lines=True)
        self._ends_with_break = False

    @property
    def rows_read(self) -> int:
        """Rows met so far."""
        return self._reader.rows_before

    def rows(self, take: TakeRows) -> Iterator[RawRow]:
        """All rows in file order but those that `take` deals with; it is asked in the same order.

        A row is held back until the line after it is known: a stray sign there belongs to it.
        """
        held: _Stretch | None = None
        run = _Run()
        for block in self._blocks():
            values: list[Any] = _sound_values(block)
            for first, end, is_sound in _stretches(values):
                if not is_sound:
                    run.add(block, first, end)
                    continue
                if run.lines:
                    yield from self._rows_of_run(held, run, end="\n")
                    run = _Run()
                elif held is not None:
                    yield from self._rows_of(held, take)
                yield from self._rows_of(_Stretch(values[first : end - 1], block, first), take)
                held = _Stretch(values[end - 1 : end], block, end - 1)
        if run.lines:
            yield from self._rows_of_run(held, run, end="\n" if self._ends_with_break else "")
        elif held is not None:
            yield from self._rows_of(held, take)

    def _rows_of(self, stretch: _Stretch, take: TakeRows) -> Iterator[RawRow]:
        """Those of some sound rows that `take` leaves."""
        reader, block = self._reader, stretch.block
        line = block.first_line + stretch.first
        done, count = 0, len(stretch.values)
        while done < count:
            rest = stretch.values[done:] if done else stretch.values
            taken = take(rest, line + done, block.is_clean)
            reader.rows_before += taken
            done += taken
            if done < count:
                self._read(stretch, done)
                yield from self._hand_on()
                done += 1

    def _read(self, stretch: _Stretch, place: int) -> None:
        reader = self._reader
        block, at = stretch.block, stretch.first + place
        values, line, start = stretch.values[place], block.first_line + at, block.position(at)
        reader.rows.append(RawRow(values, reader.next_number, line, start))

    def _rows_of_run(self, held: _Stretch | None, run: _Run, *, end: str) -> Iterator[RawRow]:
        """The row before some odd lines, and what can be read in them."""
        reader, findings = self._reader, self._findings
        if held is not None:
            self._read(held, 0)
        text = b"\n".join(run.lines).decode("utf-8", "surrogateescape") + end
        offset = run.start + self._places.mark_bytes
        findings.places = TextPlaces(
            text, "utf-8", first_line=run.line, first_offset=offset, has_line_rows=True
        )
        reader.read_piece(text, TextRows(text, run.line, run.start))
        findings.places = self._places
        return self._hand_on()

    def _hand_on(self) -> Iterator[RawRow]:
        for row in self._reader.hand_on():
            self._places.mark(row.position, row.line)
            yield row

    def _blocks(self) -> Iterator[LineBlock]:
        """The file in blocks of whole lines; a line that is longer than a block is a block."""
        rest, start, line = b"", 0, 1
        while piece := self._stream.read(max(BLOCK_BYTES, len(rest))):
            self._ends_with_break = piece.endswith(b"\n")
            cut = piece.rfind(b"\n") + 1
            if not cut:
                rest += piece
                continue
            block = _block(rest + piece[:cut], line, start)
            yield block
            rest, start, line = piece[cut:], start + len(block.data), line + len(block.colons)
        if rest:
            yield _block(rest + b"\n", line, start)


def is_lines(head: bytes) -> bool:
    """Whether most of the first lines are objects on their own.

    Args:
        head: The first megabyte of a text, or all of it.
    """
    seen, objects = _first_lines(head)
    return objects * 2 >= seen and objects > 0


def count_objects(head: bytes) -> int:
    """How many of the first lines are objects on their own."""
    return _first_lines(head)[1]


def _first_lines(head: bytes) -> tuple[int, int]:
    """How many lines were looked at, and how many of them are objects."""
    seen = objects = 0
    for line in head[:HEAD_BYTES].split(b"\n"):
        if not line.strip():
            continue
        seen += 1
        objects += line.lstrip()[:1] == b"{" and _is_object(line)
        if seen == _LINES_TRIED:
            break
    return seen, objects


def _is_object(line: bytes) -> bool:
    try:
        return type(orjson.loads(line)) is dict
    except orjson.JSONDecodeError:
        return False


def _block(data: bytes, first_line: int, start: int) -> LineBlock:
    """Lines that each end with a break, and what one look at all of their bytes tells."""
    import numpy as np

    signs = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(signs == _BREAK)
    colons = np.flatnonzero(signs == _COLON)
    before_colons = signs[colons - 1]
    has_spaced = bool((before_colons <= _BLANK).any())
    keys = _per_line(colons[before_colons == _QUOTE], breaks)
    has_escape = (signs[np.flatnonzero(signs[:-1] == _BACKSLASH) + 1] == _U).any()
    lost = np.flatnonzero(signs == _LOST[2])
    has_lost = ((signs[lost - 1] == _LOST[1]) & (signs[lost - 2] == _LOST[0])).any()
    return LineBlock(
        data,
        first_line,
        start,
        [0, *(breaks + 1).tolist()],
        [-1] * len(keys) if has_spaced else keys,
        _per_line(np.flatnonzero((signs | 0x20) == _OPEN), breaks),
        is_clean=not (has_lost or has_escape),
    )


def _per_line(found: Any, breaks: Any) -> list[int]:  # noqa: ANN401
    """How many of the places found lie in each line."""
    import numpy as np

    return np.diff(np.searchsorted(found, breaks), prepend=0).tolist()


def _stretches(values: list[Values | None]) -> Iterator[tuple[int, int, bool]]:
    """(first, end, whether sound) of lines of one kind, one after another."""
    odd = [place for place, value in enumerate(values) if value is None]
    place = 0
    for at in odd:
        if at > place:
            yield place, at, True
        yield at, at + 1, False
        place = at + 1
    if place < len(values):
        yield place, len(values), True


def _sound_values(block: LineBlock) -> list[Values | None]:
    """Each line's object; None where it has to be looked at more carefully, or is blank."""
    found: list[Values | None] = []
    add, loads, data, start = found.append, orjson.loads, memoryview(block.data), 0
    for end, colons, opens in zip(block.starts[1:], block.colons, block.opens, strict=True):
        raw = data[start : end - 1]
        start = end
        try:
            value = loads(raw) if len(raw) <= MAX_ROW_CHARACTERS else None
        except orjson.JSONDecodeError:
            value = None
        if type(value) is not dict:
            add(None)
        elif opens <= MAX_DEPTH and (colons == len(value) or colons == count_keys(value)):
            add(value)
        else:
            add(value if is_plain(bytes(raw), value) else None)
    return found
