"""Rows that could not be read as they are, and rows that were mended: one line of evidence each."""

from __future__ import annotations

from kitae.core.config import Record


class RowIssue(Record):
    """What was wrong with one row (or a piece of a file that should have been one)."""

    source: str
    """Name of the source in the recipe."""
    line: int | None = None
    """1-based line in the file (row, for spreadsheets)."""
    column: int | None = None
    """1-based character in the line, where it can be told."""
    byte_offset: int | None = None
    field: str | None = None
    """The field concerned, where there is one."""
    rule: str
    """Stable code: a repair rule (`trailing_comma`) or a reason (`truncated`, `missing_output`)."""
    detail: str = ""
    """The reason in words with the value, e.g. both values of a key given twice."""
    excerpt: str = ""
    """At most 200 bytes of the raw text."""


class RowIssues(Record):
    """A list of row issues, as stored."""

    items: tuple[RowIssue, ...] = ()


class Change(Record):
    """One field of one row before and after a rule changed it."""

    id: str
    rule: str
    field: str
    before: str
    after: str


class Changes(Record):
    """A list of changes, as stored."""

    items: tuple[Change, ...] = ()
