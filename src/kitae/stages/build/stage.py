"""Build: train, validation and test frozen, with no leak between them, and written in common forms."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from kitae.core.config import Record
from kitae.core.errors import DataError
from kitae.records.columns import (
    counted,
    dropped_rows,
    equals,
    examples_of,
    rows_at,
    rows_where,
    strings,
)
from kitae.records.counts import Counts
from kitae.records.example import SIDES, Side, to_examples
from kitae.records.store import Product
from kitae.stages.build.config import BuildConfig
from kitae.stages.contract import Context, Inputs, Stage

VERSION = 4


class BuildFindings(Record):
    """Rows that left because they were too near to a held-out row."""

    left: dict[str, int]
    """Side -> rows that left it."""


def run(inputs: Inputs, config: BuildConfig, context: Context) -> Product:
    """Freeze the sides: rows too near to a held-out row leave, the rest is the dataset."""
    from kitae.stages.build.card import card
    from kitae.stages.build.forms import written
    from kitae.stages.build.leaks import near_heldout
    from kitae.stages.build.summary import summarise

    rows = examples_of(inputs["clean"].table("examples"))
    _require_sides(rows)
    context.check_interrupt()
    leaving = near_heldout(rows, config.near_similarity, context.flow)
    twins = strings(rows_at(rows, list(leaving.values())), "id")
    dropped = dropped_rows(rows, list(leaving), ["near_heldout"] * len(leaving), twins)
    keep = np.ones(rows.num_rows, np.bool_)
    keep[list(leaving)] = False
    sides: dict[Side, pa.Table] = {
        side: rows_where(rows, keep & equals(rows, "side", side)) for side in SIDES
    }
    dataset = summarise(sides)
    left: dict[str, int] = dict(counted(dropped, "side"))
    return Product(
        counts=Counts(rows_in=rows.num_rows, out=int(keep.sum()), dropped=dropped.num_rows),
        tables={**sides, "dropped": dropped},
        records={"dataset": dataset, "findings": BuildFindings(left=left)},
        files={**written(sides, config), "README.md": card(sides, dataset, config)},
    )


def _require_sides(rows: pa.Table) -> None:
    """Every row has a side by now; one without would silently be in none.

    Raises:
        DataError: A row has no side.
    """
    lost = to_examples(rows_where(rows, equals(rows, "side", "")).slice(0, 1))
    if lost:
        raise DataError(
            f"Row {lost[0].id} has no side (train, validation or test).",
            where=f"{lost[0].source}, {lost[0].locator}",
            fix="run the stages from `split` on: `kitae run --from split`",
        )


STAGE = Stage(
    name="build",
    version=VERSION,
    config=BuildConfig,
    needs=("clean",),
    run=run,
)
