"""Geometry of the charts."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kitae.project.report.charts import difference_chart, loss_chart, nice_ticks, score_chart
from kitae.project.report.curve import gather_curve, smoothed, thinned
from kitae.project.report.numbers import change_text, p_text, score_text, value_text
from kitae.project.report.view import CurvePoint, LossCurve
from kitae.records.evaluation import Evaluation
from support.report_fixtures import evaluation, free_text, tuned

numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(numbers, numbers)
@example(0.0, 5e-324)
@example(2.0, 2.0)
def test_ticks_enclose_their_range_in_equal_steps(one, other):
    low, high = sorted((one, other))
    ticks = nice_ticks(low, high, 5)
    assert 2 <= len(ticks) <= 13
    slack = 1e-6 * max(abs(low), abs(high), 1)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=1200))
def test_thinning_keeps_both_ends_and_the_limit(losses):
    points = [CurvePoint(step=i + 1, loss=x) for i, x in enumerate(losses)]
    fewer = thinned(points, 100)
    assert len(fewer) <= max(100, len(points) if len(points) <= 100 else 0)
    assert (fewer[0].step, fewer[-1].step) == (1, len(points))


def test_smoothing_keeps_every_step():
    points = [CurvePoint(step=i, loss=float(i % 2)) for i in range(50)]
    assert [p.step for p in smoothed(points, 9)] == list(range(50))


@pytest.mark.parametrize("changes", [{}, free_text(), {"constant": None}])
def test_intervals_lie_inside_the_frame_and_hold_their_dot(changes):
    measured = Evaluation.model_validate(evaluation(**changes).model_dump())
    for chart in (score_chart(measured), difference_chart(measured)):
        for line in chart.lines:
            assert 0 <= line.low <= line.mid <= line.high <= 100
    assert difference_chart(measured).zero is not None


def test_loss_that_is_not_a_number_leaves_a_gap():
    points = tuple(CurvePoint(step=i, loss=math.nan if i == 2 else 1.0 + i) for i in range(1, 5))
    chart = loss_chart(LossCurve(train=points, validation=(), best_step=None, summary=()))
    assert chart.train_path.count("M") == 2
    assert "nan" not in chart.train_path


def test_single_step_still_gives_a_chart():
    points = (CurvePoint(step=1, loss=0.5),)
    chart = loss_chart(LossCurve(train=points, validation=(), best_step=1, summary=()))
    assert chart.y_ticks


def test_rise_of_validation_loss_is_named():
    curve = gather_curve(tuned(), ())
    assert curve
    assert [m.key for m in curve.summary] == [
        "report.curve.train", "report.curve.validation", "report.curve.rise",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (score_text("exact_match", 0.9333), "93.3%"),
        (score_text("nll_per_byte", 1.5), "1.500"),
        (change_text("exact_match", -0.019), "−1.9"),
        (change_text("exact_match", 0.0001), "0.0"),
        (change_text("nll_per_byte", 0.222), "+0.222"),
        (p_text(0.0004), "p\u00a0<\u00a00.001"),
        (p_text(0.013), "p\u00a0=\u00a00.013"),
        (value_text(1361), "1,361"),
        (value_text(0.002), "0.002"),
        (value_text("fp32"), "fp32"),
    ],
)
def test_numbers_read_as_people_write_them(text, wanted):
    assert text == wanted
