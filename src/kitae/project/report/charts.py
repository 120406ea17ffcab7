"""Geometry of the charts, in percent of their frame: they scale, their letters do not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kitae.project.report.curve import smoothed, thinned
from kitae.project.report.numbers import (
    change_span_text,
    change_text,
    is_share,
    score_text,
    span_text,
)
from kitae.project.report.view import CurvePoint, LossCurve
from kitae.records.evaluation import Evaluation

POINTS_DRAWN = 400
POINTS_TOLD = 20
STEPS_WORTH_SMOOTHING = 40


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place in percent of the frame, and its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Dot:
    """A point in percent of the frame, y from the top."""

    x: float
    y: float


@dataclass(frozen=True)
class LossChart:
    """The loss curves. Paths are in units of a 1000 by 1000 frame."""

    train_path: str
    trend_path: str
    """Smoothed; empty where the raw one is smooth enough."""
    validation_path: str
    validation_dots: tuple[Dot, ...]
    best_x: float | None
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    told: tuple[tuple[int, str, str], ...]
    """Rows of the table beside the chart: step, train loss, validation loss."""


@dataclass(frozen=True)
class Interval:
    """One line of an interval chart: a dot with its whiskers, in percent, and its numbers."""

    name: str
    low: float
    mid: float
    high: float
    value: str
    span: str


@dataclass(frozen=True)
class IntervalChart:
    """Scores, or a difference, with their 95 % intervals on one axis."""

    lines: tuple[Interval, ...]
    ticks: tuple[Tick, ...]
    zero: float | None
    """Place of "no difference"; None on a chart of scores."""


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    def percent(self, value: float) -> float:
        span = self.high - self.low
        return round(100 * (value - self.low) / span, 3) if span else 50.0


def loss_chart(curve: LossCurve) -> LossChart:
    """Geometry of the loss curves."""
    train = thinned(curve.train, POINTS_DRAWN)
    trend = smoothed(train, len(train) // 12) if len(train) >= STEPS_WORTH_SMOOTHING else ()
    losses = [p.loss for p in (*train, *curve.validation) if math.isfinite(p.loss)] or [1.0]
    x_scale = _Scale(min(0, train[0].step), max(p.step for p in (*train, *curve.validation)))
    y_values = nice_ticks(min(0.0, *losses), max(losses), 5)
    y_scale = _Scale(y_values[0], y_values[-1])
    x_values = [v for v in nice_ticks(x_scale.low, x_scale.high, 6) if v <= x_scale.high]
    return LossChart(
        train_path=_path(train, x_scale, y_scale),
        trend_path=_path(trend, x_scale, y_scale),
        validation_path=_path(curve.validation, x_scale, y_scale),
        validation_dots=tuple(_dot(p, x_scale, y_scale) for p in thinned(curve.validation, 40)),
        best_x=None if curve.best_step is None else x_scale.percent(curve.best_step),
        x_ticks=tuple(Tick(x_scale.percent(v), f"{v:g}") for v in x_values),
        y_ticks=tuple(Tick(100 - y_scale.percent(v), f"{v:g}") for v in y_values),
        told=_told(curve),
    )


def score_chart(evaluation: Evaluation) -> IntervalChart:
    """Before, after and the constant answer on one axis; shares on 0 to 100 %."""
    metric = evaluation.metric
    named = [("before", evaluation.before.score, evaluation.before.ci95)]
    named.append(("after", evaluation.after.score, evaluation.after.ci95))
    if evaluation.constant:
        named.append(("constant", evaluation.constant.score, evaluation.constant.ci95))
    ends = [v for _, score, span in named for v in (score, *span)]
    values = (
        [0.0, 0.25, 0.5, 0.75, 1.0] if is_share(metric) else nice_ticks(min(ends), max(ends), 5)
    )
    scale = _Scale(values[0], values[-1])
    return IntervalChart(
        lines=tuple(
            Interval(
                name,
                scale.percent(span[0]),
                scale.percent(score),
                scale.percent(span[1]),
                score_text(metric, score),
                span_text(metric, *span),
            )
            for name, score, span in named
        ),
        ticks=tuple(Tick(scale.percent(v), _axis_label(metric, v)) for v in values),
        zero=None,
    )


def difference_chart(evaluation: Evaluation) -> IntervalChart:
    """After minus before, and after minus the constant answer, around zero."""
    metric = evaluation.metric
    named = [("over_base", evaluation.difference)]
    if evaluation.constant:
        named.append(("over_constant", evaluation.constant.difference))
    ends = [v for _, d in named for v in (d.score, *d.ci95)]
    values = nice_ticks(min(0.0, *ends), max(0.0, *ends), 5)
    scale = _Scale(values[0], values[-1])
    return IntervalChart(
        lines=tuple(
            Interval(
                name,
                scale.percent(d.ci95[0]),
                scale.percent(d.score),
                scale.percent(d.ci95[1]),
                change_text(metric, d.score),
                change_span_text(metric, *d.ci95),
            )
            for name, d in named
        ),
        ticks=tuple(Tick(scale.percent(v), _change_label(metric, v)) for v in values),
        zero=scale.percent(0.0),
    )


def nice_ticks(low: float, high: float, about: int) -> list[float]:
    """Round values that enclose low and high, about that many; always at least two."""
    size = max(1.0, abs(low), abs(high))
    if high - low < 1e-6 * size:
        high = low + size
    rough = (high - low) / max(1, about - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _path(points: Sequence[CurvePoint], x_scale: _Scale, y_scale: _Scale) -> str:
    """An SVG path; a loss that is not a number leaves a gap."""
    parts: list[str] = []
    is_pen_down = False
    for point in points:
        if not math.isfinite(point.loss):
            is_pen_down = False
            continue
        x = 10 * x_scale.percent(point.step)
        y = 1000 - 10 * y_scale.percent(point.loss)
        parts.append(f"{'L' if is_pen_down else 'M'}{x:.1f} {y:.1f}")
        is_pen_down = True
    return "".join(parts)


def _dot(point: CurvePoint, x_scale: _Scale, y_scale: _Scale) -> Dot:
    return Dot(x_scale.percent(point.step), 100 - y_scale.percent(point.loss))


def _told(curve: LossCurve) -> tuple[tuple[int, str, str], ...]:
    validation = {p.step: f"{p.loss:.3f}" for p in curve.validation}
    train = {p.step: f"{p.loss:.3f}" for p in curve.train}
    chosen = sorted({p.step for p in thinned(curve.train, POINTS_TOLD)} | set(validation))
    return tuple((s, train.get(s, ""), validation.get(s, "")) for s in chosen)


def _axis_label(metric: str, value: float) -> str:
    return f"{100 * value:g}%" if is_share(metric) else f"{value:g}"


def _change_label(metric: str, value: float) -> str:
    text = f"{100 * value:+g}" if is_share(metric) else f"{value:+g}"
    return "0" if value == 0 else text.replace("-", "−")
