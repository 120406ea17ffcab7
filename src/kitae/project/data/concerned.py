"""Which rows each check of the gate concerns, with a short text of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kitae.core.errors import UsageError
from kitae.records.columns import equals, is_among, rows_where, strings
from kitae.records.example import SIDES, to_examples
from kitae.records.gate import CheckResult, DataVerdict
from kitae.records.store import Artifact


def concerned_rows(
    gate: Artifact, build: Artifact, *, most: int | None = None, check: str | None = None
) -> list[dict[str, Any]]:
    """The rows behind the findings of the gate, private values in part.

    Args:
        gate: The verdict.
        build: The dataset that it is on.
        most: At most this many rows of each check; None for all.
        check: Only this check, whatever it found; None for those that failed or warn.

    Returns:
        Per check: name, outcome, how many rows it concerns, and rows with id, side and text.

    Raises:
        UsageError: There is no such check.
    """
    checks = _chosen(gate.record("verdict", DataVerdict).checks, check)
    if not gate.has("concerned.arrow"):
        return []
    table = gate.table("concerned")
    ids = {
        one.name: strings(rows_where(table, equals(table, "check", one.name)), "id")
        for one in checks
    }
    wanted = {name: found[:most] for name, found in ids.items()}
    texts = _texts(build, [one for found in wanted.values() for one in found])
    return [
        {
            "check": one.name,
            "outcome": one.outcome,
            "rows_in_all": len(ids[one.name]),
            "rows": [texts[row] for row in wanted[one.name] if row in texts],
        }
        for one in checks
        if ids[one.name] or check
    ]


def _chosen(checks: Sequence[CheckResult], name: str | None) -> list[CheckResult]:
    if name is None:
        found = [one for one in checks if one.outcome != "pass"]
        return sorted(found, key=lambda one: one.outcome != "fail")
    found = [one for one in checks if one.name == name]
    if not found:
        names = ", ".join(one.name for one in checks)
        raise UsageError(f"The gate has no check {name!r}.", fix=f"--check with one of {names}")
    return found


def _texts(build: Artifact, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Id -> its side and its question and answer, shortened and masked as the gate's evidence is."""
    from kitae.stages.gate.findings import shown_row

    found: dict[str, dict[str, str]] = {}
    for side in SIDES if ids else ():
        table = build.table(side)
        for example in to_examples(rows_where(table, is_among(table, "id", ids))):
            text = shown_row(example).text
            found[example.id] = {"id": example.id, "side": side, "text": text}
    return found
