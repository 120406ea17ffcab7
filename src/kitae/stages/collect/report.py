"""What `collect` found out about its sources, for those who show it."""

from __future__ import annotations

from kitae.core.config import Record
from kitae.core.text import Message


class SourceReport(Record):
    """One file of rows, or all documents of a source, as they were read."""

    name: str
    format: str
    encoding: str = ""
    """Empty for formats that are no text."""
    is_guess: bool = False
    """Whether the encoding was inferred from the look of the text."""
    confidence: float = 1.0
    sheet: str | None = None
    header_row: int | None = None
    forms: dict[str, int]
    """Form of the rows (alpaca, sharegpt, ...) -> rows that have it."""
    columns: dict[str, str]
    """Role -> column; empty for conversations."""
    unused_columns: tuple[str, ...] = ()
    rows_in: int
    """Rows seen, unreadable pieces included."""
    rows_out: int
    quarantined: int
    repaired: int
    """Rows that a rule mended."""
    side: str
    licence: str
    notes: tuple[Message, ...] = ()
    documents: int = 0
    """Sections of text that examples can be made from; 0 for files of rows."""


class CollectFindings(Record):
    """What a person should know about how the files were read."""

    notes: tuple[Message, ...]


class SourceReports(Record):
    """All files, in the order they were read."""

    items: tuple[SourceReport, ...]
