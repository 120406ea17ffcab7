"""Which rows say the same twice: a near-equal question with a near-equal answer.

A near-equal question with another answer is never a duplicate: one character may make the difference
(今日 and 明日), and such pairs are what teaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kitae.engines.similarity.clusters import links_of_codes
from kitae.engines.similarity.compared import (
    LABEL_NEAR,
    LONG_TEXT,
    Compared,
    Estimable,
    compared,
    mixed,
    similarities,
)
from kitae.engines.similarity.contrast import are_contrasts
from kitae.engines.similarity.neighbours import Signed, near_candidates
from kitae.engines.texts.column import TextColumn, with_lines
from kitae.engines.texts.signatures import in_one_pool

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow

NEAR = 0.5
PART_NEAR = 0.35
"""Least similarity of two long questions, and of two long answers, that are near taken together."""
SHORT_NEAR = 0.4
"""Least share of words that two short questions have in common."""


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
    def of(cls, rows: QuestionAnswers, flow: Dataflow | None = None) -> ComparedRows:
        """Questions by the texts inside their wordings, and answers."""
        questions = compared(rows.question, flow, in_wordings=True)
        return cls(questions, compared(rows.answer, flow))

    def take(self, rows: NDArray[np.int64]) -> ComparedRows:
        """Some rows."""
        return ComparedRows(self.questions.take(rows), self.answers.take(rows))


def find_repeats(
    rows: ComparedRows,
    threshold: float = NEAR,
    *,
    is_focus: NDArray[np.bool_] | None = None,
    sides: NDArray[np.int64] | None = None,
    flow: Dataflow | None = None,
) -> Repeats:
    """Rows of one side, or of several that are compared, that say the same.

    Args:
        rows: Questions and answers.
        threshold: Jaccard similarity from which on two long texts are near.
        is_focus: Near pairs without one of these rows are not wanted; None wants all.
        sides: Rows with different numbers never say the same; None compares all with all.
        flow: Where pairs are looked for; here and now if not given.
    """
    questions, answers = rows.questions, rows.answers
    first = _same_form(questions, answers, sides)
    left, right, estimates = _candidates(rows, first, threshold, is_focus, flow)
    if sides is not None:
        same_side = sides[left] == sides[right]
        left, right, estimates = left[same_side], right[same_side], estimates[same_side]
    similarity = np.zeros(len(left))
    is_label = np.minimum(answers.sizes[left], answers.sizes[right]) < LONG_TEXT
    for chosen, compare in ((is_label, _near_labelled), (~is_label, _near_answered)):
        places = np.flatnonzero(chosen)
        pairs = left[places], right[places]
        similarity[places] = compare(rows, pairs, estimates[places], threshold)
    keep = similarity > 0
    return Repeats(first, left[keep], right[keep], similarity[keep])


Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def _near_labelled(
    rows: ComparedRows, pairs: Pairs, _: NDArray[np.float64], threshold: float
) -> NDArray[np.float64]:
    """Similarity of questions with the same short answer; 0 where they are not near enough."""
    left, right = pairs
    near, similarity = rows.questions.are_near(left, right, threshold)
    near &= rows.answers.forms[left] == rows.answers.forms[right]
    same = rows.questions.forms[left] == rows.questions.forms[right]
    return np.where(near & (same | (similarity >= LABEL_NEAR)), similarity, 0.0)


def _near_answered(
    rows: ComparedRows, pairs: Pairs, estimates: NDArray[np.float64], threshold: float
) -> NDArray[np.float64]:
    """Similarity of questions with long answers, both taken together near; 0 for others.

    Each of the two has to be near by itself to a lesser degree: their lengths differ, and an edit in
    every seventh word takes more from a short text, as chance will have it.
    """
    questions, answers = rows.questions, rows.answers
    left, right = pairs
    open_pairs = np.ones(len(left), np.bool_)
    for one in (questions, answers):
        same = one.forms[left] == one.forms[right]
        open_pairs &= same | one.are_comparable(left, right)
    places = np.flatnonzero(open_pairs)
    both = similarities(
        _taken_together(rows), (left[places], right[places]), (threshold,), estimates[places]
    )
    places = places[both >= threshold - 1e-12]
    found = np.zeros(len(left))
    similarity, is_near = _part(questions, left[places], right[places])
    is_near &= _part(answers, left[places], right[places])[1]
    places, similarity = places[is_near], similarity[is_near]
    is_case = _other_cases(rows, left[places], right[places])
    found[places] = np.where(is_case, 0.0, similarity)
    return found


def _other_cases(
    rows: ComparedRows, left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Pairs with short questions that differ in what their answers differ in."""
    questions, answers = rows.questions, rows.answers
    is_short = np.minimum(questions.sizes[left], questions.sizes[right]) < LONG_TEXT
    is_short &= questions.forms[left] != questions.forms[right]
    open_pairs = np.flatnonzero(is_short)
    used, at = np.unique(np.concatenate([left[open_pairs], right[open_pairs]]), return_inverse=True)
    one, other = at[: len(open_pairs)], at[len(open_pairs) :]
    found = np.zeros(len(left), np.bool_)
    found[open_pairs] = are_contrasts(
        questions.whole.take(used), answers.whole.take(used), one, other
    )
    return found


def _taken_together(rows: ComparedRows) -> Estimable:
    asked, told = rows.questions, rows.answers
    pool, (one, other) = in_one_pool((asked.signs.minhash, told.signs.minhash))
    return Estimable(
        (pool.values, one, other),
        lambda places: with_lines(asked.material.take(places), told.material.take(places)),
    )


def _part(
    texts: Compared, left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(similarity, whether it is enough) of long texts by their shingles, of short ones by their words."""
    same = texts.forms[left] == texts.forms[right]
    is_long = np.minimum(texts.sizes[left], texts.sizes[right]) >= LONG_TEXT
    found = np.ones(len(left))
    places = np.flatnonzero(~same & is_long)
    shingled = Estimable.of(texts.signs.minhash, texts.material.take)
    found[places] = similarities(shingled, (left[places], right[places]), (PART_NEAR,))
    places = np.flatnonzero(~same & ~is_long)
    found[places] = texts.token_similarities(left[places], right[places])
    return found, found >= np.where(is_long, PART_NEAR, SHORT_NEAR)


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
    flow: Dataflow | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Every pair of firsts that can be near, and more, with the estimate of both texts together.

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
    left, right, estimates = near_candidates(signed, threshold, flow)
    if is_focus is None:
        return left, right, estimates
    keep = is_focus[left] | is_focus[right]
    return left[keep], right[keep], estimates[keep]


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
