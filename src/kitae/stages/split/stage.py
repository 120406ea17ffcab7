"""Split: held-out originals are set aside before anything is made from the rest.

Rows that share a text form a group; groups go to a side whole. Each row's side is written in the journal
`sides` once, before the stage runs, so that data added later never moves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kitae.records.counts import Counts
from kitae.records.example import SIDES
from kitae.records.store import Product
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.split.config import SplitConfig

if TYPE_CHECKING:
    from kitae.records.journal import Journal
    from kitae.stages.split.originals import KnownSides, Originals

VERSION = 2


def prepare(inputs: Inputs, config: SplitConfig, context: Context) -> None:
    """Write the side of every new row in the journal: all of them in one append, or none.

    Rows whose source declares a side are not written: the recipe says it each time.
    """
    import numpy as np

    from kitae.stages.split.originals import NO_SIDE, different_names
    from kitae.stages.split.sides import decide

    originals = _originals(inputs, context)
    is_new = (originals.declared == NO_SIDE) & (originals.journaled == NO_SIDE)
    if not is_new.any():
        return
    decision = decide(originals, config, context.seed, context.flow)
    at = context.now()
    entries = [
        {
            "side": side,
            "rows": different_names(originals, rows),
            "at": at,
        }
        for place, side in enumerate(SIDES)
        if len(rows := np.flatnonzero(is_new & (decision.sides == place)))
    ]
    context.journals["sides"].append(entries)


def run(inputs: Inputs, config: SplitConfig, context: Context) -> Product:
    """Give every original its group and its side; rows that would tie two sides together leave."""
    from kitae.stages.split.findings import findings
    from kitae.stages.split.placing import leaving_rows, placed_rows
    from kitae.stages.split.sides import decide

    originals = _originals(inputs, context)
    decision = decide(originals, config, context.seed, context.flow)
    kept, dropped = placed_rows(originals, decision), leaving_rows(originals, decision)
    return Product(
        counts=Counts(rows_in=len(originals), out=kept.num_rows, dropped=dropped.num_rows),
        tables={"examples": kept, "dropped": dropped},
        records={"findings": findings(originals, decision)},
    )


def _originals(inputs: Inputs, context: Context) -> Originals:
    from kitae.stages.split.originals import read_originals

    return read_originals(
        inputs["collect"].table("examples"),
        inputs["collect"].content_hash,
        journaled_sides(context.journals["sides"]),
    )


def journaled_sides(journal: Journal) -> KnownSides:
    """The sides that the journal knows; the first entry of a row counts."""
    import numpy as np

    from kitae.stages.split.originals import KnownSides, key_numbers

    keys: list[str] = []
    sides: list[int] = []
    for entry in journal.entries():
        if entry["side"] in SIDES:
            keys += entry["rows"]
            sides += [SIDES.index(entry["side"])] * len(entry["rows"])
    numbers, first = np.unique(key_numbers(keys), return_index=True)
    return KnownSides(numbers, np.array(sides, np.int8)[first])


STAGE = Stage(
    name="split",
    version=VERSION,
    config=SplitConfig,
    needs=("collect",),
    run=run,
    journals=("sides",),
    prepare=prepare,
)
