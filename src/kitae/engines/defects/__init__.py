"""Defects of instruction data by named checks, in English, Japanese and Chinese. Pure; needs no model.

`find_defects` for one row, `defects_of` for a table, `defects_in` for columns that are measured already.
"""

from kitae.engines.defects.checks import CHECKS, MARKS, Check, Defect, find_defects
from kitae.engines.defects.columns import defects_in, defects_of
from kitae.engines.defects.marks import FIELDS, FieldTexts, Marks, RowTexts

__all__ = [
    "CHECKS",
    "FIELDS",
    "MARKS",
    "Check",
    "Defect",
    "FieldTexts",
    "Marks",
    "RowTexts",
    "defects_in",
    "defects_of",
    "find_defects",
]
