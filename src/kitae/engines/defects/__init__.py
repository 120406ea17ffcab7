"""Defects of instruction data by named checks, in English, Japanese and Chinese. Pure; needs no model.

`find_defects` for one row, `defects_of` for a table.
"""

from kitae.engines.defects.checks import CHECKS, Check, Defect, find_defects
from kitae.engines.defects.columns import defects_of, may_have
from kitae.engines.defects.marks import MARKS, Marks

__all__ = ["CHECKS", "MARKS", "Check", "Defect", "Marks", "defects_of", "find_defects", "may_have"]
