"""Finds the frames that questions share: fixed words before and after a text that changes.

`Title: … Is the review positive or negative?` is such a frame. Questions are read word by word from the
front and from the back. Rows that agree so far walk on together; where they fall apart into many small
bundles, the changing text begins, and what they walked together is the frame.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kitae.engines.texts.column import TextColumn

MIN_ROWS = 8
SMALLEST_SHARE = 100
"""In large sets, a wording has at least one row in this many."""

_MARKS = re.compile(r"[?？:：.。!！,，、;；]*")
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Framed:
    """One question taken apart.

    Attributes:
        wording: The frame with `…` for the changing text; empty where the question has none.
        material: The changing text; the whole question where it has no frame.
    """

    wording: str
    material: str


@dataclass(frozen=True)
class FramedColumn:
    """A column of questions taken apart.

    Attributes:
        wordings: The frames with `…` for the changing text, each once; the first is empty and stands for
            questions without a frame, the others come in the order of their first rows.
        codes: int32 per row; its wording.
        starts: int64 per row; byte inside the question where the changing text begins.
        ends: int64 per row; byte behind it. A question without a frame is changing text throughout.
    """

    wordings: tuple[str, ...]
    codes: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of questions."""
        return len(self.codes)


@dataclass(frozen=True)
class _Spans:
    """What each row has of a frame: words before and behind (0: none), and the places between."""

    fronts: NDArray[np.uint64]
    backs: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def assign_wordings(questions: Sequence[str], min_rows: int = MIN_ROWS) -> list[str]:
    """The wording that each question uses, or an empty string where it shares one with few others.

    Call it with all questions of a dataset at once: a wording shows only where enough rows share it.

    Args:
        questions: Full questions, as the model sees them.
        min_rows: Rows that make a wording; in large sets at least one row in a hundred.
    """
    found = frames_of(_column(questions), min_rows)
    return [found.wordings[code] for code in found.codes.tolist()]


def find_frames(questions: Sequence[str], min_rows: int = MIN_ROWS) -> list[Framed]:
    """Each question as its wording and the text inside it; see `assign_wordings`."""
    column = _column(questions)
    found = frames_of(column, min_rows)
    begins = column.offsets[:-1]
    spans = zip((begins + found.starts).tolist(), (begins + found.ends).tolist(), strict=True)
    return [
        Framed(found.wordings[code], _piece(column, *span) if code else question)
        for question, code, span in zip(questions, found.codes.tolist(), spans, strict=True)
    ]


def frames_of(column: TextColumn, min_rows: int = MIN_ROWS) -> FramedColumn:
    """All questions of a dataset taken apart at once; see `assign_wordings`."""
    least = max(1, min_rows, len(column) // SMALLEST_SHARE)
    column = _read_only(column)
    spans = _spans(column, least)
    names, codes = _named(column, spans)
    return _without_rare(column, spans, names, codes, least)


def _column(questions: Sequence[str]) -> TextColumn:
    from kitae.engines.texts.column import TextColumn

    return TextColumn.from_texts(questions)


def _read_only(column: TextColumn) -> TextColumn:
    """The same bytes, so that kernels are compiled for one type of array only."""
    data = column.data.view()
    data.flags.writeable = False
    return replace(column, data=data)


def _spans(column: TextColumn, least: int) -> _Spans:
    """Every row between the ends of its frame: the better supported one, and what stands opposite."""
    from kitae.engines.wording.walk import Lines, walk

    data, begins, limits = column.data, column.offsets[:-1].copy(), column.offsets[1:].copy()
    root = np.zeros(len(column), np.int32)
    front = walk(Lines(data, begins, limits, root, 1), least, must_find=True)
    back = walk(Lines(data, limits, begins, root, 1), least, must_find=True)
    spans = _Spans(front.chains, back.chains, front.places, back.places)

    rows = np.flatnonzero((front.worth > 0) & (front.worth >= back.worth))
    rest = Lines(data, limits[rows], front.places[rows], front.stops[rows], front.num_stops)
    opposite = walk(rest, least, must_find=False)
    spans.backs[rows], spans.ends[rows] = opposite.chains, opposite.places

    rows = np.flatnonzero(back.worth > front.worth)
    rest = Lines(data, begins[rows], back.places[rows], back.stops[rows], back.num_stops)
    opposite = walk(rest, least, must_find=False)
    spans.fronts[rows], spans.starts[rows] = opposite.chains, opposite.places
    return spans


def _frames(spans: _Spans) -> NDArray[np.int32]:
    """A number per row, the same for the same words before and behind; numbered by their first rows."""
    from kitae.engines.wording.groups import group

    words = (spans.fronts * _SPREAD) ^ spans.backs | np.uint64(1)
    words[(spans.fronts | spans.backs) == 0] = 0
    return group(np.zeros(len(words), np.int32), words)[0]


def _named(column: TextColumn, spans: _Spans) -> tuple[list[str], NDArray[np.int32]]:
    """The names of the frames, as their first rows spell them, and the name of each row."""
    frames = _frames(spans)
    rows = np.flatnonzero(frames >= 0)
    first = np.zeros(int(frames.max(initial=-1)) + 1, np.int64)
    first[frames[rows[::-1]]] = rows[::-1]
    codes = {"": 0}
    code_of = [codes.setdefault(_name(column, row, spans), len(codes)) for row in first.tolist()]
    return list(codes), np.array([*code_of, 0], np.int32)[frames]


def _name(column: TextColumn, row: int, spans: _Spans) -> str:
    begin, start, end, limit = (
        int(place[row])
        for place in (column.offsets[:-1], spans.starts, spans.ends, column.offsets[1:])
    )
    before, inside, behind = (
        _piece(column, *place) for place in ((begin, start), (start, end), (end, limit))
    )
    marks = _MARKS.match(inside) if spans.fronts[row] else None
    return " ".join(f"{before}{marks.group() if marks else ''} … {behind}".split())


def _without_rare(
    column: TextColumn, spans: _Spans, names: list[str], codes: NDArray[np.int32], least: int
) -> FramedColumn:
    """Leave only the wordings that enough different texts share."""
    from kitae.engines.wording.groups import group
    from kitae.engines.wording.letters import letters
    from kitae.engines.wording.spans import span_values, strip

    starts, ends = spans.starts, spans.ends
    strip((column.data, letters()), starts, ends, codes > 0)
    _, texts = group(codes, span_values(column.data, starts, ends, codes > 0))
    is_kept = np.bincount(texts, minlength=len(names)) >= least
    is_kept[0] = True
    codes = np.where(is_kept, np.cumsum(is_kept) - 1, 0).astype(np.int32)[codes]
    starts = np.where(codes > 0, starts, column.offsets[:-1]) - column.offsets[:-1]
    ends = np.where(codes > 0, ends, column.offsets[1:]) - column.offsets[:-1]
    wordings = tuple(name for name, kept in zip(names, is_kept.tolist(), strict=True) if kept)
    return FramedColumn(wordings, codes, starts, ends)


def _piece(column: TextColumn, start: int, end: int) -> str:
    return column.data[start:end].tobytes().decode()
