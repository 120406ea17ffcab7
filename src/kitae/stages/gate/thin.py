"""Of what there is too little: kinds of rows that the held-out sides ask for and the train side hardly shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding, shown_rows
from kitae.stages.gate.marks import NOTICED_SHARE
from kitae.stages.gate.rows import Mask, Rows

ENOUGH = 20
"""So many train rows of a kind are never too few ..."""
ENOUGH_SHARE = 0.25
"""... nor is a quarter of the share that the kind has on the held-out sides."""
FEWEST = 3
"""Fewer held-out rows of a kind may be there by chance."""
SHORT = 200
"""Questions of so many characters are never too long ..."""
TIMES = 2
"""... nor are those at most twice as long as nearly all train questions (99 of 100)."""


@dataclass(frozen=True)
class _Kind:
    """Rows that have something in common: its text, its values, and which rows."""

    text: str
    values: dict[str, str | float]
    rows: Mask


def check_thin(rows: Rows, config: GateConfig) -> Finding:
    """The kind that is missed most: a language, or questions longer than those shown. Labels are `balance`'s."""
    lacking = [(one, lack) for one in _kinds(rows) if (lack := _lacking(rows, one)) > 0]
    if not lacking:
        return Finding(finding("thin", "pass"))
    kind, more = max(lacking, key=lambda found: found[1])
    train = int(kind.rows[: rows.num_train].sum())
    held_out = np.flatnonzero(kind.rows[rows.num_train :]) + rows.num_train
    result = finding(
        "thin",
        "warn",
        kind.text,
        values={**kind.values, "train": train, "held_out": len(held_out), "more": more},
        evidence=shown_rows(rows, held_out, config.evidence_rows),
        measured=Measured.share(len(held_out), rows.num_held_out, NOTICED_SHARE),
    )
    return Finding(result, held_out)


def _kinds(rows: Rows) -> Iterator[_Kind]:
    from kitae.engines.texts.measures import measure
    from kitae.records.columns import codes

    places, names = codes(rows.table, "language")
    for number, name in enumerate(names):
        if name:
            yield _Kind("language", {"spoken": name}, places == number)
    sizes = measure(rows.question).characters
    usual = float(np.quantile(sizes[: rows.num_train], 0.99)) if rows.num_train else 0.0
    least = max(SHORT, round(TIMES * usual))
    yield _Kind("longest", {"least": least}, sizes > least)


def _lacking(rows: Rows, kind: _Kind) -> int:
    """Train rows that lack for a kind to be shown about as often as it is asked for; 0 where there are enough."""
    train = int(kind.rows[: rows.num_train].sum())
    held_out = int(kind.rows[rows.num_train :].sum())
    if held_out < max(FEWEST, NOTICED_SHARE * rows.num_held_out):
        return 0
    fair = held_out / rows.num_held_out * rows.num_train
    enough = min(ENOUGH, ENOUGH_SHARE * fair)
    return int(np.ceil(min(ENOUGH, fair) - train)) if train < enough else 0
