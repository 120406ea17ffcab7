"""The loss during tuning, from the tuned model or, while that is unfinished, from the run events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from kitae.core.text import Message
from kitae.project.report.view import CurvePoint, LossCurve
from kitae.records.tuned import TunedModel

RISE_THAT_COUNTS = 1.02
"""Last validation loss over the best one, from which the report speaks of a rise ..."""
LEAST_RISE_NATS = 0.01
"""... and how far above it: below this both are printed alike, and nobody would gain by fewer epochs."""


def gather_curve(
    tuned: TunedModel | None, run_events: Sequence[Mapping[str, Any]]
) -> LossCurve | None:
    """The loss curve, or None where nothing was tuned."""
    if tuned is None:
        return _unfinished(run_events)
    train = tuple(CurvePoint(step=p.step, loss=p.train_loss) for p in tuned.losses)
    validation = tuple(CurvePoint(step=p.step, loss=p.loss) for p in tuned.validation)
    if not train:
        return None
    return LossCurve(
        train=train,
        validation=validation,
        best_step=tuned.best_step,
        summary=_summary(train, validation, tuned.best_step),
    )


def smoothed(points: Sequence[CurvePoint], width: int) -> tuple[CurvePoint, ...]:
    """Mean over a window of `width` points around each: the trend without the noise of single steps."""
    half = width // 2
    windows = [points[max(0, i - half) : i + half + 1] for i in range(len(points))]
    return tuple(
        CurvePoint(step=p.step, loss=_mean(w)) for p, w in zip(points, windows, strict=True)
    )


def thinned(points: Sequence[CurvePoint], limit: int) -> tuple[CurvePoint, ...]:
    """At most `limit` points, each the mean of its stretch; first and last step are kept."""
    if len(points) <= limit:
        return tuple(points)
    edges = [round(i * len(points) / limit) for i in range(limit + 1)]
    stretches = [points[a:b] for a, b in pairwise(edges)]
    means = [CurvePoint(step=s[len(s) // 2].step, loss=_mean(s)) for s in stretches]
    return (points[0], *means[1:-1], points[-1])


def _unfinished(run_events: Sequence[Mapping[str, Any]]) -> LossCurve | None:
    train = _points("tune.step", ("train_loss", "loss"), run_events)
    validation = _points("tune.validation", ("validation_loss", "loss"), run_events)
    if not train:
        return None
    done = Message(key="report.curve.unfinished", values={"step": train[-1].step})
    return LossCurve(train=train, validation=validation, best_step=None, summary=(done,))


def _points(
    kind: str, names: Sequence[str], run_events: Sequence[Mapping[str, Any]]
) -> tuple[CurvePoint, ...]:
    """Points by step; a step that was done again after an interruption counts once."""
    by_step: dict[int, float] = {}
    for event in run_events:
        data = event["data"]
        loss = next((data[name] for name in names if name in data), None)
        if event["kind"] == kind and loss is not None and "step" in data:
            by_step[int(data["step"])] = float(loss)
    return tuple(CurvePoint(step=s, loss=v) for s, v in sorted(by_step.items()))


def _summary(
    train: Sequence[CurvePoint], validation: Sequence[CurvePoint], best_step: int
) -> tuple[Message, ...]:
    ends = max(1, len(train) // 50)
    said = [
        Message(
            key="report.curve.train",
            values={
                "first": f"{_mean(train[:ends]):.3f}",
                "last": f"{_mean(train[-ends:]):.3f}",
                "steps": train[-1].step,
            },
        )
    ]
    if validation:
        best = min(validation, key=lambda p: p.loss)
        values: dict[str, str | int | float | bool | None] = {
            "first": f"{validation[0].loss:.3f}",
            "best": f"{best.loss:.3f}",
            "step": best_step,
        }
        said.append(Message(key="report.curve.validation", values=values))
        last = validation[-1].loss
        if last > max(best.loss * RISE_THAT_COUNTS, best.loss + LEAST_RISE_NATS):
            said.append(Message(key="report.curve.rise", values={"last": f"{last:.3f}"}))
    return tuple(said)


def _mean(points: Sequence[CurvePoint]) -> float:
    return sum(p.loss for p in points) / len(points)
