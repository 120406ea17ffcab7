"""Which rows say the same twice: a near-equal question with a near-equal answer.

A near-equal question with another answer is never a duplicate: one character may make the difference
(今日 and 明日), and such pairs are what teaches it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language import numbers, short_form
from kitae.engines.similarity.kernel import Pairs, jaccards, near_pairs
from kitae.engines.similarity.shingles import (
    LONG_TEXT,
    SHORT_CHARACTERS,
    Shingles,
    shingles,
    without_boilerplate,
)
from kitae.engines.wording import find_frames

LABEL_NEAR = 0.8
"""Similarity of questions whose answers are short: there a small change is more often another case."""


@dataclass(frozen=True)
class QuestionAnswer:
    """One row: all that the model is asked, earlier rounds included, and the answer wanted."""

    question: str
    answer: str


@dataclass(frozen=True)
class _Column:
    """One text of every row, ready for comparison.

    `forms` decide about short texts (equal or not), `sets` about long ones (similar enough or not).
    """

    sets: Shingles
    forms: NDArray[np.int64]
    whole: Sequence[str]
    kinds: NDArray[np.int64]

    @property
    def is_short(self) -> NDArray[np.bool_]:
        return self.sets.sizes < LONG_TEXT


def duplicate_pairs(rows: Sequence[QuestionAnswer], threshold: float = 0.5) -> Pairs:
    """Pairs of rows that say the same; their similarity is that of the questions.

    Args:
        rows: Rows of one side, or of two that are compared.
        threshold: Jaccard similarity from which on two long texts are near.
    """
    questions = _questions([row.question for row in rows])
    answers = _column([row.answer for row in rows], [row.answer for row in rows], "")
    left, right = _candidates(questions, answers, threshold)
    near_q, similarity = _are_near(questions, left, right, threshold)
    near_a, _ = _are_near(answers, left, right, threshold)
    is_label = answers.is_short[left] | answers.is_short[right]
    same_question = questions.forms[left] == questions.forms[right]
    keep = near_q & near_a & (~is_label | same_question | (similarity >= LABEL_NEAR))
    return Pairs(left, right, similarity).where(keep)


def near_questions(questions: Sequence[str], threshold: float = 0.5) -> Pairs:
    """Pairs of near-equal questions, whatever their answers.

    Equal forms link in a star to the first row that has the form, so that many equal questions stay
    linear in number.
    """
    column = _questions(questions)
    found = near_pairs(column.sets, threshold, LONG_TEXT // 2)
    left, right = _united([(found.left, found.right), _stars(column.forms)], len(questions))
    near, similarity = _are_near(column, left, right, threshold)
    return Pairs(left, right, similarity).where(near)


def _questions(texts: Sequence[str]) -> _Column:
    """Questions, compared by the texts inside their wordings; other wordings are other questions."""
    framed = find_frames(texts)
    return _column([one.material for one in framed], texts, [one.wording for one in framed])


def _column(texts: Sequence[str], whole: Sequence[str], kinds: Sequence[str]) -> _Column:
    """A column of texts to compare.

    Args:
        texts: What long texts are compared by.
        whole: What short texts are compared by.
        kinds: Only texts of the same kind can be near; empty where there is but one kind.
    """
    return _Column(
        without_boilerplate(shingles(texts)),
        _codes([short_form(t) if len(t) <= SHORT_CHARACTERS else t for t in whole]),
        whole,
        _codes(kinds or [""] * len(texts)),
    )


def _codes(keys: Sequence[str]) -> NDArray[np.int64]:
    known: dict[str, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], np.int64)


def _candidates(
    questions: _Column, answers: _Column, threshold: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair that can be near in both texts, and more."""
    least = LONG_TEXT // 2
    by_question = near_pairs(questions.sets, threshold, least)
    by_answer = near_pairs(answers.sets, threshold, least)
    both = questions.forms * (int(answers.forms.max(initial=0)) + 1) + answers.forms
    found = [(by_question.left, by_question.right), (by_answer.left, by_answer.right), _stars(both)]
    return _united(found, len(questions.forms))


def _stars(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    members: dict[int, list[int]] = defaultdict(list)
    for row, code in enumerate(codes.tolist()):
        members[code].append(row)
    pairs = [(rows[0], row) for rows in members.values() for row in rows[1:]]
    found = np.array(pairs, np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _united(
    found: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], num_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    codes = np.unique(np.concatenate([left * num_rows + right for left, right in found]))
    return codes // max(num_rows, 1), codes % max(num_rows, 1)


def _are_near(
    column: _Column, left: NDArray[np.int64], right: NDArray[np.int64], threshold: float
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each pair is near in this column, and how similar it is (equal forms: 1)."""
    same = column.forms[left] == column.forms[right]
    similarity = np.where(same, 1.0, jaccards(column.sets, left, right))
    sizes = column.sets.sizes
    is_long = np.maximum(sizes[left], sizes[right]) >= LONG_TEXT
    alike = is_long & (column.kinds[left] == column.kinds[right]) & (similarity >= threshold)
    places = np.flatnonzero(alike & ~same)
    for place in places.tolist():
        one, other = column.whole[int(left[place])], column.whole[int(right[place])]
        alike[place] = numbers(one) == numbers(other)
    return same | alike, similarity
