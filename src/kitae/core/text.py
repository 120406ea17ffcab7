"""Messages: what artifacts hold in place of words.

A `Message` is a key and its values, so that equal work gives equal hashes whatever the language of its
reader; words appear only when somebody reads.
"""

from __future__ import annotations

from pydantic import Field

from kitae.core.config import Record
from kitae.core.words import LANGUAGES, Language, catalogue, say

__all__ = ["LANGUAGES", "Language", "Message", "catalogue", "render", "say"]


class Message(Record):
    """Something to say, independent of the language it is said in."""

    key: str
    """Name in the catalogue, e.g. `gate.duplicates.fail`."""
    values: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    """What the placeholders of the text stand for. A string starting with `@` names another key."""


def render(message: Message, language: Language = "en") -> str:
    """The message in words."""
    return say(message.key, language, **message.values)
