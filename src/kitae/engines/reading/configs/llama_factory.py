"""LLaMA-Factory's `dataset_info.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from kitae.engines.reading.configs.found import (
    ConversationKeys,
    Entry,
    Found,
    hub_entry,
    texts,
    with_columns,
)

_LLAMA_FACTORY_KEYS = ("file_name", "hf_hub_url", "ms_hub_url", "script_url", "cloud_file_name")
_LLAMA_FACTORY_COLUMNS = {
    "prompt": "instruction",
    "query": "input",
    "response": "output",
    "system": "system",
    "history": "history",
}
_LLAMA_FACTORY_TAGS = {
    "user_tag": ("user", "human"),
    "assistant_tag": ("assistant", "gpt"),
    "observation_tag": ("observation", "observation"),
    "function_tag": ("function_call", "function_call"),
    "system_tag": ("system", "system"),
}


def is_llama_factory(content: Mapping[str, Any]) -> bool:
    """Whether the content describes datasets as `dataset_info.json` does."""
    return any(
        isinstance(entry, dict) and any(key in entry for key in _LLAMA_FACTORY_KEYS)
        for entry in content.values()
    )


def read_llama_factory(content: Mapping[str, Any], found: Found) -> None:
    """All datasets of a `dataset_info.json`."""
    for name, entry in content.items():
        if not isinstance(entry, dict):
            found.note("not_understood", str(name))
            continue
        described = cast("dict[str, Any]", entry)
        where = _llama_factory_place(str(name), described, found)
        if where is not None:
            _add_llama_factory(str(name), described, where, found)


def _llama_factory_place(name: str, entry: dict[str, Any], found: Found) -> Entry | None:
    """Where a dataset lies; None where that has no counterpart here."""
    for key, kind in (("hf_hub_url", "hub"), ("ms_hub_url", "modelscope")):
        if isinstance(repository := entry.get(key), str):
            return hub_entry(kind, repository, entry, name, found)
    if "script_url" in entry:
        found.note("script", name, entry["script_url"])
    elif "cloud_file_name" in entry:
        found.note("cloud", name, entry["cloud_file_name"])
    elif isinstance(file_name := entry.get("file_name"), str):
        return {"path": found.local(file_name), "name": name}
    else:
        found.note("not_understood", name)
    return None


def _add_llama_factory(name: str, entry: dict[str, Any], place: Entry, found: Found) -> None:
    columns = texts(entry.get("columns"))
    if entry.get("ranking") or "chosen" in columns or "kto_tag" in columns:
        found.note("preferences", name)
    for media in ("images", "videos", "audios"):
        if media in columns:
            found.note("media", name, media)
    if isinstance(number := entry.get("num_samples"), int):
        found.note("sample", name, number)
    if entry.get("formatting") in ("sharegpt", "openai"):
        tags = texts(entry.get("tags"))
        is_openai = entry["formatting"] == "openai"
        found.add(place, name, _llama_factory_conversation(columns, tags, is_openai=is_openai))
        return
    if "prompt" in columns and not {"response", "chosen", "kto_tag"} & columns.keys():
        found.add(place, name, wants="documents")
        return
    mapped = {ours: columns[key] for key, ours in _LLAMA_FACTORY_COLUMNS.items() if key in columns}
    if "chosen" in columns and "output" not in mapped:
        mapped["output"] = columns["chosen"]
    found.add(with_columns(place, mapped), name)


def _llama_factory_conversation(
    columns: Mapping[str, str], tags: Mapping[str, str], *, is_openai: bool
) -> ConversationKeys:
    default_role, default_content = ("role", "content") if is_openai else ("from", "value")
    voices = {tags.get(tag, word): voice for tag, (voice, word) in _LLAMA_FACTORY_TAGS.items()}
    return ConversationKeys(
        messages=columns.get("messages", "messages" if is_openai else "conversations"),
        role=tags.get("role_tag", default_role),
        content=tags.get("content_tag", default_content),
        tools=columns.get("tools"),
        system=columns.get("system"),
        voices=voices,
    )
