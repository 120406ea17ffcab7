"""Scores per row, and what they say together: the score with its interval, and the paired difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitae.engines.statistics.paired import PairedDifference
from kitae.records.evaluation import Difference, Metric, Score
from kitae.stages.evaluate.exam import Exam
from kitae.stages.evaluate.sitting import Answer, Sitting

DIGITS = 6
Numbers = Sequence[float]


@dataclass(frozen=True)
class Paired:
    """Both models' scores on the rows that count.

    Attributes:
        metric: What is scored.
        places: Places of the rows that count, in the exam.
        groups: Their groups.
        before: Score per row of the base, as reported (for nats per byte, lower is better).
        after: Score per row of the tuned model.
        weights: Of the rows: answer bytes for nats per byte, else None.
    """

    metric: Metric
    places: Sequence[int]
    groups: Sequence[str]
    before: Numbers
    after: Numbers
    weights: Numbers | None

    @property
    def is_lower_better(self) -> bool:
        """Whether a smaller score is the better one."""
        return self.metric == "nll_per_byte"

    @property
    def gains(self) -> list[float]:
        """Per row: how much better the tuned model is."""
        sign = -1.0 if self.is_lower_better else 1.0
        return [sign * (a - b) for b, a in zip(self.before, self.after, strict=True)]


def score_exam(exam: Exam, before: Sitting, after: Sitting) -> Paired:
    """Exact match for labels, nats per answer byte for free text."""
    return right_answers(exam, before, after) if exam.is_closed else costs(exam, before, after)


def right_answers(exam: Exam, before: Sitting, after: Sitting) -> Paired:
    """1 where the answer is the wanted one, else 0; a row without room for an answer is wrong for both."""
    return Paired(
        metric="exact_match",
        places=list(range(len(exam.rows))),
        groups=exam.groups,
        before=_right(exam, before.answers),
        after=_right(exam, after.answers),
        weights=None,
    )


def costs(exam: Exam, before: Sitting, after: Sitting) -> Paired:
    """Nats per UTF-8 byte of the wanted answer; rows that do not fit are left out for both."""
    places = exam.weighable
    sizes = [float(len(exam.rows[i].output.encode())) for i in places]
    return Paired(
        metric="nll_per_byte",
        places=places,
        groups=[exam.groups[i] for i in places],
        before=[before.nll[i] / n for i, n in zip(places, sizes, strict=True)],
        after=[after.nll[i] / n for i, n in zip(places, sizes, strict=True)],
        weights=sizes,
    )


def compare(paired: Paired, seed: int) -> PairedDifference:
    """After against before, positive being better."""
    from kitae.engines.statistics.paired import paired_difference

    sign = -1.0 if paired.is_lower_better else 1.0
    return paired_difference(
        [sign * value for value in paired.before],
        [sign * value for value in paired.after],
        paired.groups,
        seed=seed,
        weights=paired.weights,
        is_binary=paired.metric == "exact_match",
    )


def share_score(right: Numbers, groups: Sequence[str]) -> Score:
    """A share of right answers with its interval."""
    from kitae.engines.statistics.intervals import grouped_share_interval

    return rounded_score(sum(right) / len(right), grouped_share_interval(right, groups))


def mean_score(values: Numbers, groups: Sequence[str], weights: Numbers | None, seed: int) -> Score:
    """A (weighted) mean with its interval."""
    from kitae.engines.statistics.resampling import mean_interval

    sizes = weights or [1.0] * len(values)
    mean = sum(v * w for v, w in zip(values, sizes, strict=True)) / sum(sizes)
    return rounded_score(mean, mean_interval(values, groups, seed=seed, weights=weights))


def both_scores(paired: Paired, seed: int) -> tuple[Score, Score]:
    """Before and after."""
    if paired.metric == "exact_match":
        return share_score(paired.before, paired.groups), share_score(paired.after, paired.groups)
    before, after = (
        mean_score(values, paired.groups, paired.weights, seed)
        for values in (paired.before, paired.after)
    )
    return before, after


def detectable(paired: Paired) -> float:
    """The smallest true difference that this test set shows with 80 % power."""
    from kitae.engines.statistics.power import (
        detectable_binary_difference,
        detectable_mean_difference,
    )

    if paired.metric == "exact_match":
        found = detectable_binary_difference(paired.before, paired.after, paired.groups)
    else:
        found = detectable_mean_difference(paired.gains, paired.groups, weights=paired.weights)
    return round(found, DIGITS)


def rounded_score(score: float, interval: tuple[float, float]) -> Score:
    """A score with six digits, so that equal work writes equal bytes."""
    low, high = interval
    return Score(score=round(score, DIGITS), ci95=(round(low, DIGITS), round(high, DIGITS)))


def rounded_difference(found: PairedDifference) -> Difference:
    """A difference with six digits."""
    low, high = found.ci95
    return Difference(
        score=round(found.difference, DIGITS),
        ci95=(round(low, DIGITS), round(high, DIGITS)),
        p_value=float(f"{found.p_value:.3g}"),  # three digits, however small: never an exact zero
    )


def _right(exam: Exam, answers: Mapping[int, Answer]) -> list[float]:
    from kitae.engines.statistics.answers import answer_key

    return [
        float(place in answers and answer_key(answers[place].text) == answer_key(row.output))
        for place, row in enumerate(exam.rows)
    ]
