"""Do the licences of the rows allow what the recipe wants to do with them?

What stands in the user's own files without a licence is the user's own. Whether a licence goes together with the base model's is
judged in `plan`, where both are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kitae.records.columns import codes
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding, shown_rows
from kitae.stages.gate.rows import Places, Rows

OWN_MATERIAL = ("unknown", "all_rights_reserved")
"""Objections that say nothing about what is the user's own."""


@dataclass(frozen=True)
class _Objected:
    """What stands against a licence, and the rows that have it."""

    level: Literal["block", "warn"]
    code: str
    licence: str
    rows: Places


def check_licence(rows: Rows, config: GateConfig) -> Finding:
    """A licence that forbids a use that the recipe names fails; one that nobody can tell warns."""
    found = list(_objections(rows, config))
    if not found:
        return Finding(finding("licence", "pass", measured=Measured.share(0, len(rows), 0.0)))
    worst = min(found, key=lambda one: (one.level != "block", -len(one.rows), one.licence))
    same = [one for one in found if one.level == worst.level]
    places = np.unique(np.concatenate([one.rows for one in same]))
    outcome = "fail" if worst.level == "block" else "warn"
    text = "forbidden" if outcome == "fail" else "unknown" if worst.code == "unknown" else "asks"
    source = rows.example(int(worst.rows[0])).source
    result = finding(
        "licence",
        outcome,
        text,
        evidence=shown_rows(rows, worst.rows, config.evidence_rows),
        measured=Measured.share(len(places), len(rows), 0.0),
        values={
            "count": len(places),
            "licence": worst.licence,
            "reason": f"@gate.licence.reason.{worst.code}",
            "source": source,
            "uses": ", ".join(config.uses),
        },
    )
    return Finding(result, places)


def _objections(rows: Rows, config: GateConfig) -> Iterator[_Objected]:
    from kitae.engines.licences import allows

    places, names = codes(rows.table, "licence")
    for number, name in enumerate(names):
        for use in config.uses:
            objection = allows(name, use)
            if objection is None:
                continue
            has_it = places == number
            if objection.code in OWN_MATERIAL:
                has_it &= rows.is_fetched
            if has_it.any():
                found = np.flatnonzero(has_it)
                yield _Objected(objection.level, objection.code, objection.licence, found)
