"""The section on the data's look: languages, lengths, sources and repetitions as bars of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitae.project.data.look import DataLook, LanguageRows, Lengths
from kitae.project.report import numbers
from kitae.project.report.numbers import count_text

SMALLEST_SHARE = 0.0005
"""Less than this would be rounded to nothing."""


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in percent of its frame."""

    kind: str
    """Class of its colour."""
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """One line of a chart.

    Attributes:
        label: What is counted; a code where words stand for it elsewhere.
        segments: From the left.
        rows: The number beside it.
        share: Of all rows, from 0 to 1.
    """

    label: str
    segments: tuple[Segment, ...]
    rows: int
    share: float


def language_bars(look: DataLook) -> list[Bar]:
    """One bar per language: train, then what is held out."""
    most = max((one.rows for one in look.languages), default=1)
    return [
        Bar(one.language or "und", _sides(one, most), one.rows, one.rows / look.rows)
        for one in look.languages
    ]


def length_bars(lengths: Lengths) -> list[Bar]:
    """One bar per step of length."""
    most = max((one.rows for one in lengths.bins), default=1)
    all_rows = max(1, sum(one.rows for one in lengths.bins))
    return [
        Bar(length_label(one.low, one.high), _whole(one.rows, most), one.rows, one.rows / all_rows)
        for one in lengths.bins
    ]


def source_bars(look: DataLook) -> list[tuple[Bar, str]]:
    """One bar per source and licence, the largest first; with the licence."""
    most = max((one.rows for one in look.sources), default=1)
    ordered = sorted(look.sources, key=lambda one: (-one.rows, one.source, one.licence))
    return [
        (Bar(one.source, _whole(one.rows, most), one.rows, one.rows / look.rows), one.licence)
        for one in ordered
    ]


def length_label(low: int, high: int | None) -> str:
    """A span of lengths as one reads it."""
    return f"{count_text(low)} +" if high is None else f"{count_text(low)}–{count_text(high)}"


def share_text(share: float) -> str:
    """A share in percent; what is there is never shown as nothing."""
    return "< 0.1%" if 0 < share < SMALLEST_SHARE else numbers.share_text(share)


def _sides(one: LanguageRows, most: int) -> tuple[Segment, ...]:
    held = one.rows - one.sides.get("train", 0)
    return _laid((("kept", one.rows - held), ("held", held)), most)


def _whole(rows: int, most: int) -> tuple[Segment, ...]:
    return _laid((("kept", rows),), most)


def _laid(parts: Sequence[tuple[str, int]], most: int) -> tuple[Segment, ...]:
    found: list[Segment] = []
    start = 0.0
    for kind, rows in parts:
        width = round(100 * rows / most, 3)
        found.append(Segment(kind, round(start, 3), width))
        start += width
    return tuple(found)
