"""The rows with their groups and sides, and the rows that leave."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from kitae.records.columns import dropped_rows, examples_of, rows_at, texts_at, with_column
from kitae.records.example import SIDES
from kitae.stages.split.originals import Originals, content_key
from kitae.stages.split.sides import Decision


def placed_rows(originals: Originals, decision: Decision) -> pa.Table:
    """The rows that stay, each with the name of its group and its side."""
    rows = np.flatnonzero(decision.groups >= 0)
    kept = examples_of(originals.table)
    if len(rows) < len(originals):
        kept = rows_at(kept, rows)
    naming, place = np.unique(decision.groups[rows], return_inverse=True)
    naming_rows: list[int] = naming.tolist()
    names = (content_key(originals.ids[row]) for row in naming_rows)
    kept = with_column(kept, "group", texts_at(names, place))
    return with_column(kept, "side", texts_at(SIDES, decision.sides[rows].astype(np.int64)))


def leaving_rows(originals: Originals, decision: Decision) -> pa.Table:
    """The rows that leave, each with its reason."""
    rows = sorted(decision.drops)
    drops = [decision.drops[row] for row in rows]
    reasons, details = [drop.reason for drop in drops], [drop.detail for drop in drops]
    return dropped_rows(originals.table, rows, reasons, details)
