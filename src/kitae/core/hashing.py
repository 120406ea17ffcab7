"""Digests of files and of plain data, the same on every machine."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import orjson


def canonical_json(value: Any) -> bytes:  # noqa: ANN401
    """JSON with sorted keys and no spaces: equal values give equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Any) -> str:  # noqa: ANN401
    """The sha256 (64 hex digits) of plain data: dicts, lists, strings, numbers, None."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def bytes_digest(data: bytes) -> str:
    """The sha256 of bytes, as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def file_digest(path: Path) -> str:
    """The sha256 of a file's content; one that has not changed since is read once in a process.

    Unchanged means the same file with the same size and time of change, where that time lies far enough
    back for a later change to show in it.
    """
    found = path.stat()
    key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    if key not in _KNOWN:
        is_settled = time.time_ns() - found.st_mtime_ns > _SETTLED_NS
        with path.open("rb") as stream:
            value = hashlib.file_digest(stream, "sha256").hexdigest()
        if not is_settled:
            return value
        while len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.pop(next(iter(_KNOWN)))
        _KNOWN[key] = value
    return _KNOWN[key]


_SETTLED_NS = 50_000_000
"""Several ticks of the clock that file systems take their times from."""
_MOST_KNOWN = 4096
_KNOWN: dict[tuple[int, int, int, int], str] = {}


def unit_interval(key: str, salt: str) -> float:
    """A keyed hash of `key` as a number in [0, 1), evenly spread."""
    raw = hashlib.blake2b(key.encode(), key=salt.encode()[:64], digest_size=8).digest()
    return int.from_bytes(raw, "big") / 2**64
