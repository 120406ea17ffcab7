"""The checks over whole columns: one look of Arrow for the marks, then the checks on the rows that are left."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kitae.engines.defects.checks import CHECKS, Defect
from kitae.engines.defects.marks import MARKS, Marks


def defects_of(
    table: pa.Table, checks: Collection[str] = tuple(MARKS)
) -> dict[int, tuple[Defect, ...]]:
    """Row -> what the named checks find in it, in the order of `CHECKS`; sound rows are left out.

    Args:
        table: With the text columns `instruction`, `input`, `output` and `language`.
        checks: Names out of `MARKS`.
    """
    found: dict[int, list[Defect]] = {}
    for check in CHECKS:
        if check.name not in checks:
            continue
        rows = np.flatnonzero(may_have(table, check.marks))
        part = table.select(["instruction", "input", "output", "language"]).take(rows)
        columns = (column.to_pylist() for column in part.columns)
        for row, *texts in zip(rows.tolist(), *columns, strict=True):
            evidence = check.find(*texts)
            if evidence is not None:
                found.setdefault(row, []).append(Defect(check.name, evidence))
    return {row: tuple(found[row]) for row in sorted(found)}


def may_have(table: pa.Table, marks: Marks) -> NDArray[np.bool_]:
    """Whether the marks of a check stand in each row. `False` is certain."""
    possible = np.zeros(table.num_rows, dtype=bool)
    for field in marks.fields:
        column = table.column(field)
        fits = _fits(column, marks)
        if not marks.gates:
            possible |= fits
        elif fits.any():
            for gate in marks.gates:
                possible |= np.asarray(pc.match_substring_regex(column, gate)) & fits
    return possible


def _fits(column: pa.ChunkedArray, marks: Marks) -> NDArray[np.bool_]:
    """Whether each text has a length at which the check finds anything."""
    if not marks.least_characters and not marks.most_characters:
        return np.ones(len(column), dtype=bool)
    sizes = pc.utf8_length(column).to_numpy()
    is_short = sizes <= marks.most_characters if marks.most_characters else True
    return (sizes >= marks.least_characters) & is_short
