"""Checksums of a model's files: those that come with it, and those that Kitae writes.

safetensors has no checksum of its own: a flipped bit or a zero-filled tail loads without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from kitae.core.errors import DataError
from kitae.core.hashing import file_digest

SHA256SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")


def verify_checksums(folder: Path) -> bool:
    """Compare a folder's files with the checksums that came with them.

    Returns:
        Whether checksums came with them (`SHA256SUMS`, or a `manifest.json` with `files`).

    Raises:
        DataError: A file is missing or differs from what was written.
    """
    recorded = recorded_checksums(folder)
    for name, expected in sorted(recorded.items()):
        path = folder / name
        if not is_plain_name(name):
            raise DataError(
                f"The checksum list names a file outside the model's folder: {name!r}.",
                where=str(folder),
                fix="do not use this folder: take the model from its maker again",
            )
        if not path.is_file():
            raise DataError(f"A file of the model is missing: {name}.", where=str(path), fix=_AGAIN)
        if file_digest(path) != expected:
            raise DataError(
                f"A file of the model is damaged: {name} (wrong checksum).",
                where=str(path),
                fix=_AGAIN,
            )
    return bool(recorded)


_AGAIN = "download or copy the model again, or install the package again where it is kitae-spark"


def recorded_checksums(folder: Path) -> dict[str, str]:
    """Path inside the folder -> sha256, as recorded beside the files; empty when nothing is."""
    sums = folder / SHA256SUMS
    if sums.is_file():
        return _read_sums(sums)
    manifest = folder / MANIFEST
    return _read_manifest(manifest) if manifest.is_file() else {}


def write_checksums(folder: Path) -> None:
    """Write `SHA256SUMS` over every file of a folder, in the form that `sha256sum -c` reads."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != SHA256SUMS
    )
    lines = [f"{file_digest(folder / name)}  {name}\n" for name in names]
    (folder / SHA256SUMS).write_text("".join(lines), encoding="utf-8")


def is_plain_name(name: str) -> bool:
    """Whether a path named in a model's files stays inside the model's folder."""
    parts = name.replace("\\", "/").split("/")
    is_inside = all(part not in ("", ".", "..") for part in parts)
    return is_inside and ":" not in name and "\\" not in name and "\0" not in name


def _read_sums(path: Path) -> dict[str, str]:
    recorded: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = _LINE.fullmatch(line)
        if line and not found:
            raise DataError(
                f"Line {number} of {path.name} is not a checksum and a name: {line[:80]!r}.",
                where=f"{path}, line {number}",
                fix=f"delete {path.name}, or write it again with `sha256sum`",
            )
        if found:
            recorded[found.group(2)] = found.group(1).lower()
    return recorded


def _read_manifest(path: Path) -> dict[str, str]:
    """The `files` of a manifest; a manifest.json of another kind records nothing."""
    try:
        content: Any = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return {}
    files: Any = content.get("files") if isinstance(content, Mapping) else None
    if not isinstance(files, Mapping):
        return {}
    return {
        str(name): value
        for name, value in files.items()
        if isinstance(value, str) and _SHA256.fullmatch(value)
    }
