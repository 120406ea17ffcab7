"""XLSX -> rows: the right sheet, the right header row, values as a person sees them."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from kitae.core.errors import DataError, UsageError
from kitae.engines.reading.office import count_marks, is_office, open_office
from kitae.engines.reading.packed import FREE_BYTES, MAX_RATIO, Archive
from kitae.engines.reading.rows import Findings, Reading, ReadOptions, RowPlaces
from kitae.engines.reading.tables import (
    GridRow,
    Header,
    find_header,
    grid_excerpt,
    no_rows,
    table_rows,
    unclear_header,
)

MAX_ROWS = 200_000
"""Of all sheets together. 100,000 rows of 3 cells take 7 s and 200 MB; CSV takes 100 times as many."""
MAX_CELLS = 2_000_000
MAX_CHARACTERS = 2**29
_MAX_PLACES = 5 * MAX_CELLS
_LAST_ROW = 2**20
"""Spreadsheet programs have no more rows in a sheet."""
_WHOLE_UNPACKED = 32 * 2**20
"""Up to this size merged cells are looked for."""
_XML_CODECS = ("ascii", "utf-16-le", "utf-16-be")
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?[A-Z]{1,3}\$?(\d{1,7})["']"""
)
_ZEROS = re.compile(r"0+")


_Areas = dict[int, list[tuple[int, int]]]


@dataclass
class _Sheet:
    name: str
    grid: list[GridRow] = field(default_factory=list[GridRow])
    errors: dict[int, str] = field(default_factory=dict[int, str])
    merged: list[int] = field(default_factory=list[int])


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are an XLSX file."""
    return is_office(data, "xl/workbook.xml")


def read_workbook(data: bytes, options: ReadOptions, source: str) -> Reading:
    """All rows of one sheet.

    Raises:
        DataError: The file is damaged, too large when unpacked, or has no rows.
        UsageError: It is unclear which sheet, or which row is the header.
    """
    sheets = _load(data, source)
    sheet, header = _choose(sheets, options, source)
    others = tuple(s.name for s in sheets if s is not sheet)
    return _sheet_reading(sheet, header, others, source)


def read_all_sheets(data: bytes, options: ReadOptions, source: str) -> list[Reading]:
    """One reading for each sheet that has rows, in the order of the workbook.

    Where one sheet has columns that are known, sheets without them are left out and named.

    Raises:
        DataError: The file is damaged, too large when unpacked, or has no rows.
        UsageError: It is unclear which row is the header of a sheet.
    """
    sheets = _load(data, source)
    filled = [sheet for sheet in sheets if len(sheet.grid) > 1]
    if not filled:
        raise no_rows(source)
    found = [(sheet, find_header(sheet.grid, options.header_row)) for sheet in filled]
    if any(header is not None and header.is_known for _, header in found):
        found = [(s, h) for s, h in found if h is not None and h.is_known]
    taken = [sheet for sheet, _ in found]
    left_out = tuple(s.name for s in sheets if s not in taken)
    return [
        _sheet_reading(*_with_header(sheet, options, source), left_out, source) for sheet in taken
    ]


def _sheet_reading(sheet: _Sheet, header: Header, others: tuple[str, ...], source: str) -> Reading:
    where = f"{source}, sheet {sheet.name!r}"
    texts = {row.line: row.cells for row in sheet.grid}
    findings = Findings(source, RowPlaces(lambda line: grid_excerpt(texts.get(line, []))))
    first = sheet.grid[header.index].line if header.index >= 0 else 0
    for line, error in sheet.errors.items():
        if line > first:
            findings.quarantined("cell_error", line, error)
    for line in sheet.merged:
        if line > first and line not in sheet.errors:
            findings.repaired("merged_cell", line)
    sound = [row for row in sheet.grid if row.line not in sheet.errors or row.line <= first]
    rows = table_rows(sound, header, findings)
    if not rows and not findings.broken:
        raise no_rows(where)
    return Reading(
        format="xlsx",
        rows=rows,
        broken=findings.broken,
        repairs=findings.repairs,
        places=findings.places,
        columns=tuple(name for name in header.columns if name),
        sheet=sheet.name,
        header_row=first,
        other_sheets=others,
    )


def _load(data: bytes, source: str) -> list[_Sheet]:
    archive = open_office(data, source)
    _refuse_huge(_count(archive, "worksheets/", "row"), MAX_ROWS, "rows", source)
    _refuse_huge(_count(archive, "worksheets/", "c"), MAX_CELLS, "cells", source)
    _refuse_huge(_count(archive, "sharedstrings", "si"), MAX_CELLS, "texts", source)
    try:
        return _read_sheets(data, archive, source)
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"The workbook {source!r} is damaged: {str(error)[:120]}.",
            where=source,
            fix="open it in a spreadsheet program and save it again as .xlsx",
        ) from error


def _count(archive: Archive, part: str, element: str) -> int:
    """How often an element starts in some parts: fast, before a slow parser sees them."""
    starts = [f"<{element} ", f"<{element}>", f"<{element}/", f":{element} "]
    marks = tuple(start.encode(codec) for start in starts for codec in _XML_CODECS)
    names = [name for name in archive.names if part in name.lower()]
    return sum(count_marks(archive, name, marks) for name in names)


def _refuse_huge(number: int, limit: int, what: str, source: str) -> None:
    if number > limit:
        raise DataError(
            f"The workbook {source!r} holds {number} {what}; {limit} is the limit.",
            where=source,
            fix="save each sheet as CSV (UTF-8), which has no limit, and name the CSV files",
        )


def _read_sheets(data: bytes, archive: Archive, source: str) -> list[_Sheet]:
    """The sheets that a person sees; streamed, because loading one spells out its areas cell by cell."""
    import openpyxl

    is_large = sum(archive.size(name) for name in archive.names) > _WHOLE_UNPACKED
    limit = max(FREE_BYTES, MAX_RATIO * len(data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        shown = [s for s in book.worksheets if s.sheet_state == "visible"] or book.worksheets
        reader = _SheetReader(source, min(limit, MAX_CHARACTERS))
        sheets = [
            reader.read(sheet, {} if is_large else _merged_areas(sheet, archive)) for sheet in shown
        ]
        book.close()
    return sheets


def _merged_areas(worksheet: Any, archive: Archive) -> _Areas:  # noqa: ANN401
    """First row -> (first column, last row) of each area of cells merged downwards into one."""
    found: _Areas = {}
    for match in _MERGED.finditer(archive.read(worksheet._worksheet_path.lstrip("/"))):
        first, last = int(match[2]), int(match[3])
        if last > first:
            found.setdefault(first, []).append((_column_number(match[1]), last))
    return found


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


@dataclass
class _SheetReader:
    """Reads the sheets of one workbook, which share its limits."""

    source: str
    max_characters: int
    _characters: int = 0
    _places: int = 0

    def read(self, worksheet: Any, areas: _Areas) -> _Sheet:  # noqa: ANN401
        """The rows that hold something; cells merged downwards into one all hold its value."""
        sheet = _Sheet(worksheet.title)
        worksheet.reset_dimensions()
        merged: dict[int, tuple[int, str]] = {}
        for line, row in enumerate(worksheet.iter_rows(), 1):
            if row or merged or line > _LAST_ROW:
                self._bound(line, len(row) + len(merged))
                self._add(sheet, line, row, merged)
            for column, last in areas.get(line, ()):
                text = _text(row[column - 1]) if column <= len(row) else ""
                if text:
                    merged[column] = (last, text)
        _pad(sheet.grid, self.source)
        return sheet

    def _bound(self, line: int, places: int) -> None:
        self._places += places
        _refuse_huge(line, _LAST_ROW, "rows", self.source)
        _refuse_huge(self._places, _MAX_PLACES, "cells with the empty ones", self.source)

    def _add(
        self,
        sheet: _Sheet,
        line: int,
        row: Any,  # noqa: ANN401
        merged: dict[int, tuple[int, str]],
    ) -> None:
        cells = ["" if cell.value is None else _text(cell) for cell in row]
        for column in [column for column, (last, _) in merged.items() if last < line]:
            del merged[column]
        for column, (_, text) in merged.items():
            cells.extend([""] * (column - len(cells)))
            cells[column - 1] = text
        while cells and not cells[-1]:
            cells.pop()
        if not "".join(cells).strip():
            return
        filled = [cell for cell in row if cell.value is not None]
        error = next((str(c.value) for c in filled if getattr(c, "data_type", "") == "e"), None)
        if error is not None:
            sheet.errors[line] = error
        if merged:
            sheet.merged.append(line)
        self._characters += sum(map(len, cells))
        _refuse_huge(self._characters, self.max_characters, "characters", self.source)
        repairs = ("merged_cell",) if merged else ()
        sheet.grid.append(GridRow(cells, line, line, repairs))


def _pad(grid: list[GridRow], source: str) -> None:
    """Spreadsheets have no short rows: every row is as wide as the sheet."""
    width = max((len(row.cells) for row in grid), default=0)
    _refuse_huge(width * len(grid), _MAX_PLACES, "cells with the empty ones", source)
    for row in grid:
        row.cells.extend([""] * (width - len(row.cells)))


def _text(cell: Any) -> str:  # noqa: ANN401
    return cell_text(cell.value, getattr(cell, "number_format", "General"))


def cell_text(value: Any, number_format: str) -> str:  # noqa: ANN401
    """What a person sees in a cell, near enough: leading zeros, dates and whole numbers kept."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number_text(value, number_format or "General")
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _number_text(value: float, number_format: str) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if number_format.startswith("0") and number_format.endswith("%"):
        return f"{value * 100:g}%"
    if isinstance(value, int) and _ZEROS.fullmatch(number_format):
        return str(value).zfill(len(number_format))
    return str(value)


def _choose(sheets: list[_Sheet], options: ReadOptions, source: str) -> tuple[_Sheet, Header]:
    if options.sheet is not None:
        named = [s for s in sheets if s.name.strip().casefold() == options.sheet.strip().casefold()]
        if not named:
            raise _unclear_sheet(sheets, source, f"There is no sheet called {options.sheet!r}.")
        return _with_header(named[0], options, source)
    found = [(s, h) for s in sheets if (h := find_header(s.grid, options.header_row))]
    known = [(s, h) for s, h in found if h.is_known]
    if len(known) == 1:
        return known[0]
    filled = [s for s in sheets if len(s.grid) > 1 and len(s.grid[0].cells) > 1]
    if not known and len(filled) == 1:
        return _with_header(filled[0], options, source)
    if not any(s.grid for s in sheets):
        raise no_rows(source)
    raise _unclear_sheet(sheets, source, "It is unclear which sheet holds the examples.")


def _with_header(sheet: _Sheet, options: ReadOptions, source: str) -> tuple[_Sheet, Header]:
    where = f"{source}, sheet {sheet.name!r}"
    if not sheet.grid:
        raise no_rows(where)
    header = find_header(sheet.grid, options.header_row)
    if header is None:
        raise unclear_header(sheet.grid, where)
    return sheet, header


def _unclear_sheet(sheets: list[_Sheet], source: str, what: str) -> UsageError:
    names = ", ".join(f"{s.name!r} ({len(s.grid)} rows)" for s in sheets)
    return UsageError(
        f"{what} The sheets are: {names}.",
        where=source,
        fix=f"say which one: `--sheet {sheets[0].name!r}`, or `sheet:` in the recipe; the row with "
        "the names of the columns with `--header-row N`",
    )
