"""Which rows say the same twice: a near-equal question with a near-equal answer.

A near-equal question with another answer is never a duplicate: one character may make the difference
(今日 and 明日), and such pairs are what teaches it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kitae.engines.similarity.clusters import links_of_codes
from kitae.engines.similarity.compared import (
    LABEL_NEAR,
    LONG_TEXT,
    Compared,
    compared,
    mixed,
)
from kitae.engines.similarity.neighbours import Signed, near_candidates
from kitae.engines.texts.column import TextColumn

NEAR = 0.5


@dataclass(frozen=True)
class QuestionAnswers:
    """All that the model is asked, earlier rounds included, and the answer wanted, per row."""

    question: TextColumn
    answer: TextColumn

    def take(self, rows: NDArray[np.int64]) -> QuestionAnswers:
        """Some rows."""
        return QuestionAnswers(self.question.take(rows), self.answer.take(rows))


@dataclass(frozen=True)
class Repeats:
    """Rows that say the same.

    Attributes:
        first: For each row, the first one with the same question and answer but for case, width, marks
            and politeness; itself where there is none before.
        left: Rows (firsts only) that say nearly the same as ...
        right: ... these; `left < right`.
        similarity: Of their questions.
    """

    first: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float64]

    def pairs(self) -> set[tuple[int, int]]:
        """Every pair of rows that say the same, for small sets."""
        members: dict[int, list[int]] = {}
        for row, first in enumerate(self.first.tolist()):
            members.setdefault(first, []).append(row)
        found = {(r[0], other) for r in members.values() for other in r[1:]}
        for one, other in zip(self.left.tolist(), self.right.tolist(), strict=True):
            found |= {(min(a, b), max(a, b)) for a in members[one] for b in members[other]}
        return found


@dataclass(frozen=True)
class ComparedRows:
    """Questions and answers, ready for comparison."""

    questions: Compared
    answers: Compared

    @classmethod
    def of(cls, rows: QuestionAnswers) -> ComparedRows:
        """Questions by the texts inside their wordings, and answers."""
        return cls(compared(rows.question, in_wordings=True), compared(rows.answer))

    def take(self, rows: NDArray[np.int64]) -> ComparedRows:
        """Some rows."""
        return ComparedRows(self.questions.take(rows), self.answers.take(rows))


def find_repeats(
    rows: ComparedRows,
    threshold: float = NEAR,
    *,
    is_focus: NDArray[np.bool_] | None = None,
    sides: NDArray[np.int64] | None = None,
) -> Repeats:
    """Rows of one side, or of several that are compared, that say the same.

    Args:
        rows: Questions and answers.
        threshold: Jaccard similarity from which on two long texts are near.
        is_focus: Near pairs without one of these rows are not wanted; None wants all.
        sides: Rows with different numbers never say the same; None compares all with all.
    """
    questions, answers = rows.questions, rows.answers
    first = _same_form(questions, answers, sides)
    left, right = _candidates(rows, first, threshold, is_focus)
    near_q, similarity = questions.are_near(left, right, threshold)
    near_a, _ = answers.are_near(left, right, threshold)
    is_label = (answers.sizes[left] < LONG_TEXT) | (answers.sizes[right] < LONG_TEXT)
    same_question = questions.forms[left] == questions.forms[right]
    keep = near_q & near_a & (~is_label | same_question | (similarity >= LABEL_NEAR))
    if sides is not None:
        keep &= sides[left] == sides[right]
    return Repeats(first, left[keep], right[keep], similarity[keep])


def _same_form(
    questions: Compared, answers: Compared, sides: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    width = int(answers.forms.max(initial=0)) + 1
    forms = questions.forms * width + answers.forms
    if sides is not None:
        forms = np.unique(forms, return_inverse=True)[1] * (int(sides.max(initial=0)) + 1) + sides
    stands, rows = links_of_codes(forms)
    first = np.arange(len(questions.forms), dtype=np.int64)
    first[rows] = stands
    return first


def _candidates(
    rows: ComparedRows,
    first: NDArray[np.int64],
    threshold: float,
    is_focus: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair of firsts that can be near in both texts, and more.

    Two rows whose questions and whose answers are near have near shingles taken together.
    """
    asked, told = rows.questions.signs, rows.answers.signs
    takes_part = first == np.arange(len(first))
    takes_part &= rows.questions.sizes + rows.answers.sizes >= LONG_TEXT // 2
    if is_focus is not None:
        wanted = np.zeros(len(first), np.bool_)
        wanted[first[is_focus]] = True
        is_focus = wanted
    identity = mixed(asked.normal, 5) ^ told.normal
    taking = np.flatnonzero(takes_part)
    signed = Signed.of_two(asked.minhash, told.minhash, taking, identity, is_focus)
    left, right, _ = near_candidates(signed, threshold)
    if is_focus is None:
        return left, right
    keep = is_focus[left] | is_focus[right]
    return left[keep], right[keep]


def near_questions(questions: TextColumn, threshold: float = NEAR) -> Repeats:
    """Rows with near-equal questions, whatever their answers."""
    column = compared(questions, in_wordings=True)
    stands, rows = links_of_codes(column.forms)
    first = np.arange(len(questions), dtype=np.int64)
    first[rows] = stands
    takes_part = (first == np.arange(len(first))) & (column.sizes >= LONG_TEXT // 2)
    identity = column.signs.normal
    signed = Signed.of(column.signs.minhash, np.flatnonzero(takes_part), identity)
    left, right, _ = near_candidates(signed, threshold)
    near, similarity = column.are_near(left, right, threshold)
    return Repeats(first, left[near], right[near], similarity[near])
