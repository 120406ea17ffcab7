"""The words after `kitae init DIR` -> places on this disk, and sources beyond it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kitae.core.errors import UsageError
from kitae.core.text import Message
from kitae.engines.reading.configs import sources_from_config
from kitae.stages.collect.config import (
    KINDS,
    AnySourceConfig,
    ColumnsConfig,
    RemoteSourceConfig,
    SourceConfig,
)

_REMOTE = re.compile(rf"({'|'.join(KINDS[1:])}):(.+)")
_WITH_REVISION = re.compile(r"([^@]+)@([^@]+)")
_CONFIG_SUFFIXES = (".yaml", ".yml")
_CONFIG_NAME = "dataset_info.json"
_SOURCE: TypeAdapter[Any] = TypeAdapter(AnySourceConfig)


@dataclass(frozen=True)
class LocalPlace:
    """A file, folder or archive, and what a config says about it.

    Attributes:
        path: Where it is.
        name: What the config calls it.
        columns: Which column stands for what.
    """

    path: Path
    name: str | None = None
    columns: ColumnsConfig | None = None


@dataclass(frozen=True)
class Named:
    """What the words name.

    Attributes:
        local: In the order of the words.
        remote: In the order of the words.
        notes: What a config says that has no counterpart here.
    """

    local: tuple[LocalPlace, ...]
    remote: tuple[RemoteSourceConfig, ...]
    notes: tuple[Message, ...]


def read_words(words: Sequence[str | Path]) -> Named:
    """What each word names.

    Raises:
        UsageError: A remote source is not written as it has to be.
        NotFoundError: There is no such config.
        DataError: A config cannot be read.
    """
    places: list[LocalPlace | RemoteSourceConfig] = []
    notes: list[Message] = []
    for word in words:
        found = _REMOTE.fullmatch(str(word)) if isinstance(word, str) else None
        if found:
            places.append(_remote(found[1], found[2]))
        elif _is_config(Path(word)):
            reading = sources_from_config(Path(word))
            notes.extend(reading.notes)
            places.extend(_place(entry) for entry in reading.entries)
        else:
            places.append(LocalPlace(Path(word)))
    return Named(
        tuple(place for place in places if isinstance(place, LocalPlace)),
        tuple(place for place in places if not isinstance(place, LocalPlace)),
        tuple(notes),
    )


def _is_config(path: Path) -> bool:
    return path.name == _CONFIG_NAME or path.suffix.lower() in _CONFIG_SUFFIXES


def _remote(kind: str, named: str) -> RemoteSourceConfig:
    if kind == "web":
        raise UsageError(
            f"A crawl of {named!r} needs an address where the owner of the site reaches you.",
            fix="write it in kitae.yaml, below `collect.sources`:\n"
            f"  - web: [{named!r}]\n    contact: you@your-mail.example",
        )
    version = _WITH_REVISION.fullmatch(named)
    entry = {kind: version[1], "revision": version[2]} if version else {kind: named}
    if kind == "kaggle" and version:
        entry = {kind: version[1], "version": version[2]}
    return _checked(entry, f"{kind}:{named}")


def _place(entry: Mapping[str, Any]) -> LocalPlace | RemoteSourceConfig:
    source = _checked(entry, str(dict(entry)))
    if isinstance(source, SourceConfig):
        return LocalPlace(Path(source.path).expanduser(), source.name, source.columns)
    return source


def _checked(entry: Mapping[str, Any], shown: str) -> Any:  # noqa: ANN401
    try:
        return _SOURCE.validate_python(entry)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"{shown!r} names no source: {first['msg']}.",
            fix="hub:owner/name, modelscope:owner/name, kaggle:owner/name or github:owner/name; "
            "add @VERSION for a certain one",
        ) from error
