"""A grid of texts -> rows: where the header is, what the columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kitae.core.errors import DataError, UsageError
from kitae.engines.reading.roles import role_of
from kitae.engines.reading.rows import Findings, RawRow, showable

_LOOKED_AT = 30
_LONGEST_NAME = 60
_NUMBER = re.compile(r"[-+]?[\d.,%]+")
_FREE_PADDING = 2_000_000
_MOST_PADDING = 4
"""Cells that may be missing in short rows, for each cell that is there; many more are a trap."""


@dataclass(frozen=True)
class GridRow:
    """One row of a grid.

    Attributes:
        cells: Texts, left to right.
        line: 1-based row or line number.
        position: For `Places`.
        repairs: Rules that mended it.
    """

    cells: list[str]
    line: int
    position: int
    repairs: tuple[str, ...] = ()

    @property
    def filled(self) -> list[str]:
        """The cells that hold something."""
        return [cell for cell in self.cells if cell.strip()]


@dataclass(frozen=True)
class Header:
    """The row with the names of the columns.

    Attributes:
        index: Of the row in the grid; -1 where there is none.
        columns: Names, left to right; unnamed columns have an empty name.
        is_known: Whether a question and an answer column were recognised by name.
    """

    index: int
    columns: tuple[str, ...]
    is_known: bool


def find_header(grid: Sequence[GridRow], header_row: int | None) -> Header | None:
    """The header of a grid; None where it is unclear which row it is.

    Args:
        grid: All rows, or at least the first ones; empty rows may be missing.
        header_row: What the user says: a row number, or 0 for "there is none".
    """
    if header_row == 0:
        width = max((len(row.cells) for row in grid), default=0)
        return Header(-1, tuple(f"column{n}" for n in range(1, width + 1)), is_known=False)
    if header_row is not None:
        index = next((i for i, row in enumerate(grid) if row.line == header_row), None)
        return _header(grid, index) if index is not None else None
    looked_at = range(min(len(grid), _LOOKED_AT))
    known = next((i for i in looked_at if _is_known(grid[i].cells)), None)
    if known is not None:
        return _header(grid, known)
    names = [i for i in looked_at if _could_be_header(grid[i])]
    if names and (names[0] == 0 or len(names) == 1):
        return _header(grid, names[0])
    return None


def unclear_header(grid: Sequence[GridRow], where: str) -> UsageError:
    """The error that asks for the header row and shows the first rows."""
    shown = "; ".join(f"row {r.line}: {' | '.join(r.filled)[:60]}" for r in grid[:6])
    return UsageError(
        f"It is unclear which row holds the names of the columns. {shown}",
        where=where,
        fix="say which one: `--header-row N`, or `header_row: N` in the recipe (0 when there is none)",
    )


def no_rows(where: str) -> DataError:
    """The error for a table that has nothing below its header."""
    return DataError(
        "There are no rows with examples in it.",
        where=where,
        fix="put at least one example below the names of the columns",
    )


def table_rows(grid: Sequence[GridRow], header: Header, findings: Findings) -> list[RawRow]:
    """The rows below the header; rows with too many cells are quarantined."""
    rows: list[RawRow] = []
    width = len(header.columns)
    _refuse_padding(grid[header.index + 1 :], width, findings.source)
    named = [(i, name) for i, name in enumerate(header.columns) if name]
    for row in grid[header.index + 1 :]:
        cells, repairs = row.cells, row.repairs
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            detail = f"{len(cells)} > {width}: {cells[width][:60]}"
            findings.quarantined("column_count", row.position, detail)
            continue
        if len(cells) < width:
            findings.repaired("short_row", row.position, f"{len(cells)} < {width}")
            cells, repairs = cells + [""] * (width - len(cells)), (*repairs, "short_row")
        values = {name: cells[i] for i, name in named}
        number = len(rows) + len(findings.broken) + 1
        rows.append(RawRow(values, number, row.line, row.position, repairs))
    return rows


def _refuse_padding(rows: Sequence[GridRow], width: int, where: str) -> None:
    filled = sum(len(row.cells) for row in rows)
    missing = sum(max(0, width - len(row.cells)) for row in rows)
    if missing > _FREE_PADDING + _MOST_PADDING * filled:
        raise DataError(
            f"The table has {width} columns, and its {len(rows)} rows hold {filled} cells: "
            f"{missing} cells are missing.",
            where=where,
            fix="take the names of columns away that no row fills, or save it as JSONL",
        )


def grid_excerpt(cells: Sequence[str]) -> str:
    """A row as evidence."""
    return showable(" | ".join(cells))


def _header(grid: Sequence[GridRow], index: int) -> Header:
    cells = [" ".join(cell.split()) for cell in grid[index].cells]
    while cells and not cells[-1]:
        cells.pop()
    taken = set(cells)
    seen: dict[str, int] = {}
    names: list[str] = []
    for cell in cells:
        seen[cell] = seen.get(cell, 0) + 1
        name = cell
        while cell and seen[cell] > 1 and name in taken:
            name = f"{cell}_{seen[cell]}"
            seen[cell] += name in taken
        taken.add(name)
        names.append(name)
    return Header(index, tuple(names), _is_known(names))


def _could_be_header(row: GridRow) -> bool:
    filled = [cell.strip() for cell in row.filled]
    return (
        len(filled) >= 2
        and len(set(filled)) == len(filled)
        and all(len(c) <= _LONGEST_NAME and "\n" not in c.strip() for c in filled)
        and not any(_NUMBER.fullmatch(c) for c in filled)
    )


def _is_known(cells: Sequence[str]) -> bool:
    roles = {role_of(cell) for cell in cells if cell}
    return {"instruction", "output"} <= roles
