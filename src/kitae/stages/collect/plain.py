"""The short way for rows that need no thought: every text is a text, nothing is to be mended or refused.

What a reader here gives is what `mapping` gives for the same row; whatever is the least bit unusual, it
leaves to `mapping` by giving None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kitae.engines.reading.roles import Role, is_translated
from kitae.engines.reading.shapes import (
    ASSISTANT,
    IGNORED,
    INPUT,
    INSTRUCTION,
    MODEL,
    NOTHING,
    OUTPUT,
    SYSTEM,
    TALK,
    USER,
    Shape,
)
from kitae.records.example import Content
from kitae.stages.collect.conversations import VOICES
from kitae.stages.collect.placeholders import LONGEST, is_placeholder

_OBJECT: type = dict
_LIST: type = list
Values = dict[str, Any]


class ReadPlain(Protocol):
    """Reads rows of the same keys."""

    def __call__(self, values: Values) -> Content | None:
        """The content of a row; None where it has to be weighed."""
        ...

    def shape(self, keys: tuple[str, ...]) -> Shape:
        """The same for the compiled reader, which leaves more rows to be weighed."""
        ...


_ANSWERS = frozenset(name for name, voice in VOICES.items() if voice == "assistant")
_QUESTIONS = frozenset(name for name, voice in VOICES.items() if voice == "user")
_SYSTEMS = frozenset(name for name, voice in VOICES.items() if voice == "system")
_NOTHING: tuple[Any, ...] = (None, "", [])
_BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_CLOSERS = "*)）]】。."
"""How the words of a template may end."""
_ODD_ENDS = frozenset(["", *_BLANKS, *_CLOSERS])
_VOICES = {
    **dict.fromkeys(_QUESTIONS, USER),
    **dict.fromkeys(_ANSWERS, ASSISTANT),
    **dict.fromkeys(_SYSTEMS, MODEL),
}


def _shape(
    keys: tuple[str, ...], roles: Mapping[str | None, int], who: str = "", what: str = ""
) -> Shape:
    return Shape(
        keys=keys,
        roles=tuple(roles.get(key, IGNORED) for key in keys),
        who=who,
        what=what,
        voices=_VOICES,
        longest=LONGEST,
        blanks=_BLANKS,
        closers=_CLOSERS,
    )


def plain_fields(by_role: Mapping[Role, tuple[str, ...]], *, is_table: bool) -> ReadPlain | None:
    """A reader for rows with a column per role, or None where roles have to be weighed."""
    columns = [column for found in by_role.values() for column in found]
    is_single = all(len(found) <= 1 for found in by_role.values())
    if not is_single or (not is_table and any(map(is_translated, columns))):
        return None
    first = {role: found[0] for role, found in by_role.items() if found}
    if "instruction" not in first or "output" not in first:
        return None
    given, system, history = (first.get(role) for role in ("input", "system", "history"))
    return PlainFields(first["instruction"], first["output"], given, system, history)


@dataclass(frozen=True)
class PlainFields:
    """Reads rows with a column per role."""

    asked: str
    told: str
    given: str | None
    system: str | None
    history: str | None

    def __call__(self, values: Values) -> Content | None:
        """See `ReadPlain`."""
        instruction, output = values[self.asked], values[self.told]
        if not (
            type(instruction) is str
            and type(output) is str
            and _says_something(instruction)
            and _says_something(output)
        ):
            return None
        input_text = values[self.given] if self.given is not None else ""
        if input_text != "" and not _is_optional(input_text):
            return None
        role = values[self.system] if self.system is not None else ""
        if role != "" and not _is_optional(role):
            return None
        if self.history is not None and values[self.history] not in _NOTHING:
            return None
        return instruction, input_text or "", output, role or "", ()

    def shape(self, keys: tuple[str, ...]) -> Shape:
        """See `ReadPlain`."""
        roles = {self.history: NOTHING, self.system: SYSTEM, self.given: INPUT}
        return _shape(keys, {**roles, self.told: OUTPUT, self.asked: INSTRUCTION})


def plain_turns(talk: str, others: tuple[str | None, ...], *, is_openai: bool) -> ReadPlain:
    """A reader for conversations of question and answer in turn, perhaps with a system text before.

    Args:
        talk: Key of the list of turns.
        others: Keys of the system text and the tools; rows that fill them are left alone.
        is_openai: Whether turns have `role` and `content`, or else `from` and `value`.
    """
    empty = tuple(key for key in others if key is not None)
    who, what = ("role", "content") if is_openai else ("from", "value")
    return PlainTurns(talk, empty, who, what)


@dataclass(frozen=True)
class PlainTurns:
    """Reads conversations; see `plain_turns`."""

    talk: str
    empty: tuple[str, ...]
    who: str
    what: str

    def __call__(self, values: Values) -> Content | None:
        """See `ReadPlain`."""
        who, what = self.who, self.what
        turns = values[self.talk]
        if type(turns) is not _LIST or any(values[key] not in _NOTHING for key in self.empty):
            return None
        system = ""
        if turns and _is_system(turns[0], who, what):
            system = turns[0][what]
            turns = turns[1:]
        texts = _turn_texts(turns, who, what)
        if texts is None or not (_is_filled(texts[-2]) and _is_filled(texts[-1])):
            return None
        rounds = tuple(zip(texts[:-2:2], texts[1:-2:2], strict=True)) if len(texts) > 2 else ()
        return texts[-2], "", texts[-1], system, rounds

    def shape(self, keys: tuple[str, ...]) -> Shape:
        """See `ReadPlain`."""
        roles: dict[str | None, int] = dict.fromkeys(self.empty, NOTHING)
        return _shape(keys, {**roles, self.talk: TALK}, self.who, self.what)


def _turn_texts(turns: list[Any], who: str, what: str) -> list[str] | None:
    """The texts of question, answer, question, answer ...; None where it is not so."""
    texts: list[str] = []
    expected, other = _QUESTIONS, _ANSWERS
    for turn in turns:
        if type(turn) is not _OBJECT or len(turn) != 2:
            return None
        voice, text = turn.get(who), turn.get(what)
        if type(text) is not str or type(voice) is not str or voice not in expected:
            return None
        if not text or text.isspace():
            return None
        texts.append(text)
        expected, other = other, expected
    return texts if texts and expected is _QUESTIONS else None


def _is_system(turn: Any, who: str, what: str) -> bool:  # noqa: ANN401
    """Whether a turn is a system text that says something, and nothing else."""
    if type(turn) is not _OBJECT or len(turn) != 2:
        return False
    voice, text = turn.get(who), turn.get(what)
    if type(voice) is not str or voice not in _SYSTEMS or type(text) is not str:
        return False
    return bool(text) and not text.isspace()


def _says_something(text: str) -> bool:
    return (len(text) > LONGEST and not text.isspace()) or _is_filled(text)


def _is_filled(text: str) -> bool:
    """Whether a text says something, and something else than a template."""
    if not text or text.isspace():
        return False
    if text[-1] not in _ODD_ENDS:
        return True
    if text[-1] in "。." and text[-2:-1] not in _ODD_ENDS:
        return True
    return not is_placeholder(text)


def _is_optional(text: Any) -> bool:  # noqa: ANN401
    """Whether a text may be there or not be there as it is."""
    if type(text) is not str:
        return text is None
    return len(text) > LONGEST or not is_placeholder(text)
