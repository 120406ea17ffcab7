"""Why a row by itself would be dropped: one check per reason."""

from __future__ import annotations

from collections.abc import Callable

from kitae.engines.language import detect_language, inner_special_token, tokens
from kitae.records.example import Example
from kitae.stages.clean.config import CleanConfig

Reason = tuple[str, str]
"""A reason code and the measured value."""


def drop_reason(example: Example, config: CleanConfig) -> Reason | None:
    """Why this row would be dropped, or None to keep it."""
    if example.id in config.keep:
        return None
    return next((reason for check in CHECKS if (reason := check(example, config))), None)


def empty(example: Example, _config: CleanConfig) -> Reason | None:
    """A question or an answer without anything in it."""
    if not example.question.strip():
        return "empty_question", ""
    return None if example.output.strip() else ("empty_answer", "")


def too_short(example: Example, config: CleanConfig) -> Reason | None:
    """Below the recipe's lengths."""
    question, answer = len(example.question), len(example.output)
    if question < config.min_question_characters:
        return "question_too_short", str(question)
    return ("answer_too_short", str(answer)) if answer < config.min_answer_characters else None


def too_long(example: Example, config: CleanConfig) -> Reason | None:
    """Above the recipe's lengths."""
    question, answer = len(example.question), len(example.output)
    if question > config.max_question_characters:
        return "question_too_long", str(question)
    return ("answer_too_long", str(answer)) if answer > config.max_answer_characters else None


def without_words(example: Example, _config: CleanConfig) -> Reason | None:
    """A question of punctuation alone."""
    is_empty = bool(example.question.strip()) and not tokens(example.question)
    return ("question_without_words", example.question[:20]) if is_empty else None


def special_token(example: Example, config: CleanConfig) -> Reason | None:
    """A chat marker inside a text, which a model would take for the end of a turn."""
    if config.special_tokens_inside == "keep":
        return None
    texts = [example.system, example.instruction, example.input, example.output]
    texts += [part for one in example.history for part in (one.instruction, one.answer)]
    found = next((token for text in texts if (token := inner_special_token(text))), None)
    return ("special_token", found) if found else None


def other_language(example: Example, config: CleanConfig) -> Reason | None:
    """Neither the row nor its question or answer alone is in a language that the recipe names."""
    if not config.languages or not example.language:
        return None
    found = [example.language, *map(detect_language, (example.question, example.output))]
    return None if set(found) & set(config.languages) else ("other_language", example.language)


CHECKS: tuple[Callable[[Example, CleanConfig], Reason | None], ...] = (
    empty,
    too_short,
    too_long,
    without_words,
    special_token,
    other_language,
)
