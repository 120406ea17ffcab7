"""Text in English, Japanese and Chinese, from one catalogue per language.

Artifacts hold a `Message` (a key and its values), so that equal work gives equal hashes whatever the
language of its reader; words appear only when somebody reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from pydantic import Field

from kitae.core.config import Record

Language = Literal["en", "ja", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Message(Record):
    """Something to say, independent of the language it is said in."""

    key: str
    """Name in the catalogue, e.g. `gate.duplicates.fail`."""
    values: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    """What the placeholders of the text stand for. A string starting with `@` names another key."""


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of one language, flat: dotted key to text. Every file of `locales/LANG/` is read."""
    texts: dict[str, str] = {}
    folder = resources.files("kitae.core") / "locales" / language
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".json"):
            texts.update(json.loads(entry.read_text(encoding="utf-8")))
    return texts


def say(key: str, language: Language = "en", **values: Any) -> str:  # noqa: ANN401
    """The text for a key, with its placeholders filled in.

    Raises:
        KeyError: The catalogue has no such key: a defect, shown by the parity test.
    """
    text = catalogue(language)[key]
    filled = {name: _value_text(value, language) for name, value in values.items()}
    return text.format(**filled)


def render(message: Message, language: Language = "en") -> str:
    """The message in words."""
    return say(message.key, language, **message.values)


def _value_text(value: Any, language: Language) -> Any:  # noqa: ANN401
    if isinstance(value, str) and value.startswith("@") and value[1:] in catalogue(language):
        return catalogue(language)[value[1:]]
    return value
