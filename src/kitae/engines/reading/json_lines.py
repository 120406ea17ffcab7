"""JSONL in UTF-8, read block by block: however long the file, a few megabytes of it are in memory.

Lines of keys that were seen before are read by a kernel (`plain_rows`). The others are looked at together
first (numpy), so that a sound line costs a parse and two comparisons. What is odd goes to the careful
reader of `json_text`, with the row before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol

import orjson
import pyarrow as pa

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

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow
    from kitae.engines.reading.plain_rows import PlainRows, Shapes

BLOCK_BYTES = 2**20
BLOCKS_AT_ONCE = 32
"""After so many blocks the kernel hears of keys that are new since."""
HEAD_BYTES = 2**20
"""So much of a file tells whether it is one of lines."""
_COLON, _QUOTE, _BLANK, _BREAK = b':" \n'
_BACKSLASH, _U = b"\\u"
_OPEN = ord("{")
"""With its sixth bit set, `[` is `{` too."""
_LOST = "\ufffd".encode()
_LINES_TRIED = 20

Values = dict[str, Any]


class Taker(Protocol):
    """Takes the rows that need no further thought."""

    def shapes(self) -> Shapes | None:
        """How rows of keys seen so far are read; None: all are to be read as objects."""
        ...

    def take(self, rows: Sequence[Values], line: int, is_clean: bool) -> int:  # noqa: FBT001
        """How many rows, from the first on, are dealt with now.

        Args:
            rows: From one line after another.
            line: Of the first.
            is_clean: Whether no text of theirs can hold NUL or U+FFFD.
        """
        ...

    def take_plain(self, rows: PlainRows, lines: range, first_line: int) -> None:
        """Deal with rows that the kernel has read.

        Args:
            rows: Of a block.
            lines: Lines of the block, from 0; each has a row.
            first_line: Number of the block's first line.
        """
        ...

    def end_block(self) -> None:
        """The rows of the next block follow."""
        ...


class TakesNothing:
    """Leaves every row."""

    def shapes(self) -> None:
        """No row is known."""

    def take(self, rows: Sequence[Values], line: int, is_clean: bool) -> int:  # noqa: ARG002, FBT001
        """None of them."""
        return 0

    def take_plain(self, rows: PlainRows, lines: range, first_line: int) -> None:
        """Never asked."""

    def end_block(self) -> None:
        """Nothing to do."""


TAKES_NOTHING = TakesNothing()


class RawBlock(NamedTuple):
    """Whole lines of a file.

    Attributes:
        data: The bytes of all of them, each with its break.
        start: Position of the first one in the file, after the byte order mark.
    """

    data: bytes
    start: int


class LineBlock(NamedTuple):
    """Whole lines, read as far as they can be by themselves.

    Attributes:
        data: The bytes of all of them.
        start: Position of the first one in the file, after the byte order mark.
        starts: Where each starts in the data, and where the next one would.
        values: Each line's object; `PLAIN` where the kernel has read it; None where it has to be looked at
            more carefully, or is blank.
        plain: What the kernel has read.
        is_clean: Whether no text of an object can hold NUL or U+FFFD.
    """

    data: bytes
    start: int
    starts: list[int]
    values: list[Any]
    plain: PlainRows | None
    is_clean: bool

    def position(self, place: int) -> int:
        """Where a line starts in the file, after the byte order mark."""
        return self.start + self.starts[place]

    def line(self, place: int) -> bytes:
        """One line without its break."""
        return self.data[self.starts[place] : self.starts[place + 1] - 1]

    def values_at(self, place: int) -> Values:
        """The object of a sound line."""
        value = self.values[place]
        return orjson.loads(self.line(place)) if value is PLAIN else value


PLAIN: Any = ...
"""Stands for a row that the kernel has read."""


class _Stretch(NamedTuple):
    """Sound rows, one line after another.

    Attributes:
        block: Where they stand.
        first_line: Number of the block's first line.
        first: The first one's line in the block, from 0.
        end: The line after the last one.
    """

    block: LineBlock
    first_line: int
    first: int
    end: int


@dataclass
class _Run:
    """Lines that are no sound rows, one after another."""

    line: int = 0
    start: int = 0
    lines: list[bytes] = field(default_factory=list[bytes])

    def add(self, stretch: _Stretch) -> None:
        """Add lines of a block; a run starts with one that is not blank."""
        block, first_line = stretch.block, stretch.first_line
        for place in range(stretch.first, stretch.end):
            raw = block.line(place)
            if self.lines:
                self.lines.append(raw)
            elif raw and not raw.isspace():
                self.lines, self.line, self.start = (
                    [raw],
                    first_line + place,
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

    def rows(self, taker: Taker = TAKES_NOTHING, flow: Dataflow | None = None) -> Iterator[RawRow]:
        """All rows in file order but those that `taker` deals with; it is asked in the same order.

        A row is held back until the line after it is known: a stray sign there belongs to it.

        Args:
            taker: Takes the plain ones.
            flow: Where blocks are read; here and now if not given.
        """
        held: _Stretch | None = None
        run = _Run()
        first_line = 1
        for block in self._blocks(taker, flow):
            for first, end, is_sound in _stretches(block.values):
                found = _Stretch(block, first_line, first, end)
                if not is_sound:
                    run.add(found)
                    continue
                if run.lines:
                    yield from self._rows_of_run(held, run, end="\n")
                    run = _Run()
                elif held is not None:
                    yield from self._rows_of_held(held, taker)
                yield from self._rows_of(found._replace(end=end - 1), taker)
                held = found._replace(first=end - 1)
            taker.end_block()
            first_line += len(block.values)
        if run.lines:
            yield from self._rows_of_run(held, run, end="\n" if self._ends_with_break else "")
        elif held is not None:
            yield from self._rows_of_held(held, taker)

    def _rows_of(self, stretch: _Stretch, taker: Taker) -> Iterator[RawRow]:
        """Those of some sound rows that the taker leaves."""
        block = stretch.block
        if block.plain is None:
            yield from self._rows_of_objects(stretch, taker)
            return
        for first, end in _alternating(block.plain.places, stretch.first, stretch.end):
            if block.values[first] is PLAIN:
                taker.take_plain(block.plain, range(first, end), stretch.first_line)
                self._reader.rows_before += end - first
            else:
                yield from self._rows_of_objects(stretch._replace(first=first, end=end), taker)

    def _rows_of_held(self, held: _Stretch, taker: Taker) -> Iterator[RawRow]:
        """A row whose block is over; it is looked at as an object."""
        block, place = held.block, held.first
        values = [*[None] * place, block.values_at(place)]
        yield from self._rows_of_objects(held._replace(block=block._replace(values=values)), taker)

    def _rows_of_objects(self, stretch: _Stretch, taker: Taker) -> Iterator[RawRow]:
        block, done = stretch.block, stretch.first
        while done < stretch.end:
            values = block.values[done : stretch.end]
            taken = taker.take(values, stretch.first_line + done, block.is_clean)
            self._reader.rows_before += taken
            done += taken
            if done < stretch.end:
                self._read(stretch, done)
                yield from self._hand_on()
                done += 1

    def _read(self, stretch: _Stretch, place: int) -> None:
        reader, block = self._reader, stretch.block
        line, start = stretch.first_line + place, block.position(place)
        reader.rows.append(RawRow(block.values_at(place), reader.next_number, line, start))

    def _rows_of_run(self, held: _Stretch | None, run: _Run, *, end: str) -> Iterator[RawRow]:
        """The row before some odd lines, and what can be read in them."""
        reader, findings = self._reader, self._findings
        if held is not None:
            self._read(held, held.first)
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

    def _blocks(self, taker: Taker, flow: Dataflow | None) -> Iterator[LineBlock]:
        """The blocks, read; the first ones by themselves, so that what they show serves the others."""
        raw = self._raw_blocks()
        size = 1
        while group := list(islice(raw, size)):
            read = partial(read_block, shapes=taker.shapes())
            yield from flow.map(read, group) if flow else map(read, group)
            size = BLOCKS_AT_ONCE

    def _raw_blocks(self) -> Iterator[RawBlock]:
        """The file in blocks of whole lines; a line that is longer than a block is a block."""
        rest, start = b"", 0
        while piece := self._stream.read(max(BLOCK_BYTES, len(rest))):
            self._ends_with_break = piece.endswith(b"\n")
            cut = piece.rfind(b"\n") + 1
            if not cut:
                rest += piece
                continue
            data = rest + piece[:cut]
            yield RawBlock(data, start)
            rest, start = piece[cut:], start + len(data)
        if rest:
            yield RawBlock(rest + b"\n", start)


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


def read_block(block: RawBlock, shapes: Shapes | None) -> LineBlock:
    """Read the lines of a block, each by itself."""
    import numpy as np

    data = block.data
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == _BREAK)
    bounds = np.r_[0, breaks + 1]
    starts: list[int] = bounds.tolist()
    plain = None
    if shapes is not None:
        from kitae.engines.reading.plain_rows import read_plain

        broken = _invalid_lines(data, starts, 0, len(breaks))
        plain = read_plain(data, bounds, shapes, broken)
    if plain is None or len(plain.shapes) * 2 < len(breaks):
        values, is_clean = _sound_values(data, starts, breaks)
        return LineBlock(data, block.start, starts, values, None, is_clean)
    values = [PLAIN] * len(breaks)
    others: list[int] = np.flatnonzero(plain.places < 0).tolist()
    for place in others:
        values[place] = _sound_value(data[starts[place] : starts[place + 1] - 1])
    return LineBlock(data, block.start, starts, values, plain, is_clean=False)


def _invalid_lines(data: bytes, starts: list[int], first: int, end: int) -> list[int]:
    """Those of some lines that cannot be decoded."""
    if is_valid_utf8(data[starts[first] : starts[end]]):
        return []
    if end - first == 1:
        return [first]
    middle = (first + end) // 2
    left = _invalid_lines(data, starts, first, middle)
    return left + _invalid_lines(data, starts, middle, end)


def is_valid_utf8(data: bytes) -> bool:
    """Whether all of it can be decoded."""
    ends = pa.py_buffer(len(data).to_bytes(4, "little").rjust(8, b"\0"))
    text = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _sound_value(raw: bytes) -> Values | None:
    """A line's object; None where it has to be looked at more carefully, or is blank."""
    try:
        value = orjson.loads(raw) if len(raw) <= MAX_ROW_CHARACTERS else None
    except orjson.JSONDecodeError:
        return None
    return value if type(value) is dict and is_plain(raw, value) else None


class _Signs(NamedTuple):
    """What one look at all bytes of a block tells.

    Attributes:
        colons: Per line, how often a quote stands right before a colon: at least once per key. -1 where
            a blank may stand between them.
        opens: Per line, how many brackets open.
        is_clean: Whether no text can hold NUL or U+FFFD.
    """

    colons: list[int]
    opens: list[int]
    is_clean: bool


def _signs(data: bytes, breaks: Any) -> _Signs:  # noqa: ANN401
    import numpy as np

    signs = np.frombuffer(data, np.uint8)
    colons = np.flatnonzero(signs == _COLON)
    before_colons = signs[colons - 1]
    has_spaced = bool((before_colons <= _BLANK).any())
    keys = _per_line(colons[before_colons == _QUOTE], breaks)
    has_escape = (signs[np.flatnonzero(signs[:-1] == _BACKSLASH) + 1] == _U).any()
    lost = np.flatnonzero(signs == _LOST[2])
    has_lost = ((signs[lost - 1] == _LOST[1]) & (signs[lost - 2] == _LOST[0])).any()
    return _Signs(
        [-1] * len(keys) if has_spaced else keys,
        _per_line(np.flatnonzero((signs | 0x20) == _OPEN), breaks),
        is_clean=not (has_lost or has_escape),
    )


def _per_line(found: Any, breaks: Any) -> list[int]:  # noqa: ANN401
    """How many of the places found lie in each line."""
    import numpy as np

    return np.diff(np.searchsorted(found, breaks), prepend=0).tolist()


def _stretches(values: list[Any]) -> Iterator[tuple[int, int, bool]]:
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


def _alternating(places: Any, first: int, end: int) -> Iterator[tuple[int, int]]:  # noqa: ANN401
    """(first, end) of lines that the kernel has read, and of those that it has not, in turn."""
    import numpy as np

    is_plain_row = places[first:end] >= 0
    turns: list[int] = (np.flatnonzero(is_plain_row[1:] != is_plain_row[:-1]) + first + 1).tolist()
    bounds = [first, *turns, end]
    return ((one, other) for one, other in pairwise(bounds) if other > one)


def _sound_values(data: bytes, starts: list[int], breaks: Any) -> tuple[list[Any], bool]:  # noqa: ANN401
    """Each line's object as in `_sound_value`, and whether their texts are clean."""
    signs = _signs(data, breaks)
    found: list[Values | None] = []
    add, loads, whole, start = found.append, orjson.loads, memoryview(data), 0
    for end, colons, opens in zip(starts[1:], signs.colons, signs.opens, strict=True):
        raw = whole[start : end - 1]
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
    return found, signs.is_clean
