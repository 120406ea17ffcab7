"""Append-only journals: what a person decided or money paid for. Precious, small, in `journal/`.

One line per append: a JSON array of entries. An append is acknowledged only after fsync, whole or not at
all. A torn last line (the process died while writing it, so nobody was told that it was kept) is ignored
and cut off at the next append; a broken line anywhere else is damage, and named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from kitae.core.errors import DataError
from kitae.core.events import Event, EventSink, Silence
from kitae.core.hashing import digest
from kitae.records.durable import fsync_file, raise_resource_error

Entry = Mapping[str, Any]


class Journal:
    """One append-only file of entries.

    Entries may carry `at` (a time): it is for people, and is left out of `digest`.
    """

    def __init__(self, path: Path, events: EventSink | None = None) -> None:
        self.path = path
        self._events = events or Silence()

    def entries(self) -> list[dict[str, Any]]:
        """All acknowledged entries, oldest first; a missing file has none.

        Raises:
            DataError: A line that is not the last one is broken.
        """
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().split(b"\n")[:-1]
        return [
            entry for number, line in enumerate(lines, 1) for entry in self._parse(line, number)
        ]

    def append(self, entries: Sequence[Entry]) -> None:
        """Add entries; they are on disk when this returns. All of one call are kept, or none.

        Raises:
            ResourceError: The disk is full or the folder cannot be written.
        """
        if not entries:
            return
        line = orjson.dumps([dict(entry) for entry in entries]) + b"\n"
        try:
            self._append_line(line)
        except OSError as error:
            raise_resource_error(error, self.path)

    def digest(self) -> str:
        """Hash of what the entries say, times left out."""
        return digest([{k: v for k, v in e.items() if k != "at"} for e in self.entries()])

    def _append_line(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        with self.path.open("r+b" if not is_new else "w+b", buffering=0) as stream:
            end = _end_of_last_line(stream.read())
            stream.truncate(end)
            stream.seek(end)
            half = len(line) // 2
            _write_all(stream.fileno(), line[:half])
            self._events.emit(Event("journal.half_written", "", {"journal": self.path.name}))
            _write_all(stream.fileno(), line[half:])
            os.fsync(stream.fileno())
        if is_new:
            fsync_file(self.path.parent)
        self._events.emit(Event("journal.synced", "", {"journal": self.path.name}))

    def _parse(self, line: bytes, number: int) -> list[dict[str, Any]]:
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise DataError(
                f"Line {number} of a journal is broken.",
                where=f"{self.path}, line {number}",
                fix="restore the file from a backup, or delete that one line",
            ) from error


def _end_of_last_line(raw: bytes) -> int:
    return raw.rfind(b"\n") + 1


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
