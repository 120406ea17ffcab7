"""Why rows by themselves would be dropped: one check per reason, each over a whole batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language import inner_special_token, tokens
from kitae.engines.texts.gates import Gate
from kitae.engines.texts.languages import LANGUAGES, UNKNOWN
from kitae.records.columns import is_among
from kitae.stages.clean.batch import Batch, Rows
from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.defects import worthless
from kitae.stages.clean.private import private_data

Reason = tuple[str, str]
"""A reason code and the measured value."""
Reasons = dict[int, Reason]
"""Row -> why it would be dropped; rows without an entry stay."""
Check = Callable[[Batch, CleanConfig], Reasons]


def drop_reasons(batch: Batch, config: CleanConfig) -> Reasons:
    """Why rows would be dropped: the first reason of each, in the order of the rows."""
    reasons: Reasons = {}
    for check in CHECKS:
        reasons = check(batch, config) | reasons
    is_kept = is_among(batch.table, "id", config.keep)
    return {row: reasons[row] for row in sorted(reasons) if not is_kept[row]}


def empty(batch: Batch, _config: CleanConfig) -> Reasons:
    """A question or an answer without anything in it."""
    questions = np.flatnonzero(~batch.has_question_words)
    answers = np.flatnonzero((batch.answer.measures.gates & np.uint32(Gate.WORD)) == 0)
    reasons: Reasons = {
        row: ("empty_answer", "") for row in answers.tolist() if not batch.answer[row].strip()
    }
    no_questions = [row for row in questions.tolist() if not batch.question(row).strip()]
    return reasons | dict.fromkeys(no_questions, ("empty_question", ""))


def too_short(batch: Batch, config: CleanConfig) -> Reasons:
    """Below the recipe's lengths."""
    questions, answers = batch.question_characters, batch.answer.measures.characters
    return _lengths("answer_too_short", answers, answers < config.min_answer_characters) | _lengths(
        "question_too_short", questions, questions < config.min_question_characters
    )


def too_long(batch: Batch, config: CleanConfig) -> Reasons:
    """Above the recipe's lengths."""
    questions, answers = batch.question_characters, batch.answer.measures.characters
    return _lengths("answer_too_long", answers, answers > config.max_answer_characters) | _lengths(
        "question_too_long", questions, questions > config.max_question_characters
    )


def without_words(batch: Batch, _config: CleanConfig) -> Reasons:
    """A question of punctuation alone."""
    rows = np.flatnonzero(~batch.has_question_words).tolist()
    questions = {row: batch.question(row) for row in rows}
    return {
        row: ("question_without_words", question[:20])
        for row, question in questions.items()
        if question.strip() and not tokens(question)
    }


def special_token(batch: Batch, config: CleanConfig) -> Reasons:
    """A chat marker inside a text, which a model would take for the end of a turn."""
    if config.special_tokens_inside == "keep":
        return {}
    found = ((row, _first_marker(batch, row)) for row in _rows_with(batch, Gate.SPECIAL_TOKEN))
    return {row: ("special_token", marker) for row, marker in found if marker}


def other_language(batch: Batch, config: CleanConfig) -> Reasons:
    """Neither the row nor its question or answer alone is in a language that the recipe names."""
    if not config.languages:
        return {}
    wanted = [LANGUAGES.index(name) for name in config.languages if name in LANGUAGES]
    parts = (("instruction", "input"), ("output",))
    fits = np.isin(batch.languages, [UNKNOWN, *wanted])
    for names in parts:
        fits |= np.isin(batch.languages_of(*names), wanted)
    rows = np.flatnonzero(~fits).tolist()
    return {row: ("other_language", LANGUAGES[batch.languages[row]]) for row in rows}


CHECKS: tuple[Check, ...] = (
    empty,
    too_short,
    too_long,
    without_words,
    special_token,
    other_language,
    private_data,
    worthless,
)


def _lengths(reason: str, lengths: Rows, is_wrong: NDArray[np.bool_]) -> Reasons:
    rows = np.flatnonzero(is_wrong).tolist()
    return {row: (reason, str(lengths[row])) for row in rows}


def _rows_with(batch: Batch, gate: Gate) -> Iterable[int]:
    return sorted({row for texts in batch.texts for row in texts.rows_with(gate).tolist()})


def _first_marker(batch: Batch, row: int) -> str | None:
    """The first chat marker in the texts of a row: role, question, answer, then earlier rounds."""
    texts = [batch.fields[name][row] for name in ("system", "instruction", "input", "output")]
    texts += batch.rounds(row)
    return next((token for text in texts if (token := inner_special_token(text))), None)
