"""The data report: where the rows went and why, how the dataset looks, and what the gate says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

import orjson

from kitae.core.errors import NotFoundError
from kitae.core.text import Language
from kitae.project.data.drops import DATA_STAGES, counted_reasons
from kitae.project.data.look import look_at
from kitae.project.data.versions import Versions
from kitae.project.project import Project
from kitae.project.report.words import Words
from kitae.records.gate import DataVerdict
from kitae.records.store import Artifact

STAGES = (*DATA_STAGES, "gate")


def data_report(project: Project, language: Language) -> dict[str, Any]:
    """Everything that is known of the data, from collecting to the gate.

    Args:
        project: The project.
        language: Of the gate's findings.

    Raises:
        NotFoundError: Nothing has been collected yet.
    """
    versions = Versions.of(project)
    artifacts = versions.newest(STAGES)
    if not artifacts:
        raise NotFoundError("There is no data yet.", fix="`kitae run --until gate`")
    look = look_at(artifacts)
    return {
        "project": project.recipe.name,
        "outdated": [stage for stage in artifacts if not versions.is_present(stage)],
        "funnel": [_stage(stage, one) for stage, one in artifacts.items() if one.counts],
        "look": look.model_dump(mode="json") if look else None,
        "scorecard": _scorecard(artifacts.get("gate"), language),
    }


def _stage(name: str, artifact: Artifact) -> dict[str, Any]:
    assert artifact.counts is not None
    return {
        "stage": name,
        "artifact": artifact.id,
        "counts": artifact.counts.model_dump(by_alias=True),
        "reasons": _reasons(artifact),
    }


def _reasons(artifact: Artifact) -> list[dict[str, Any]]:
    """What happened to rows, by kind and code: what left first, then what is told of those that stay."""
    kinds: list[tuple[str, Mapping[str, int]]] = [
        ("quarantined", _rules(artifact, "quarantine")),
        ("dropped", counted_reasons(artifact)),
        ("repaired", _rules(artifact, "repairs")),
        ("changed", _finding(artifact, "repairs")),
        ("masked", _finding(artifact, "private")),
        ("flagged", _finding(artifact, "flagged")),
    ]
    return [
        {"kind": kind, "code": code, "rows": rows}
        for kind, counts in kinds
        for code, rows in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _rules(artifact: Artifact, stem: str) -> Mapping[str, int]:
    """Rule -> rows of a list of row issues."""
    return Counter(str(item["rule"]) for item in _json(artifact, stem).get("items", ()))


def _finding(artifact: Artifact, name: str) -> Mapping[str, int]:
    found: Any = _json(artifact, "findings").get(name, {})
    return cast("Mapping[str, int]", found) if isinstance(found, dict) else {}


def _json(artifact: Artifact, stem: str) -> dict[str, Any]:
    if not artifact.has(f"{stem}.json"):
        return {}
    return orjson.loads(artifact.file(f"{stem}.json").read_bytes())


def _scorecard(gate: Artifact | None, language: Language) -> dict[str, Any] | None:
    if gate is None:
        return None
    words = Words(language)
    verdict = gate.record("verdict", DataVerdict)
    return {
        "outcome": verdict.outcome,
        "task": verdict.task,
        "checks": [
            {
                "name": check.name,
                "title": words.check(check.name),
                "outcome": check.outcome,
                "value": check.value,
                "threshold": check.threshold,
                "rows": check.count,
                "message": words.message(check.message),
                "fix": words.message(check.fix) if check.fix else None,
            }
            for check in verdict.checks
        ],
    }
