"""How rows of equal keys are read: what each key stands for. Loads no library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

INSTRUCTION, INPUT, OUTPUT, SYSTEM, NOTHING, TALK, IGNORED = range(7)
"""What a key stands for. `NOTHING`: null, an empty text or an empty list; `TALK`: a list of turns."""
USER, ASSISTANT, MODEL = range(3)
"""Who speaks in a turn; `MODEL` says what the model is."""


@dataclass(frozen=True)
class Shape:
    """How rows with these keys, in this order, are read.

    Attributes:
        keys: All of them.
        roles: What each stands for.
        who: Key of a turn that says who speaks; empty without turns.
        what: Key of a turn that holds its text.
        voices: Name of a speaker -> who that is.
        longest: Characters; a longer text is never a template.
        blanks: Characters that say nothing.
        closers: Characters with which a template may end.
    """

    keys: tuple[str, ...]
    roles: tuple[int, ...]
    who: str
    what: str
    voices: Mapping[str, int]
    longest: int
    blanks: str
    closers: str
