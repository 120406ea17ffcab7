"""What Unsloth's command line, studio and notebooks are given: an id or files, and columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from kitae.engines.reading.configs.found import (
    Entry,
    Found,
    as_list,
    hub_entry,
    is_repository,
    texts,
    with_columns,
    word,
)

_UNSLOTH_PLACES = ("dataset", "hf_dataset", "dataset_name", "dataset_path", "path", "repo_id")


def read_unsloth(content: Any, found: Found) -> bool:  # noqa: ANN401
    """Whether the content has a form that Unsloth's command line, studio or notebooks use."""
    if isinstance(content, list):
        for item in cast("list[Any]", content):
            entry = {"dataset": item} if isinstance(item, str) else item
            if not isinstance(entry, dict) or not _add_unsloth(cast("Entry", entry), found):
                return False
        return bool(content)
    if not isinstance(content, dict):
        return False
    plain = cast("dict[str, Any]", content)
    inner = plain.get("data")
    if isinstance(inner, dict):
        return _add_unsloth(cast("dict[str, Any]", inner), found)
    if isinstance(inner := plain.get("dataset"), dict):
        return _add_unsloth(cast("dict[str, Any]", inner), found)
    return _add_unsloth(plain, found)


def _add_unsloth(entry: dict[str, Any], found: Found) -> bool:
    places = [entry[key] for key in _UNSLOTH_PLACES if isinstance(entry.get(key), str)]
    files = [
        *as_list(entry.get("local_dataset")),
        *as_list(entry.get("local_datasets")),
        *as_list(entry.get("data_files")),
    ]
    if not places and not files:
        return False
    for place in [*places[:1], *files]:
        is_hub = place not in files and is_repository(place, {})
        split = entry.get("train_split") or entry.get("split")
        described = {"split": split, "subset": entry.get("subset"), "name": entry.get("name")}
        target = (
            hub_entry("hub", place, described, place, found)
            if is_hub
            else {"path": found.local(place)}
        )
        if target is not None:
            _add_unsloth_place(entry, target, place, found)
    return True


def _add_unsloth_place(entry: Mapping[str, Any], target: Entry, name: str, found: Found) -> None:
    kind = word(entry.get("format_type") or entry.get("format")).lower()
    if kind == "raw":
        found.add(target, name, wants="documents")
        return
    if entry.get("max_samples"):
        found.note("sample", name, entry["max_samples"])
    mapping = texts(entry.get("custom_format_mapping") or entry.get("columns"))
    mapped: dict[str, str] = {}
    for key, value in mapping.items():
        column, role = (key, value) if value in _UNSLOTH_ROLES else (value, key)
        if role in _UNSLOTH_ROLES:
            mapped.setdefault(_UNSLOTH_ROLES[role], column)
    found.add(with_columns(target, mapped), name)


_UNSLOTH_ROLES = {
    "instruction": "instruction",
    "prompt": "instruction",
    "user": "instruction",
    "input": "input",
    "output": "output",
    "response": "output",
    "completion": "output",
    "assistant": "output",
    "system": "system",
}
