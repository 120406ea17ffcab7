"""The answers worth reading: what got better, and what was right and is now wrong."""

from __future__ import annotations

from collections.abc import Sequence

from kitae.records.evaluation import AnswerPair
from kitae.stages.evaluate.exam import Exam
from kitae.stages.evaluate.scoring import DIGITS, Paired
from kitae.stages.evaluate.sitting import Sitting

LONGEST_TEXT = 2_000
TIE = 1e-9


def wins_losses_ties(paired: Paired) -> tuple[int, int, int]:
    """Rows on which the tuned model is better, worse, the same."""
    wins = sum(gain > TIE for gain in paired.gains)
    losses = sum(gain < -TIE for gain in paired.gains)
    return wins, losses, len(paired.gains) - wins - losses


def got_better(
    exam: Exam, paired: Paired, before: Sitting, after: Sitting, most: int
) -> tuple[AnswerPair, ...]:
    """Rows that gained, the largest gain first; free text: of those that were answered in full."""
    chosen = _ranked(exam, paired, sign=1)[:most]
    return tuple(_pair(exam, paired, before, after, i) for i in chosen)


def got_worse(
    exam: Exam, paired: Paired, before: Sitting, after: Sitting, most: int
) -> tuple[AnswerPair, ...]:
    """Rows that lost, the largest loss first: for labels, what was right and is now wrong."""
    chosen = _ranked(exam, paired, sign=-1)[:most]
    return tuple(_pair(exam, paired, before, after, i) for i in chosen)


def _ranked(exam: Exam, paired: Paired, sign: int) -> Sequence[int]:
    """Indices into the paired rows."""
    asked = set(exam.asked)
    changed = [
        (-sign * gain, i)
        for i, gain in enumerate(paired.gains)
        if sign * gain > TIE and paired.places[i] in asked
    ]
    return [i for _, i in sorted(changed)]


def _pair(exam: Exam, paired: Paired, before: Sitting, after: Sitting, index: int) -> AnswerPair:
    place = paired.places[index]
    row = exam.rows[place]
    return AnswerPair(
        id=row.id,
        question=_cut(row.question),
        wanted=_cut(row.output),
        before=_cut(before.answers[place].text if place in before.answers else ""),
        after=_cut(after.answers[place].text if place in after.answers else ""),
        before_score=round(paired.before[index], DIGITS),
        after_score=round(paired.after[index], DIGITS),
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
