"""The rows with their groups and sides, and the rows that leave."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from kitae.records.columns import dropped_rows, examples_of, rows_where, texts_at, with_column
from kitae.records.example import SIDES
from kitae.stages.split.originals import Originals, content_names
from kitae.stages.split.sides import Decision


def placed_rows(originals: Originals, decision: Decision) -> pa.Table:
    """The rows that stay, each with the name of its group and its side."""
    stays = decision.groups >= 0
    kept = rows_where(examples_of(originals.table), stays)
    naming, place = np.unique(decision.groups[stays], return_inverse=True)
    names = content_names(originals, naming).take(place).to_arrow()
    kept = with_column(kept, "group", names)
    return with_column(kept, "side", texts_at(SIDES, decision.sides[stays].astype(np.int64)))


def leaving_rows(originals: Originals, decision: Decision) -> pa.Table:
    """The rows that leave, each with its reason."""
    rows = sorted(decision.drops)
    drops = [decision.drops[row] for row in rows]
    reasons, details = [drop.reason for drop in drops], [drop.detail for drop in drops]
    return dropped_rows(originals.table, rows, reasons, details)
