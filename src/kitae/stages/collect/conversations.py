"""Turns of a conversation (ShareGPT or OpenAI) -> rounds of question and answer.

A call of a tool belongs to the answer's side, what the tool returned to the question's side. Both keep
their name inside the text, in a form that `named_turns` takes apart again:

    <function_call>{"name": "search", "arguments": {"q": "rice"}}</function_call>
    <observation>{"hits": 3}</observation>

The tools that may be called stand at the end of the system text, between <tools> and </tools>.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

import orjson

from kitae.stages.collect.config import VOICE_NAMES, TagsConfig
from kitae.stages.collect.drafts import Draft, Notes, RefusedRowError, Rounds, shown, text_of
from kitae.stages.collect.placeholders import is_placeholder

CONVERSATION_KEYS = (
    "conversations",
    "conversation",
    "messages",
    "dialog",
    "dialogue",
    "turns",
    "对话",
    "對話",
    "会話",
    "対話",
)
TOOLS_KEYS = ("tools", "functions", "工具", "ツール")

Voice = Literal["user", "assistant", "system", "function_call", "observation"]

VOICES: dict[str, Voice] = {
    **dict.fromkeys(("human", "user", "prompter", "用户", "ユーザー"), "user"),
    **dict.fromkeys(
        ("gpt", "assistant", "model", "bot", "chatgpt", "助手", "アシスタント"), "assistant"
    ),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("function_call", "tool_call"), "function_call"),
    **dict.fromkeys(("observation", "tool", "function", "function_response"), "observation"),
}
_NAMED = ("function_call", "observation")
_CLOSING = re.compile(r"</(function_call|observation)>")
_OPENED = r"<\\/\1>"
_OPENED_CLOSING = re.compile(r"<\\/(function_call|observation)>")
_NAMED_TURN = re.compile(r"<(function_call|observation)>(.*?)</\1>", re.DOTALL)


class _Turn(NamedTuple):
    voice: Voice
    text: str


class TurnKeys(NamedTuple):
    """How turns are written.

    Attributes:
        role: Keys that may say who speaks.
        content: Keys that may hold the text.
        voices: What stands under `role`, in small letters -> who that is.
    """

    role: tuple[str, ...] = ("from", "role")
    content: tuple[str, ...] = ("value", "content")
    voices: Mapping[str, Voice] = VOICES


USUAL = TurnKeys()


def turn_keys(tags: TagsConfig | None) -> TurnKeys:
    """How turns are written when a recipe says so; what it leaves out is as usual."""
    if tags is None:
        return USUAL
    own: dict[str, Voice] = {
        word.strip().casefold(): voice for voice in VOICE_NAMES for word in getattr(tags, voice)
    }
    return TurnKeys(
        (tags.role,) if tags.role else USUAL.role,
        (tags.content,) if tags.content else USUAL.content,
        {**VOICES, **own},
    )


def draft_of(
    turns: Any,  # noqa: ANN401
    system: str,
    tools: Any,  # noqa: ANN401
    notes: Notes,
    keys: TurnKeys = USUAL,
) -> Draft:
    """One Example of a whole conversation: the last round, the earlier ones as history.

    Raises:
        RefusedRowError: A turn has no text, an unknown voice, or nothing is answered.
    """
    heard = _turns(turns, keys)
    spoken = [turn for turn in heard if turn.voice != "system"]
    systems = [system, *(turn.text for turn in heard if turn.voice == "system")]
    rounds = _rounds(spoken, notes)
    instruction, output = rounds[-1]
    for role, said in (("instruction", instruction), ("output", output)):
        if is_placeholder(said):
            raise RefusedRowError("documentation_row", role, said[:60])
    text = with_tools("\n\n".join(part for part in systems if part.strip()), tools, notes)
    return Draft(instruction, "", output, text, rounds[:-1])


def rounds_of(turns: Any, notes: Notes) -> Rounds:  # noqa: ANN401
    """All rounds of a list of turns."""
    return _rounds([turn for turn in _turns(turns, USUAL) if turn.voice != "system"], notes)


def with_tools(system: str, tools: Any, notes: Notes) -> str:  # noqa: ANN401
    """The system text with the tools at its end, as they stand in the source."""
    if isinstance(tools, list | dict):
        tools = orjson.dumps(tools).decode() if tools else ""
    text = text_of(tools, "tools", notes).strip()
    if text in ("", "[]", "{}", "null"):
        return system
    named = f"<tools>\n{text}\n</tools>"
    return f"{system}\n\n{named}" if system else named


def named_turn(name: str, body: str) -> str:
    """A turn of a tool as text."""
    return f"<{name}>{_CLOSING.sub(_OPENED, body)}</{name}>"


def named_turns(text: str) -> list[tuple[str, str]]:
    """A text taken apart into (voice, body); plain text has an empty voice."""
    parts: list[tuple[str, str]] = []
    place = 0
    for found in _NAMED_TURN.finditer(text):
        plain = text[place : found.start()].strip("\n")
        if plain:
            parts.append(("", plain))
        parts.append((found[1], _OPENED_CLOSING.sub(r"</\1>", found[2])))
        place = found.end()
    rest = text[place:].strip("\n") if parts else text
    return [*parts, ("", rest)] if rest else parts


def _turns(turns: Any, keys: TurnKeys) -> list[_Turn]:  # noqa: ANN401
    if isinstance(turns, str) and turns.strip()[:1] == "[":
        try:
            turns = orjson.loads(turns)
        except orjson.JSONDecodeError as error:
            raise RefusedRowError("wrong_type", "conversations", turns[:80]) from error
    if not isinstance(turns, list):
        raise RefusedRowError("wrong_type", "conversations", shown(turns))
    heard: list[_Turn] = []
    for number, turn in enumerate(cast("list[Any]", turns), 1):
        if not isinstance(turn, dict):
            detail = f"#{number}: {shown(turn)}"
            raise RefusedRowError("wrong_type", "conversations", detail)
        heard.extend(_spoken(cast("dict[str, Any]", turn), number, keys))
    return heard


def _spoken(turn: dict[str, Any], number: int, keys: TurnKeys) -> list[_Turn]:
    """What one entry of the list says: usually one turn; with tool calls, several."""
    role = next((turn[key] for key in keys.role if turn.get(key)), None)
    if role is None and (pair := _pair(turn, keys)):
        return pair
    voice = keys.voices.get(str(role).strip().casefold())
    if voice is None:
        raise RefusedRowError("unknown_role", "conversations", f"#{number}: {role!r}")
    content = next((turn[key] for key in keys.content if key in turn), None)
    text = _content_text(content, number)
    calls = _calls(turn, number)
    if not text.strip() and not calls:
        rule = "empty_output" if voice in ("assistant", "function_call") else "empty_instruction"
        if voice in ("system", "observation"):
            return [_Turn(voice, text)]
        raise RefusedRowError(rule, "conversations", f"#{number}")
    spoken = [_Turn(voice, text)] if text.strip() else []
    return [*spoken, *(_Turn("function_call", call) for call in calls)]


def _pair(turn: dict[str, Any], keys: TurnKeys) -> list[_Turn]:
    """A round written as one object: {"human": ..., "assistant": ...}."""
    voices = {name: keys.voices.get(name.casefold()) for name in turn}
    asked = next((n for n, v in voices.items() if v == "user"), None)
    told = next((n for n, v in voices.items() if v == "assistant"), None)
    if asked is None or told is None:
        return []
    question, answer = turn[asked], turn[told]
    if not isinstance(question, str) or not isinstance(answer, str):
        return []
    return [_Turn("user", question), _Turn("assistant", answer)]


def _content_text(content: Any, number: int) -> str:  # noqa: ANN401
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    if isinstance(content, dict):
        return orjson.dumps(content).decode()
    if not isinstance(content, list):
        return str(content)
    texts: list[str] = []
    for part in cast("list[Any]", content):
        text = cast("dict[str, Any]", part).get("text") if isinstance(part, dict) else part
        if not isinstance(text, str):
            detail = f"#{number}: {shown(part)}"
            raise RefusedRowError("unsupported_part", "conversations", detail)
        texts.append(text)
    return "".join(texts)


def _calls(turn: dict[str, Any], number: int) -> list[str]:
    """The calls of an OpenAI message, each as JSON text with name and arguments."""
    calls = turn.get("tool_calls") or ([turn["function_call"]] if turn.get("function_call") else [])
    if not isinstance(calls, list):
        raise RefusedRowError("wrong_type", "conversations", f"#{number}: tool_calls")
    return [_call_text(call, number) for call in cast("list[Any]", calls)]


def _call_text(call: Any, number: int) -> str:  # noqa: ANN401
    if not isinstance(call, dict):
        raise RefusedRowError("wrong_type", "conversations", f"#{number}: tool_calls")
    entry = cast("dict[str, Any]", call)
    function = cast("dict[str, Any]", entry.get("function") or entry)
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        with contextlib.suppress(orjson.JSONDecodeError):
            arguments = orjson.loads(arguments)
    said: dict[str, Any] = {"name": function.get("name"), "arguments": arguments}
    if entry.get("id"):
        said = {"id": entry["id"], **said}
    return orjson.dumps(said).decode()


def _rounds(turns: Sequence[_Turn], notes: Notes) -> Rounds:
    """Pairs of what was asked (or returned by a tool) and what was answered (or called)."""
    joined = _joined(turns, notes)
    if joined and joined[0][0] == "answer":
        notes.add("leading_answer", "conversations", joined[0][1][:60])
        joined = joined[1:]
    if len(joined) % 2 and len(joined) > 1:
        notes.add("unanswered_turn", "conversations", joined[-1][1][:60])
        joined = joined[:-1]
    if len(joined) < 2:
        rule = "missing_output" if joined else "missing_instruction"
        raise RefusedRowError(rule, "conversations")
    texts = [text for _, text in joined]
    return tuple(zip(texts[::2], texts[1::2], strict=True))


def _joined(turns: Sequence[_Turn], notes: Notes) -> list[tuple[str, str]]:
    """Turns with neighbours of the same side put together, as (side, text)."""
    joined: list[tuple[str, str]] = []
    previous: Voice | None = None
    for turn in turns:
        side = "answer" if turn.voice in ("assistant", "function_call") else "question"
        is_named = turn.voice in _NAMED
        text = named_turn(turn.voice, turn.text) if is_named else turn.text
        if joined and joined[-1][0] == side:
            if not is_named and previous == turn.voice:
                notes.add("joined_turns", "conversations")
            joined[-1] = (side, f"{joined[-1][1]}\n{text}")
        else:
            joined.append((side, text))
        previous = turn.voice
    return joined
