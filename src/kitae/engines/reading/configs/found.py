"""What a config gives, whosever it is: sources, how conversations are written, and notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast

from kitae.core.text import Message

ConfigFormat = Literal["llama_factory", "axolotl", "unsloth"]
Entry = dict[str, Any]

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_DATA_SUFFIXES = (
    *(".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".arrow", ".txt", ".xlsx"),
    *(".gz", ".zst", ".bz2", ".xz", ".zip", ".tar", ".tgz"),
    *(".md", ".pdf", ".html", ".docx", ".epub"),
)
_VOICES = ("user", "assistant", "system", "function_call", "observation")
_KNOWN_VOICES = frozenset(
    {
        *("human", "user", "prompter", "gpt", "assistant", "model", "bot", "chatgpt", "system"),
        *("developer", "function_call", "tool_call", "observation", "tool", "function"),
        "function_response",
    }
)


@dataclass(frozen=True)
class ConversationKeys:
    """How a config says that conversations are written.

    Attributes:
        messages: Column with the list of turns.
        role: Key of a turn that says who speaks.
        content: Key of a turn with the text.
        tools: Column with the tools; None without one.
        system: Column with the system text; None without one.
        voices: What stands under `role` -> user, assistant, system, function_call or observation.
    """

    messages: str
    role: str
    content: str
    tools: str | None = None
    system: str | None = None
    voices: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_plain(self) -> bool:
        """Whether `collect` understands it without being told."""
        return (
            self.messages in ("conversations", "conversation", "messages", "dialogue", "turns")
            and (self.role, self.content) in (("from", "value"), ("role", "content"))
            and all(
                word in _KNOWN_VOICES and _plain_voice(word) == voice
                for word, voice in self.voices.items()
            )
            and self.tools in (None, "tools", "functions")
            and self.system in (None, "system")
        )

    @property
    def columns(self) -> Entry:
        """The same as `columns` of a source in the recipe; words that are known anyway are left out."""
        tags: Entry = {"role": self.role, "content": self.content}
        for word, voice in self.voices.items():
            is_known = word in _KNOWN_VOICES and _plain_voice(word) == voice
            if voice in _VOICES and not is_known:
                tags.setdefault(voice, []).append(word)
        named = {"messages": self.messages, "system": self.system, "tools": self.tools}
        return {**{key: column for key, column in named.items() if column}, "tags": tags}


@dataclass(frozen=True)
class ConfiguredSource:
    """One dataset of a config.

    Attributes:
        entry: As under `collect.sources` of the recipe: `path`, or `hub` or `modelscope`, and more.
        name: What the config calls it.
        conversation: For conversations, how they are written.
        wants: `documents` where the config takes plain text without answers.
    """

    entry: Entry
    name: str
    conversation: ConversationKeys | None = None
    wants: Literal["rows", "documents"] = "rows"


@dataclass(frozen=True)
class ConfigReading:
    """A config, read.

    Attributes:
        format: Whose it is.
        sources: In the order of the file.
        notes: What was left out or has no counterpart, in the same order.
    """

    format: ConfigFormat
    sources: tuple[ConfiguredSource, ...]
    notes: tuple[Message, ...]

    @property
    def entries(self) -> list[Entry]:
        """Only the entries, ready for `collect.sources`."""
        return [source.entry for source in self.sources]


@dataclass
class Found:
    """Collects what one config gives; paths start at its folder."""

    folder: Path
    sources: list[ConfiguredSource] = field(default_factory=list[ConfiguredSource])
    notes: list[Message] = field(default_factory=list[Message])

    def note(self, key: str, name: str, detail: object = "") -> None:
        """Something that a person should know about one dataset."""
        shown = str(detail)[:120] if isinstance(detail, str | int | float | bool) else ""
        values: dict[str, str | int | float | bool | None] = {"name": name, "detail": shown}
        self.notes.append(Message(key=f"reading.config.{key}", values=values))

    def local(self, path: str) -> str:
        """A path of the config as the recipe writes it."""
        plain = path.removeprefix("file://")
        joined = Path(plain) if plain.startswith(("/", "~")) else self.folder / plain
        return joined.as_posix()

    def add(
        self,
        entry: Entry,
        name: str,
        conversation: ConversationKeys | None = None,
        wants: Literal["rows", "documents"] = "rows",
    ) -> None:
        """One source; a conversation that is not written the usual way brings its columns and tags."""
        if conversation is not None and not conversation.is_plain:
            keys = f"{conversation.messages}: {conversation.role}, {conversation.content}"
            self.note("conversation_keys", name, keys)
            entry = {**entry, "columns": conversation.columns}
        self.sources.append(ConfiguredSource(entry, name, conversation, wants))


def hub_entry(
    kind: str, repository: str, entry: Mapping[str, Any], name: str, found: Found
) -> Entry | None:
    """A dataset of a hub, with split, subset and revision; None where it names no owner."""
    if not _REPOSITORY.fullmatch(repository):
        found.note("repository_name", name, repository)
        return None
    place: Entry = {kind: repository}
    split = entry.get("split")
    if isinstance(split, str) and split:
        plain, _, part = split.partition("[")
        place["split"] = plain
        if part:
            found.note("part_of_split", name, split)
    for key, ours in (("subset", "subset"), ("name", "subset"), ("revision", "revision")):
        if isinstance(value := entry.get(key), str) and value:
            place[ours] = value
    if isinstance(folder := entry.get("folder"), str) and folder:
        place["files"] = [f"{folder.strip('/')}/**"]
    return place


def is_repository(path: str, entry: Mapping[str, Any]) -> bool:
    """Whether a path has the form `owner/name`; a known suffix or type of file says otherwise."""
    is_file = PurePosixPath(path).suffix.lower() in _DATA_SUFFIXES or bool(entry.get("ds_type"))
    return bool(_REPOSITORY.fullmatch(path)) and not is_file and not path.startswith(".")


def with_columns(place: Entry, columns: Mapping[str, str]) -> Entry:
    """An entry with its columns; without both question and answer they are left to be found out."""
    is_complete = {"instruction", "output"} <= columns.keys()
    return {**place, "columns": dict(columns)} if is_complete else place


def texts(value: Any) -> dict[str, str]:  # noqa: ANN401
    """The pairs of a mapping whose key and value are texts."""
    if not isinstance(value, dict):
        return {}
    pairs = cast("dict[Any, Any]", value).items()
    return {k: v for k, v in pairs if isinstance(k, str) and isinstance(v, str) and v}


def as_list(value: Any) -> list[str]:  # noqa: ANN401
    """The texts of a list; one text is a list of itself."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        return []
    return [item for item in cast("list[Any]", value) if isinstance(item, str)]


def _plain_voice(word: str) -> str:
    """The voice that `collect` hears in a word."""
    if word in ("human", "user", "prompter"):
        return "user"
    if word in ("system", "developer"):
        return "system"
    if word in ("function_call", "tool_call"):
        return "function_call"
    is_tool = word in ("observation", "tool", "function", "function_response")
    return "observation" if is_tool else "assistant"


def word(value: Any) -> str:  # noqa: ANN401
    """A text as it is; anything else is empty, for spelling it out may take for ever."""
    return value if isinstance(value, str) else ""
