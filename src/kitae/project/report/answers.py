"""Test rows with the answers of both models side by side."""

from __future__ import annotations

from collections.abc import Iterable

from kitae.project.report.flow import shorten
from kitae.project.report.view import AnswerRow, Answers
from kitae.records.evaluation import AnswerPair, Evaluation
from kitae.records.store import Artifact

SHOWN = 25
UNCHANGED_SHOWN = 6
ANSWER_CHARACTERS = 700


def gather_answers(_artifact: Artifact | None, evaluation: Evaluation | None) -> Answers | None:
    """The rows that got worse, that got better, and a few of the rest; None without an evaluation."""
    if evaluation is None:
        return None
    worse, better = evaluation.got_worse, evaluation.got_better
    return Answers(
        got_worse=tuple(_row(pair) for pair in worse[:SHOWN]),
        got_better=tuple(_row(pair) for pair in better[:SHOWN]),
        unchanged=tuple(_row(pair) for pair in _unchanged(())),
        hidden_worse=max(evaluation.losses, len(worse)) - min(len(worse), SHOWN),
        hidden_better=max(evaluation.wins, len(better)) - min(len(better), SHOWN),
    )


def _row(pair: AnswerPair) -> AnswerRow:
    return AnswerRow(
        question=shorten(pair.question, ANSWER_CHARACTERS),
        wanted=shorten(pair.wanted, ANSWER_CHARACTERS),
        before=shorten(pair.before, ANSWER_CHARACTERS),
        after=shorten(pair.after, ANSWER_CHARACTERS),
        before_score=pair.before_score,
        after_score=pair.after_score,
    )


def _unchanged(pairs: Iterable[AnswerPair]) -> list[AnswerPair]:
    return [p for p in pairs if p.before_score == p.after_score][:UNCHANGED_SHOWN]
