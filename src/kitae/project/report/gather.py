"""From artifacts and run events to a ReportView: everything a report says, still without words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from kitae.core.config import Record
from kitae.core.version import __version__
from kitae.project.data.look import look_at
from kitae.project.report.advice import advise
from kitae.project.report.answers import gather_answers
from kitae.project.report.curve import gather_curve
from kitae.project.report.flow import gather_flow, gather_sources
from kitae.project.report.headline import Findings, find_headline
from kitae.project.report.timing import duration_of, gather_comparisons, last_time, versions_of
from kitae.project.report.view import LineageEntry, Override, ReportView
from kitae.records.base_model import BaseChoice
from kitae.records.bundle import Bundle
from kitae.records.dataset import Dataset
from kitae.records.evaluation import Evaluation
from kitae.records.gate import DataVerdict
from kitae.records.plan import Plan
from kitae.records.status import StageState
from kitae.records.store import Artifact
from kitae.records.tuned import TunedModel

R = TypeVar("R", bound=Record)

STOPPING = ("refused", "waiting", "failed")


def gather(
    project_name: str,
    artifacts: Mapping[str, Artifact],
    stage_states: Sequence[StageState],
    run_events: Sequence[Mapping[str, Any]],
    *,
    overrides: Sequence[Mapping[str, Any]] = (),
) -> ReportView:
    """Collect what the report shows. Reads files, computes nothing that a stage computed.

    Args:
        project_name: As in the recipe.
        artifacts: Stage name -> current artifact; a refused one included.
        stage_states: One per stage, in the order of the way.
        run_events: Events of all runs, oldest first: `at`, `t`, `kind`, `stage`, `data`.
        overrides: Entries of the journal `overrides`: `stage`, `artifact` (content hash), `reason`, `at`.
    """
    reached = _up_to_stop(artifacts, stage_states)
    findings = _findings(reached, stage_states, run_events)
    tuned = _record(reached, "tune", "tuned", TunedModel)
    return ReportView(
        project=project_name,
        kitae_version=__version__,
        run_at=last_time(run_events),
        headline=find_headline(findings),
        next_steps=advise(findings),
        overrides=_overrides(reached, findings.evaluation, overrides),
        stages=tuple(stage_states),
        sources=gather_sources(reached.get("collect")),
        flow=gather_flow(reached),
        dataset=_record(reached, "build", "dataset", Dataset),
        look=look_at(reached),
        gate=findings.gate,
        base=findings.base,
        plan=findings.plan,
        comparisons=gather_comparisons(findings.plan, tuned, reached, run_events),
        curve=gather_curve(tuned, run_events),
        evaluation=findings.evaluation,
        answers=gather_answers(reached.get("evaluate"), findings.evaluation),
        bundle=_record(reached, "export", "bundle", Bundle),
        bundle_folder=_folder_of(reached.get("export")),
        lineage=_lineage(reached, run_events),
        versions=versions_of(run_events),
    )


def _up_to_stop(
    artifacts: Mapping[str, Artifact], states: Sequence[StageState]
) -> dict[str, Artifact]:
    """The artifacts up to the stage that stopped the run: what lies behind it is not current."""
    reached: dict[str, Artifact] = {}
    for state in states:
        if state.name in artifacts:
            reached[state.name] = artifacts[state.name]
        if state.state in STOPPING:
            break
    return reached


def _findings(
    reached: Mapping[str, Artifact],
    states: Sequence[StageState],
    run_events: Sequence[Mapping[str, Any]],
) -> Findings:
    stopped = next((s for s in states if s.state in STOPPING), None)
    unfinished = next((s.name for s in states if s.state == "missing"), None)
    return Findings(
        stopped=stopped,
        unfinished=unfinished,
        error=_error_text(stopped, run_events),
        gate=_record(reached, "gate", "verdict", DataVerdict),
        base=_record(reached, "choose", "choice", BaseChoice),
        plan=_record(reached, "plan", "plan", Plan),
        evaluation=_record(reached, "evaluate", "evaluation", Evaluation),
    )


def _error_text(stopped: StageState | None, run_events: Sequence[Mapping[str, Any]]) -> str:
    """What the stage that stopped the run said last, in its own words."""
    if stopped is None:
        return ""
    said = (
        e["data"].get("what", "")
        for e in reversed(run_events)
        if e["kind"] == "stage.stopped" and e["stage"] == stopped.name
    )
    return str(next(said, ""))


def _overrides(
    reached: Mapping[str, Artifact],
    evaluation: Evaluation | None,
    entries: Sequence[Mapping[str, Any]],
) -> tuple[Override, ...]:
    hashes = {name: artifact.content_hash for name, artifact in reached.items()}
    current = [e for e in entries if hashes.get(str(e["stage"])) == e["artifact"]]
    known = [
        Override(stage=str(e["stage"]), reason=str(e["reason"]), at=str(e.get("at", "")))
        for e in current
    ]
    reasons = {o.reason for o in known}
    carried = evaluation.overrides if evaluation else ()
    return (*known, *(Override(stage="", reason=r) for r in carried if r not in reasons))


def _lineage(
    reached: Mapping[str, Artifact], run_events: Sequence[Mapping[str, Any]]
) -> tuple[LineageEntry, ...]:
    return tuple(
        LineageEntry(
            stage=name,
            artifact=artifact.id,
            stage_version=artifact.manifest.stage_version,
            fingerprint=artifact.manifest.fingerprint,
            content_hash=artifact.content_hash,
            inputs=dict(artifact.manifest.inputs),
            files=dict(artifact.manifest.files),
            duration_s=duration_of(name, run_events),
        )
        for name, artifact in reached.items()
    )


def _folder_of(artifact: Artifact | None) -> str:
    """Where an artifact lies, from the project folder."""
    return "/".join(artifact.path.parts[-3:]) if artifact else ""


def _record(artifacts: Mapping[str, Artifact], stage: str, stem: str, kind: type[R]) -> R | None:
    artifact = artifacts.get(stage)
    if artifact is None or not artifact.has(f"{stem}.json"):
        return None
    return artifact.record(stem, kind)
