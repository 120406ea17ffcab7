"""Run logs: one JSONL file of events per run, below `.kitae/runs/`. Times live here, never in artifacts."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from kitae.core.events import Event
from kitae.records.durable import raise_resource_error


def now_iso() -> str:
    """The present time, UTC, ISO 8601 with seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class RunLog:
    """Writes each event as one line; a torn last line is ignored by `read_events`."""

    def __init__(self, folder: Path) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        self.path = folder / f"{stamp}-{os.getpid()}.jsonl"
        self._start = time.monotonic()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = self.path.open("ab", buffering=0)
        except OSError as error:
            raise_resource_error(error, self.path)

    def emit(self, event: Event) -> None:
        """Write one event."""
        line = {
            "at": now_iso(),
            "t": round(time.monotonic() - self._start, 3),
            "kind": event.kind,
            "stage": event.stage,
            "data": dict(event.data),
        }
        self._stream.write(orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def read_events(folder: Path) -> list[dict[str, Any]]:
    """The events of all runs, oldest run first."""
    if not folder.is_dir():
        return []
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in _lines(path)]
    return [orjson.loads(line) for line in lines]


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1]
