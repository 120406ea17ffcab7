"""The answer of `kitae status`, kept so that asking again is as quick as starting the program.

A snapshot holds what was found and, for every file that it depends on (recipe, sources and their folders,
journals, index, artifacts, a local base), its size and time of change. It is used only while all of them
are as they were; else the project is looked at afresh. Light on purpose: imports no stage.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from kitae.core.version import __version__

SNAPSHOT = Path(".kitae") / "status.json"


def read_snapshot(root: Path) -> dict[str, Any] | None:
    """The kept answer, or None when there is none or anything it depends on has changed."""
    try:
        kept = orjson.loads((root / SNAPSHOT).read_bytes())
        if kept["version"] != __version__:
            return None
        depends: dict[str, list[int]] = kept["depends"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
    is_current = all(_mark(root / name) == mark for name, mark in depends.items())
    return kept["document"] if is_current else None


def marks_of(root: Path, paths: Iterable[Path]) -> dict[str, list[int]]:
    """What tells that files and folders are as they were.

    Args:
        root: The project folder.
        paths: Files and folders, absolute or below the root; missing ones count as missing.
    """
    return {str(path): _mark(root / path) for path in paths}


def snapshot_bytes(document: dict[str, Any], marks: dict[str, list[int]]) -> bytes:
    """A snapshot of a document that holds while everything it depends on keeps its mark.

    Args:
        document: What `kitae status --format json` prints.
        marks: From `marks_of`, taken before the document was made.
    """
    return orjson.dumps({"version": __version__, "depends": marks, "document": document})


def _mark(path: Path) -> list[int]:
    """Size and time of change of a file, of a folder only the time; [-1, -1] for what is not there."""
    try:
        found = path.stat()
    except OSError:
        return [-1, -1]
    return [0 if path.is_dir() else found.st_size, found.st_mtime_ns]
