"""The `datasets:` of an Axolotl YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from kitae.engines.reading.configs.found import (
    ConversationKeys,
    Entry,
    Found,
    as_list,
    hub_entry,
    is_repository,
    texts,
    with_columns,
    word,
)

_AXOLOTL_COLUMNS: dict[str, dict[str, str]] = {
    "alpaca": {},
    "alpaca_chat": {"instruction": "instruction", "input": "input", "output": "response"},
    "alpaca_chat.load_qa": {"instruction": "question", "output": "answer"},
    "alpaca_w_system.load_open_orca": {
        "system": "system_prompt",
        "instruction": "question",
        "output": "response",
    },
    "context_qa": {"instruction": "question", "input": "article", "output": "answer"},
    "context_qa.load_v2": {"instruction": "question", "input": "context", "output": "answer"},
    "gpteacher": {"instruction": "instruction", "input": "input", "output": "response"},
    "jeopardy": {"instruction": "question", "output": "answer"},
    "metharme": {"instruction": "prompt", "output": "generation"},
    "oasst": {"instruction": "INSTRUCTION", "output": "RESPONSE"},
    "reflection": {},
    "summarizetldr": {"instruction": "article", "output": "summary"},
}
_AXOLOTL_FIELDS = {
    "field_instruction": "instruction",
    "field_input": "input",
    "field_output": "output",
    "field_system": "system",
}
_AXOLOTL_TALKS = ("chat_template", "sharegpt", "chat_template.default", "pygmalion")
_AXOLOTL_PLAIN = ("completion", "pretrain", "pretraining")
_AXOLOTL_UNSUPPORTED = ("shards", "shards_idx", "input_transform", "chat_template_jinja")


def read_axolotl(content: Mapping[str, Any], found: Found) -> None:
    """All datasets of an Axolotl config; those for its test become the validation side."""
    for side, key in (("train", "datasets"), ("validation", "test_datasets")):
        for number, entry in enumerate(cast("list[Any]", content.get(key) or []), 1):
            if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
                found.note("not_understood", f"{key} {number}")
                continue
            described = cast("dict[str, Any]", entry)
            for place in _axolotl_places(described, found):
                if side == "validation":
                    place["side"] = side
                _add_axolotl(described, place, found)
    if content.get("pretraining_dataset"):
        found.note("pretraining", "pretraining_dataset")
    if content.get("rl"):
        found.note("preferences", "rl", content["rl"])


def _axolotl_places(entry: dict[str, Any], found: Found) -> list[Entry]:
    """Where a dataset lies: one entry for the hub, one per file for files."""
    path: str = entry["path"]
    files = as_list(entry.get("data_files"))
    if "://" in path and not path.startswith("file://"):
        found.note("cloud", path, path)
        return []
    if is_repository(path, entry):
        place = hub_entry("hub", path, entry, path, found)
        named = {"files": files} if files else {}
        return [{**place, **named}] if place else []
    if path in ("json", "csv", "parquet", "arrow", "text"):
        return [{"path": found.local(name)} for name in files]
    return [{"path": found.local(f"{path.rstrip('/')}/{name}")} for name in files] or [
        {"path": found.local(path)}
    ]


def _add_axolotl(entry: dict[str, Any], place: Entry, found: Found) -> None:
    name: str = entry["path"]
    kind = entry.get("type")
    for key in _AXOLOTL_UNSUPPORTED:
        if entry.get(key) is not None:
            found.note("key_ignored", name, key)
    if isinstance(kind, dict):
        _add_axolotl_fields(cast("dict[str, Any]", kind), place, name, found)
        return
    plain = (word(kind) or "alpaca").split(":")[0]
    if plain in _AXOLOTL_TALKS or entry.get("field_messages"):
        found.add(place, name, _axolotl_conversation(entry, plain))
    elif plain in _AXOLOTL_PLAIN:
        found.add(place, name, wants="documents")
    elif plain in _AXOLOTL_COLUMNS:
        found.add(with_columns(place, _AXOLOTL_COLUMNS[plain]), name)
    else:
        found.note("type_unknown", name, plain)
        found.add(place, name)


def _add_axolotl_fields(fields: Mapping[str, Any], place: Entry, name: str, found: Found) -> None:
    """A type of the user's own: columns are taken over, ways of writing the prompt are not."""
    mapped = {
        ours: value
        for key, ours in _AXOLOTL_FIELDS.items()
        if isinstance(value := fields.get(key), str) and value
    }
    for key in ("system_prompt", "format", "no_input_format", "system_format"):
        if fields.get(key):
            found.note("key_ignored", name, key)
    if "field_chosen" in fields or "field_rejected" in fields:
        found.note("preferences", name)
    found.add(with_columns(place, mapped), name)


def _axolotl_conversation(entry: Mapping[str, Any], kind: str) -> ConversationKeys:
    is_old = kind in ("sharegpt", "pygmalion")
    mapping = texts(entry.get("message_property_mappings"))
    roles = entry.get("roles")
    voices: dict[str, str] = {}
    if isinstance(roles, dict):
        for voice, words in cast("dict[str, Any]", roles).items():
            ours = "observation" if voice == "tool" else str(voice)
            voices.update(dict.fromkeys(as_list(words), ours))
    role = mapping.get("role") or word(entry.get("message_field_role"))
    content = mapping.get("content") or word(entry.get("message_field_content"))
    messages = word(entry.get("field_messages"))
    return ConversationKeys(
        messages=messages or ("conversations" if is_old else "messages"),
        role=role or ("from" if is_old else "role"),
        content=content or ("value" if is_old else "content"),
        tools=word(entry.get("field_tools")) or None,
        system=word(entry.get("field_system")) or None,
        voices=voices,
    )
