"""The short way for rows that need no thought: every text is a text, nothing is to be mended or refused.

What a reader here gives is what `mapping` gives for the same row; whatever is the least bit unusual, it
leaves to `mapping` by giving None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from kitae.engines.reading.roles import Role, is_translated
from kitae.records.example import Content
from kitae.stages.collect.conversations import VOICES
from kitae.stages.collect.placeholders import LONGEST, is_placeholder

_OBJECT: type = dict
_LIST: type = list
Values = dict[str, Any]
ReadPlain = Callable[[Values], Content | None]

_ANSWERS = frozenset(name for name, voice in VOICES.items() if voice == "assistant")
_QUESTIONS = frozenset(name for name, voice in VOICES.items() if voice == "user")
_SYSTEMS = frozenset(name for name, voice in VOICES.items() if voice == "system")
_NOTHING: tuple[Any, ...] = (None, "", [])
_BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
_ODD_ENDS = frozenset(["", *_BLANKS, *map(chr, range(0x2000, 0x200B)), *")）]】。."])
"""How a text ends that may be blank, or the words of a template."""


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
    return partial(_read_fields, first["instruction"], first["output"], given, system, history)


def _read_fields(
    asked: str,
    told: str,
    given: str | None,
    system: str | None,
    history: str | None,
    values: Values,
) -> Content | None:
    instruction, output = values[asked], values[told]
    if not (
        type(instruction) is str
        and type(output) is str
        and ((len(instruction) > LONGEST and not instruction.isspace()) or _is_filled(instruction))
        and ((len(output) > LONGEST and not output.isspace()) or _is_filled(output))
    ):
        return None
    input_text = values[given] if given is not None else ""
    if input_text != "" and not _is_optional(input_text):
        return None
    role = values[system] if system is not None else ""
    if role != "" and not _is_optional(role):
        return None
    if history is not None and values[history] not in _NOTHING:
        return None
    return instruction, input_text or "", output, role or "", ()


def plain_turns(talk: str, others: tuple[str | None, ...], *, is_openai: bool) -> ReadPlain:
    """A reader for conversations of question and answer in turn, perhaps with a system text before.

    Args:
        talk: Key of the list of turns.
        others: Keys of the system text and the tools; rows that fill them are left alone.
        is_openai: Whether turns have `role` and `content`, or else `from` and `value`.
    """
    empty = [key for key in others if key is not None]
    who, what = ("role", "content") if is_openai else ("from", "value")

    def read(values: Values) -> Content | None:
        turns = values[talk]
        if type(turns) is not _LIST or any(values[key] not in _NOTHING for key in empty):
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

    return read


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
