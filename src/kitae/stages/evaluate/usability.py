"""Can the answers be used at all? Seen from the answers themselves, never from the model's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kitae.core.text import Message
from kitae.records.evaluation import Constant, Usability
from kitae.stages.evaluate.config import EvaluateConfig
from kitae.stages.evaluate.exam import Exam
from kitae.stages.evaluate.scoring import DIGITS
from kitae.stages.evaluate.sitting import Sitting

FREE_TEXT_FLOOR = 1.0
"""Nats per answer byte. Fluent models need 0.3 to 0.8 in every script; one that spells letter by letter above 1.2."""
LEAST_REPEATS = 4
LEAST_REPEATED_CHARACTERS = 24
LONG_TEXT = 100
MOST_REPEATED_SHARE = 0.5
OTHERS = 5


def judge_usability(
    exam: Exam, after: Sitting, score: float, constant: Constant | None, config: EvaluateConfig
) -> Usability:
    """Do the answers end, stay clear of loops, have the wanted form, and reach the floor of the task?

    Args:
        exam: What was asked.
        after: What the tuned model gave.
        score: Its score on the test set.
        constant: The best constant answer, for a closed task.
        config: Of the stage.
    """
    texts = [after.answers[i].text if i in after.answers else "" for i in exam.asked]
    stopped = _share([i in after.answers and after.answers[i].is_stopped for i in exam.asked])
    looping = _share([is_looping(text) for text in texts])
    has_form = _wanted_form(exam)
    valid = _share([has_form(text) for text in texts])
    floor = config.floor if config.floor is not None else _floor(constant)
    reasons = [
        *_share_reasons(stopped, looping, valid, config),
        *_floor_reasons(exam, score, floor),
        *_overlap_reasons(exam, after, config),
        *_room_reasons(exam),
    ]
    return Usability(
        is_usable=not reasons,
        stopped_share=round(stopped, DIGITS),
        looping_share=round(looping, DIGITS),
        valid_form_share=round(valid, DIGITS),
        floor=round(floor, DIGITS),
        reasons=tuple(reasons),
    )


def is_looping(text: str) -> bool:
    """Whether a text ends in the same words again and again, or says most of it twice.

    Of 2,000 human-approved answers in two data sets one is (a drawing made of signs).
    """
    from kitae.engines.statistics.overlap import longest_repeat, repeated_share

    size, times = longest_repeat(text.strip())
    if times >= LEAST_REPEATS and size * times >= LEAST_REPEATED_CHARACTERS:
        return True
    return len(text) >= LONG_TEXT and repeated_share(text) > MOST_REPEATED_SHARE


def _floor(constant: Constant | None) -> float:
    """Half right, and a third of what the best constant answer gets wrong; nats per byte for free text."""
    if constant is None:
        return FREE_TEXT_FLOOR
    return max(0.5, constant.score + (1 - constant.score) / 3)


def _wanted_form(exam: Exam) -> Callable[[str], bool]:
    """What an answer must look like: JSON with known keys, a known label, or anything at all."""
    from kitae.engines.statistics.answers import answer_key, is_json_set

    wanted = [row.output for row in exam.rows]
    if is_json_set(wanted):
        shapes = {_shape(text) for text in wanted} - {None}
        return lambda text: _shape(text) in shapes
    if exam.is_closed:
        return lambda text: answer_key(text) in exam.labels
    return lambda text: bool(text.strip())


def _shape(text: str) -> tuple[str, ...] | None:
    """Keys of a JSON object, none for a list; None where the text is neither."""
    from kitae.engines.statistics.answers import json_value

    value = json_value(text)
    if isinstance(value, dict):
        return tuple(sorted(value))
    return None if value is None else ()


def _floor_reasons(exam: Exam, score: float, floor: float) -> list[Message]:
    if exam.is_closed and score < floor:
        return [_said("floor_closed", percent=_percent(score), floor=_percent(floor))]
    if not exam.is_closed and score > floor:
        return [_said("floor_open", score=round(score, 2), floor=round(floor, 2))]
    return []


def _overlap_reasons(exam: Exam, after: Sitting, config: EvaluateConfig) -> list[Message]:
    """Free text: an answer must have more to do with its own question than with others."""
    from kitae.engines.statistics.overlap import chrf

    places = [i for i in exam.asked if i in after.answers]
    if exam.is_closed or len(places) < 2:
        return []
    own: list[float] = []
    other: list[float] = []
    for turn, place in enumerate(places):
        text = after.answers[place].text
        own.append(chrf(text, exam.rows[place].output))
        further = [places[(turn + step) % len(places)] for step in range(1, OTHERS + 1)]
        other += [chrf(text, exam.rows[i].output) for i in further if i != place]
    margin = _mean(own) - _mean(other)
    if margin >= config.min_overlap_margin:
        return []
    return [_said("overlap", own=round(_mean(own), 2), other=round(_mean(other), 2))]


def _room_reasons(exam: Exam) -> list[Message]:
    """Many questions that do not fit in the model leave it without an answer to them."""
    missing = sum(len(prompt) >= exam.context_length for prompt in exam.prompts)
    if missing <= len(exam.prompts) / 10:
        return []
    return [_said("room", count=missing, rows=len(exam.prompts), tokens=exam.context_length)]


def _share_reasons(
    stopped: float, looping: float, valid: float, config: EvaluateConfig
) -> list[Message]:
    found = {
        "stops": (1 - stopped, stopped < config.min_stopped_share),
        "loops": (looping, looping > config.max_looping_share),
        "form": (1 - valid, valid < config.min_valid_form_share),
    }
    return [
        _said(name, percent=_percent(share))
        for name, (share, is_too_much) in found.items()
        if is_too_much
    ]


def _said(reason: str, **values: float) -> Message:
    return Message(key=f"evaluate.unusable.{reason}", values={**values})


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _percent(share: float) -> int:
    return round(100 * share)
