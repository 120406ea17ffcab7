"""Tables -> lines of text that keep a row together."""

from __future__ import annotations

from collections.abc import Sequence

SEPARATOR = " | "


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row as one line, its cells between bars; rows without any text are left out."""
    lines: list[str] = []
    for row in rows:
        cells = [" ".join(cell.split()).replace("|", "\\|") for cell in row]
        if any(cells):
            lines.append(SEPARATOR.join(cells))
    return lines


def has_lost_shape(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows have different numbers of cells, so that columns cannot be told."""
    return len({len(row) for row in rows if row}) > 1
