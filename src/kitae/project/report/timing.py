"""What the run events tell: how long things took, what they needed, and how the forecast did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kitae.project.report.view import Compared
from kitae.records.plan import Plan
from kitae.records.store import Artifact
from kitae.records.tuned import TunedModel

CHECKPOINTS_SIDE_BY_SIDE = 3
"""Two are kept while the next is written."""
NOTHING: Mapping[str, Any] = {}
RunEvents = Sequence[Mapping[str, Any]]


def last_time(run_events: RunEvents) -> str:
    """When the last thing happened, as ISO time; empty when nothing did."""
    return str(run_events[-1].get("at", "")) if run_events else ""


def versions_of(run_events: RunEvents) -> dict[str, str]:
    """Library versions of the last run that names them."""
    told = (e["data"]["versions"] for e in reversed(run_events) if e["data"].get("versions"))
    return dict(next(told, NOTHING))


def duration_of(stage: str, run_events: RunEvents) -> float | None:
    """Seconds that a stage took; sittings that were cut short and then resumed are included."""
    sittings = _sittings(stage, run_events)
    done = next((i for i in reversed(range(len(sittings))) if _finish(sittings[i])), None)
    if done is None:
        return None
    total = float(_finish(sittings[done]).get("duration_s", 0.0))
    while done > 0 and _is_resumed(sittings[done]) and not _finish(sittings[done - 1]):
        done -= 1
        total += max(0.0, float(sittings[done][-1]["t"]) - float(sittings[done][0]["t"]))
    return total


def gather_comparisons(
    plan: Plan | None,
    tuned: TunedModel | None,
    artifacts: Mapping[str, Artifact],
    run_events: RunEvents,
) -> tuple[Compared, ...]:
    """The plan's forecast beside what happened; empty without a plan."""
    if plan is None:
        return ()
    forecast = plan.forecast
    data = _last_finish("tune", run_events) if tuned else NOTHING
    tune = artifacts.get("tune") if tuned else None
    return (
        Compared(quantity="steps", forecast=forecast.steps, actual=tuned and tuned.steps),
        Compared(
            quantity="train_tokens",
            forecast=forecast.train_tokens,
            actual=tuned and tuned.trained_tokens,
        ),
        Compared(
            quantity="duration_s",
            forecast=forecast.duration_s,
            actual=duration_of("tune", run_events) if tuned else None,
        ),
        Compared(
            quantity="memory_gib",
            forecast=forecast.memory_gib,
            actual=data.get("peak_memory_gib"),
        ),
        Compared(
            quantity="disk_gib",
            forecast=forecast.disk_gib,
            actual=_disk_gib(tune, run_events) if tune else None,
        ),
    )


def _disk_gib(tune: Artifact, run_events: RunEvents) -> float | None:
    """The adapter and as many checkpoints as lie side by side; None where no event tells their size."""
    sittings = _sittings("tune", run_events)
    told = [e["data"] for e in (sittings[-1] if sittings else []) if e["kind"] == "tune.checkpoint"]
    if not told:
        return None
    checkpoints = sorted((int(data.get("bytes", 0)) for data in told), reverse=True)
    files = [tune.file(name) for name in tune.manifest.files]
    kept = sum(file.stat().st_size for file in files if file.is_file())
    return (sum(checkpoints[:CHECKPOINTS_SIDE_BY_SIDE]) + kept) / 2**30


def _sittings(stage: str, run_events: RunEvents) -> list[list[Mapping[str, Any]]]:
    """The events of a stage, cut where it started anew."""
    sittings: list[list[Mapping[str, Any]]] = []
    for event in run_events:
        if event["stage"] != stage:
            continue
        if event["kind"] == "stage.started":
            sittings.append([])
        if sittings:
            sittings[-1].append(event)
    return sittings


def _finish(sitting: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What `stage.finished` told of a sitting; empty for one that was cut short."""
    return next((e["data"] for e in sitting if e["kind"] == "stage.finished"), NOTHING)


def _last_finish(stage: str, run_events: RunEvents) -> Mapping[str, Any]:
    told = (_finish(sitting) for sitting in reversed(_sittings(stage, run_events)))
    return next((data for data in told if data), NOTHING)


def _is_resumed(sitting: Sequence[Mapping[str, Any]]) -> bool:
    return any(event["kind"].endswith(".resumed") for event in sitting)
