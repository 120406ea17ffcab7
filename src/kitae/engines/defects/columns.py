"""The checks over whole columns: their marks are looked for first, then they judge the rows that are left."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa

from kitae.engines.defects.checks import CHECKS, MARKS, Defect
from kitae.engines.defects.marks import FIELDS, FieldTexts, RowTexts, may_have
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.measures import measure


def defects_of(
    table: pa.Table, checks: Collection[str] = tuple(MARKS)
) -> dict[int, tuple[Defect, ...]]:
    """Row -> what the named checks find in it, in the order of `CHECKS`; sound rows are left out.

    Args:
        table: With the text columns `instruction`, `input` and `output`.
        checks: Names out of `MARKS`.
    """
    columns = [TextColumn.from_arrow(table[name]) for name in FIELDS]
    texts: RowTexts = {
        name: FieldTexts(column, measure(column))
        for name, column in zip(FIELDS, columns, strict=True)
    }
    return defects_in(texts, checks)


def defects_in(
    texts: RowTexts, checks: Collection[str] = tuple(MARKS)
) -> dict[int, tuple[Defect, ...]]:
    """`defects_of` for columns that are measured already."""
    found: dict[int, list[Defect]] = {}
    rows: dict[int, tuple[str, str, str]] = {}
    for check in CHECKS:
        if check.name not in checks:
            continue
        for row in np.flatnonzero(may_have(check.name, check.marks, texts)).tolist():
            if row not in rows:
                rows[row] = _row(texts, row)
            evidence = check.find(*rows[row])
            if evidence is not None:
                found.setdefault(row, []).append(Defect(check.name, evidence))
    return {row: tuple(found[row]) for row in sorted(found)}


def _row(texts: RowTexts, row: int) -> tuple[str, str, str]:
    instruction, material, answer = (texts[name].column[row] for name in FIELDS)
    return instruction, material, answer
