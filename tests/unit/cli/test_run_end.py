"""The last lines of a run."""

import io

import pytest
from rich.console import Console

from kitae.cli.tables import print_verdict
from kitae.core.text import LANGUAGES, catalogue
from kitae.records.evaluation import Constant, Difference, Score
from support.report_fixtures import evaluation, free_text, not_better


def printed(found, language="en"):
    stream = io.StringIO()
    print_verdict(found, language, Console(file=stream, width=100))
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_unbeaten_constant_answer_is_given_as_the_reason(language):
    constant = Constant(
        score=0.45,
        ci95=(0.3, 0.6),
        answers={"": "warm"},
        difference=Difference(score=0.02, ci95=(-0.1, 0.14), p_value=0.7),
    )
    difference = Difference(score=0.467, ci95=(0.2, 0.733), p_value=0.001)
    after = Score(score=0.467, ci95=(0.3, 0.6))
    changes = not_better(constant=constant, difference=difference, after=after)
    last = printed(evaluation(**changes), language)[-1]
    told = catalogue(language)["report.result.constant_decides.share"]
    assert last[:12] == told[:12]
    assert "45.0%" in last


def test_difference_that_may_be_chance_is_told_as_such_with_what_n_can_show():
    lines = printed(evaluation(**not_better()))
    assert "may be chance" in lines[-1]
    assert "four times out of five" in lines[-1]


def test_improvement_without_use_says_so():
    assert "not usable" in printed(evaluation(**free_text()))[-1]


def test_plain_improvement_needs_no_reason():
    assert len(printed(evaluation())) == 1
