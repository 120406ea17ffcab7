"""Answers as fields with values from small closed sets: the label space that made rows never leave."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

Fields = Mapping[str, str]
"""Field name -> its value as JSON text."""

WHOLE = "answer"
"""Name of the only field where answers are plain labels."""
MAX_LABEL_LENGTH = 40
MAX_FIELDS = 4
MAX_VALUE_LENGTH = 60

Writer = Callable[[Any], str]
_WRITERS: tuple[Writer, ...] = tuple(
    partial(json.dumps, ensure_ascii=is_ascii, separators=separators, indent=indent)
    for is_ascii in (False, True)
    for separators, indent in (((", ", ": "), None), ((",", ":"), None), (None, 2), (None, 4))
)


@dataclass(frozen=True)
class LabelSpace:
    """What answers look like and which values they hold.

    Attributes:
        fields: Field names, in the order in which answers give them.
        values: Field -> its values, as JSON texts, sorted.
        is_object: Whether answers are JSON objects (else plain labels).
    """

    fields: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    is_object: bool
    _write: Writer

    def read(self, answer: str) -> Fields | None:
        """The fields of an answer, or None when it is not written like the others."""
        if not self.is_object:
            return {WHOLE: json.dumps(answer, ensure_ascii=False)}
        parsed = _object(answer)
        if parsed is None or tuple(parsed) != self.fields or self._write(parsed) != answer:
            return None
        return {name: json.dumps(value, ensure_ascii=False) for name, value in parsed.items()}

    def write(self, fields: Fields) -> str:
        """The answer that holds these values, written as the given ones are."""
        if not self.is_object:
            return str(json.loads(fields[WHOLE]))
        return self._write({name: json.loads(fields[name]) for name in self.fields})


def find_label_space(answers: Sequence[str]) -> LabelSpace | str:
    """The label space of answers, or the reason (a code) why there is none.

    Reasons: `one_answer` (all equal), `open_answers` (values hardly ever return), `mixed_answers`
    (objects with different keys or ways of writing).
    """
    if len(set(answers)) < 2:
        return "one_answer"
    space = _object_space(answers)
    if space is None:
        space = _plain_space(answers)
    if isinstance(space, str):
        return space
    rows = [fields for answer in answers if (fields := space.read(answer))]
    if any(not _is_closed([row[name] for row in rows]) for name in space.fields):
        return "open_answers"
    return space


def _object_space(answers: Sequence[str]) -> LabelSpace | str | None:
    parsed = [_object(answer) for answer in answers]
    objects = [p for p in parsed if p is not None]
    if len(objects) < 0.9 * len(answers):
        return None
    keys = Counter(tuple(p) for p in objects).most_common(1)[0][0]
    sound = [(a, p) for a, p in zip(answers, parsed, strict=True) if p and tuple(p) == keys]
    writer = max(_WRITERS, key=lambda write: sum(write(p) == a for a, p in sound))
    written = [p for a, p in sound if writer(p) == a]
    if len(written) < 0.9 * len(answers):
        return "mixed_answers"
    if len(keys) > MAX_FIELDS:
        return "too_many_fields"
    return LabelSpace(keys, _values(keys, written), is_object=True, _write=writer)


def _plain_space(answers: Sequence[str]) -> LabelSpace | str:
    if max(len(answer) for answer in answers) > MAX_LABEL_LENGTH:
        return "open_answers"
    rows = [{WHOLE: answer} for answer in answers]
    return LabelSpace((WHOLE,), _values((WHOLE,), rows), is_object=False, _write=str)


def _values(keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {
        key: tuple(sorted({json.dumps(row[key], ensure_ascii=False) for row in rows}))
        for key in keys
    }


def _is_closed(values: Sequence[str]) -> bool:
    """Whether values return often enough to be labels: on average twice, and most more than once."""
    counts = Counter(values)
    returning = sum(count for count in counts.values() if count > 1)
    longest = max(len(value) for value in counts)
    return (
        len(values) >= 2 * len(counts)
        and returning >= 0.8 * len(values)
        and longest <= MAX_VALUE_LENGTH
    )


def _object(answer: str) -> dict[str, Any] | None:
    if not answer.lstrip().startswith("{"):
        return None
    try:
        parsed: Any = json.loads(answer)
    except ValueError:
        return None
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) and parsed else None
