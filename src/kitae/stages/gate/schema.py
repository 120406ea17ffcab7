"""Is every row an Alpaca record with an id of its own, on the side that it names?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from kitae.records.columns import codes, list_lengths
from kitae.records.example import EXAMPLES_SCHEMA
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding, shown_rows
from kitae.stages.gate.rows import Mask, Rows, first_of_each

_compute: Any = pc


def check_schema(rows: Rows, config: GateConfig) -> Finding:
    """Nothing missing where something must be, no id twice, no earlier round with an empty half."""
    wrong = np.flatnonzero(_has_null(rows) | _is_second(rows) | _has_half_round(rows))
    measured = Measured.share(len(wrong), len(rows), 0.0)
    if not len(wrong):
        return Finding(finding("schema", "pass", measured=measured, values={"rows": len(rows)}))
    result = finding(
        "schema",
        "fail",
        evidence=shown_rows(rows, wrong, config.evidence_rows),
        measured=measured,
        values={"count": len(wrong)},
    )
    return Finding(result, wrong)


def _has_null(rows: Rows) -> Mask:
    found = np.zeros(len(rows), np.bool_)
    for name in EXAMPLES_SCHEMA.names:
        if rows.table[name].null_count:
            found |= np.asarray(rows.table[name].is_null().to_numpy(), np.bool_)
    return found


def _is_second(rows: Rows) -> Mask:
    """Which rows have an id that a row before them has."""
    return first_of_each(codes(rows.table, "id")[0]) != np.arange(len(rows))


def _has_half_round(rows: Rows) -> Mask:
    """Which rows have an earlier round without a question or without an answer."""
    found = np.zeros(len(rows), np.bool_)
    if not list_lengths(rows.table, "history").any():
        return found
    for texts in rows.texts:
        if texts.name == "history":
            trimmed = _compute.utf8_trim_whitespace(texts.column.to_arrow())
            found[texts.rows[np.asarray(_compute.equal(trimmed, ""))]] = True
    return found
