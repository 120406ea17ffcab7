"""CSV and TSV -> rows; a quotation mark that is never closed costs its own row, not the rest."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kitae.core.errors import DataError
from kitae.engines.reading.encodings import Decoded
from kitae.engines.reading.rows import (
    MAX_ROW_CHARACTERS,
    Findings,
    Reading,
    ReadOptions,
    TextPlaces,
)
from kitae.engines.reading.tables import (
    GridRow,
    find_header,
    no_rows,
    table_rows,
    unclear_header,
)

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 200
_SAMPLE_CHARACTERS = 262_144


def read_delimited(decoded: Decoded, options: ReadOptions, source: str) -> Reading:
    """All rows of a CSV or TSV file.

    Raises:
        DataError: It is no table, or has no rows.
        UsageError: The header is unclear.
    """
    text = decoded.text
    if "\n" not in text:
        text = text.replace("\r", "\n")
    places = TextPlaces(
        text,
        decoded.encoding,
        first_offset=decoded.mark_bytes,
        num_bytes=decoded.num_bytes,
        has_line_rows=True,
    )
    findings = Findings(source, places)
    delimiter = find_delimiter(text, "\t" if options.format == "tsv" else None, source)
    grid = _Records(text, delimiter, findings).read()
    header = find_header(grid, options.header_row)
    if header is None:
        raise unclear_header(grid, source)
    rows = table_rows(grid, header, findings)
    if not rows and not findings.broken:
        raise no_rows(source)
    return Reading(
        format="tsv" if delimiter == "\t" else "csv",
        rows=rows,
        broken=findings.broken,
        repairs=findings.repairs,
        places=places,
        columns=tuple(name for name in header.columns if name),
        encoding=decoded.encoding,
        is_guess=decoded.is_guess,
        confidence=decoded.confidence,
        header_row=grid[header.index].line if header.index >= 0 else 0,
    )


def find_delimiter(text: str, wanted: str | None, source: str) -> str:
    """The character between the columns: the one that gives the most even table.

    Raises:
        DataError: No character makes a table of two columns or more.
    """
    sample = text[:_SAMPLE_CHARACTERS].split("\n")[:_SAMPLE_LINES]
    if sample[0].startswith("sep=") and len(sample[0].strip()) == 5:
        return sample[0][4]
    choices = (wanted,) if wanted else _DELIMITERS
    scored = [(_evenness(sample, delimiter), delimiter) for delimiter in choices]
    best, delimiter = max(scored, key=lambda pair: pair[0])
    if best <= 0:
        raise DataError(
            f"The file {source!r} is no table and no JSON: there are no columns in it.",
            where=f"{source}, line 1: {sample[0].strip()[:80]}",
            fix="separate the columns by commas or tabs, or save it as JSONL: one object per line",
        )
    return delimiter


def _evenness(lines: list[str], delimiter: str) -> float:
    """Share of rows with the commonest width, times that width (up to 10); 0 for one column."""
    reader = csv.reader((line + "\n" for line in lines if line.strip()), delimiter=delimiter)
    try:
        records = [record for record in reader if record]
    except csv.Error:
        return 0.0
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    has_known_header = any(
        header.is_known
        for record in records[:10]
        if (header := find_header([GridRow(record, 1, 0)], None))
    )
    return count / len(records) * min(width, 10) + 20 * has_known_header


@dataclass
class _Lines:
    """The lines of a text, one after another; can be set back."""

    lines: list[str]
    index: int = 0
    limit: int = field(default=0)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.index >= self.limit:
            raise StopIteration
        self.index += 1
        return self.lines[self.index - 1]


class _Records:
    """Reads records one by one and starts again after one that swallows what follows it."""

    def __init__(self, text: str, delimiter: str, findings: Findings) -> None:
        self._delimiter = delimiter
        self._findings = findings
        pieces = text.split("\n")
        self._lines = _Lines([piece + "\n" for piece in pieces[:-1]] + [pieces[-1]])
        self._starts = [0]
        for line in self._lines.lines:
            self._starts.append(self._starts[-1] + len(line))
        self._credit = 4 * len(text)

    def read(self) -> list[GridRow]:
        """All records that hold something."""
        csv.field_size_limit(MAX_ROW_CHARACTERS)
        lines, grid = self._lines, list[GridRow]()
        total = len(lines.lines)
        if lines.lines[0].startswith("sep="):
            lines.index = 1
        reader = self._reader()
        while lines.index < total:
            start = lines.index
            lines.limit = total if self._credit > 0 else start + 1
            try:
                record = next(reader, None)
            except csv.Error as error:
                self._quarantine(start, str(error))
                reader = self._reader()
                continue
            if record is None:
                break
            if self._has_swallowed(record, start, grid):
                self._quarantine(start, "")
                reader = self._reader()
            elif any(cell.strip() for cell in record):
                grid.append(GridRow(record, start + 1, self._starts[start]))
        return grid

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self._delimiter, strict=True)

    def _has_swallowed(self, record: list[str], start: int, grid: list[GridRow]) -> bool:
        """Whether a record over several lines has another width than the rows before it."""
        lines_taken = self._lines.index - start
        return lines_taken > 1 and bool(grid) and len(record) != len(grid[-1].cells)

    def _quarantine(self, start: int, detail: str) -> None:
        taken = self._starts[self._lines.index] - self._starts[start]
        self._credit -= taken
        is_quote = not detail or "end of data" in detail or "expected after" in detail
        rule = "stray_quote" if is_quote else "unreadable"
        rule = "too_long" if "field limit" in detail else rule
        self._findings.quarantined(rule, self._starts[start])
        self._lines.index = start + 1
