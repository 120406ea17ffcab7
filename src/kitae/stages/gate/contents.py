"""What is in the dataset: sizes, lengths, sources, licences."""

from __future__ import annotations

import numpy as np

from kitae.records.columns import codes
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding
from kitae.stages.gate.rows import Rows

LISTED = 4


def tell_contents(rows: Rows, _config: GateConfig) -> Finding:
    """Sizes of the sides, where the rows come from, and under which licences."""
    sources, licences = _names(rows, "source"), _names(rows, "licence")
    values: dict[str, str | float] = {
        "rows": len(rows),
        "train": rows.sizes[0],
        "validation": rows.sizes[1],
        "test": rows.sizes[2],
        "made": int(rows.is_made.sum()),
        "sources": sources,
        "licences": licences,
    }
    measured = Measured(float(len(rows)), None, len(rows))
    return Finding(finding("contents", "pass", values=values, measured=measured))


def _names(rows: Rows, column: str) -> str:
    places, names = codes(rows.table, column)
    counts = np.bincount(places, minlength=len(names)).tolist()
    ordered = sorted(zip(names, counts, strict=True), key=lambda one: (-one[1], one[0]))
    listed = ", ".join(f"{name or '-'} {count}" for name, count in ordered[:LISTED])
    return f"{listed} …" if len(ordered) > LISTED else listed
