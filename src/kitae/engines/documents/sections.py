"""A document on its way: headings and lines come in, sections with their heading path go out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from kitae.engines.documents.findings import Finding

_BLANK_LINES = re.compile(r"\n{3,}")
_LONGEST_HEADING = 300


class Section(NamedTuple):
    """Text under one heading, on one page.

    Attributes:
        heading: Headings above it, outermost first.
        text: Never empty.
        page: 1-based; 0 where there are none.
        place: For the locator, e.g. `line 12`.
    """

    heading: tuple[str, ...]
    text: str
    page: int
    place: str


class Parsed(NamedTuple):
    """What one document gave.

    Attributes:
        sections: In reading order.
        findings: In reading order.
        title: As the document names itself; may be empty.
        licence: As it is written there, an SPDX expression where that is clear; empty without one.
        terms: Other hints about use, e.g. `noai`.
        pages: Number of pages; 0 where there are none.
    """

    sections: tuple[Section, ...]
    findings: tuple[Finding, ...] = ()
    title: str = ""
    licence: str = ""
    terms: str = ""
    pages: int = 0


@dataclass
class Outline:
    """Collects lines under the headings in force.

    A heading without text of its own lives on in the path of those below it; one with nothing below
    it either is a finding.
    """

    findings: list[Finding] = field(default_factory=list[Finding])
    sections: list[Section] = field(default_factory=list[Section])
    _path: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _lines: list[str] = field(default_factory=list[str])
    _place: str = ""
    _page: int = 0
    _used: int = 0
    """How many headings of the path stand above some text."""

    def heading(self, level: int, title: str, place: str) -> None:
        """A heading: ends the section before it."""
        self._close()
        shown = " ".join(title.split())[:_LONGEST_HEADING]
        if not shown:
            return
        kept = sum(1 for above, _ in self._path if above < level)
        if len(self._path) > max(kept, self._used):
            self._note_unused()
        del self._path[kept:]
        self._used = min(self._used, kept)
        self._path.append((level, shown))
        self._place = place

    def line(self, text: str, place: str) -> None:
        """A line or paragraph of text."""
        if not self._lines:
            self._place = place
        self._lines.append(text)

    def page(self, number: int) -> None:
        """A new page: ends the section, keeps the headings in force."""
        self._close()
        self._page = number

    def done(self) -> tuple[Section, ...]:
        """All sections; to be called once, at the end."""
        self._close()
        if len(self._path) > self._used:
            self._note_unused()
        return tuple(self.sections)

    def _close(self) -> None:
        text = tidy("\n".join(self._lines))
        self._lines.clear()
        if text:
            path = tuple(title for _, title in self._path)
            self.sections.append(Section(path, text, self._page, self._place))
            self._used = len(self._path)

    def _note_unused(self) -> None:
        self.findings.append(
            Finding(rule="empty_section", page=self._page, detail=self._path[-1][1])
        )


def tidy(text: str) -> str:
    """Text without blanks at line ends, with one empty line at most between paragraphs."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    lines = "\n".join(line.rstrip(" \t\u3000") for line in plain.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
