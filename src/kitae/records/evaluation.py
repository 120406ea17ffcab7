"""Before and after on the same frozen test set, with intervals and a verdict in plain words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Record
from kitae.core.text import Message

Metric = Literal["exact_match", "label_f1", "nll_per_byte"]
ImprovementVerdict = Literal["improved", "no_measurable_improvement", "worse"]


class Score(Record):
    """A score with its 95 % interval."""

    score: float
    ci95: tuple[float, float]


class Difference(Record):
    """After minus before (sign turned so that positive is better), paired."""

    score: float
    ci95: tuple[float, float]
    p_value: float


class AnswerPair(Record):
    """One test row with both answers."""

    id: str
    question: str
    wanted: str
    before: str
    after: str
    before_score: float
    after_score: float


class Constant(Record):
    """The best constant answer per wording: what a model that reads nothing could reach."""

    score: float
    ci95: tuple[float, float]
    answers: dict[str, str]
    """Wording (masked question frame, or empty) -> the answer."""
    difference: Difference
    """After minus this."""


class Usability(Record):
    """Whether the tuned model's answers can be used at all, computed from the answers themselves."""

    is_usable: bool
    stopped_share: float
    """Answers that ended by themselves."""
    looping_share: float
    """Answers that repeat themselves."""
    valid_form_share: float
    """Answers in the wanted form (JSON where JSON is wanted, a known label where labels are)."""
    floor: float
    """Score that the task needs at least."""
    reasons: tuple[Message, ...]
    """Why not usable; empty when usable."""


class Forgetting(Record):
    """A small frozen general set, before and after: nats per answer byte, lower is better."""

    rows: int
    before: Score
    after: Score
    difference: Difference
    has_forgotten: bool


class Evaluation(Record):
    """The report's core."""

    metric: Metric
    n: int
    """Test rows."""
    groups: int
    """Groups of test rows that share a text; resampling is by group."""
    before: Score
    after: Score
    difference: Difference
    constant: Constant | None
    """None where answers are free text."""
    verdict: ImprovementVerdict
    minimum_detectable_difference: float
    """Smallest true difference seen with 80 % power at this n (two-sided, alpha 0.05)."""
    secondary: dict[str, tuple[Score, Score]] = Field(default_factory=dict)
    """Other metrics: name -> (before, after)."""
    usability: Usability
    forgetting: Forgetting | None
    looks: int
    """How often this test set has been looked at, this time included."""
    wins: int
    losses: int
    ties: int
    got_better: tuple[AnswerPair, ...]
    got_worse: tuple[AnswerPair, ...]
    """Was right, now wrong."""
    test_hash: str
    overrides: tuple[str, ...] = ()
    """Reasons typed by whoever overrode a verdict on the way here."""
