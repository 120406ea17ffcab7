"""Split: held-out originals are set aside before anything is made from the rest.

Rows that share a text form a group; groups go to a side whole. Each row's side is written in the journal
`sides` once, before the stage runs, so that data added later never moves it.
"""

from __future__ import annotations

from kitae.records.counts import Counts
from kitae.records.example import SIDES, Example, Side, dropped_table, to_examples, to_table
from kitae.records.journal import Journal
from kitae.records.store import Product
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.split.config import SplitConfig
from kitae.stages.split.findings import findings
from kitae.stages.split.grouping import content_key
from kitae.stages.split.sides import Decision, decide

VERSION = 1


def prepare(inputs: Inputs, config: SplitConfig, context: Context) -> None:
    """Write the side of every new row in the journal: all of them in one append, or none.

    Rows whose source declares a side are not written: the recipe says it each time.
    """
    examples = to_examples(inputs["collect"].table("examples"))
    journal = context.journals["sides"]
    known = journaled_sides(journal)
    decision = decide(examples, known, config, context.seed)
    new: dict[str, Side] = {}
    for row, side in decision.sides.items():
        key = content_key(examples[row])
        if not examples[row].side and key not in known:
            new[key] = side
    journal.append([{"row": key, "side": new[key], "at": context.now()} for key in sorted(new)])


def run(inputs: Inputs, config: SplitConfig, context: Context) -> Product:
    """Give every original its group and its side; rows that would tie two sides together leave."""
    examples = to_examples(inputs["collect"].table("examples"))
    known = journaled_sides(context.journals["sides"])
    decision = decide(examples, known, config, context.seed)
    kept = [_placed(examples[row], row, decision) for row in sorted(decision.sides)]
    drops = [
        (examples[row], drop.reason, drop.detail) for row, drop in sorted(decision.drops.items())
    ]
    return Product(
        counts=Counts(rows_in=len(examples), out=len(kept), dropped=len(drops)),
        tables={"examples": to_table(kept), "dropped": dropped_table(drops)},
        records={"findings": findings(examples, decision)},
    )


def journaled_sides(journal: Journal) -> dict[str, Side]:
    """Content key -> side, as the journal says; the first entry of a row counts."""
    sides: dict[str, Side] = {}
    for entry in journal.entries():
        if entry["side"] in SIDES:
            sides.setdefault(entry["row"], entry["side"])
    return sides


def _placed(example: Example, row: int, decision: Decision) -> Example:
    return example.model_copy(update={"group": decision.groups[row], "side": decision.sides[row]})


STAGE = Stage(
    name="split",
    version=VERSION,
    config=SplitConfig,
    needs=("collect",),
    run=run,
    journals=("sides",),
    prepare=prepare,
)
