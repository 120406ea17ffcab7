"""Run logs without what errors quoted: their texts may hold rows that are to be forgotten."""

from __future__ import annotations

from pathlib import Path

import orjson

from kitae.records.durable import raise_resource_error, write_atomic

QUOTING = ("what", "why", "fix")
"""Fields of events that hold sentences; everything else is names, codes and numbers."""
FORGOTTEN = "The text of this error was taken out when a source was forgotten."


def without_quotes(folder: Path) -> None:
    """Take the sentences out of all run logs; counts, times and codes stay. Can be repeated."""
    try:
        for path in sorted(folder.glob("*.jsonl")):
            before = path.read_bytes()
            whole = before[: before.rfind(b"\n") + 1]
            after = b"".join(_scrubbed(line) for line in whole.splitlines(keepends=True))
            if after != before:
                write_atomic(path, after)
    except OSError as error:
        raise_resource_error(error, folder)


def _scrubbed(line: bytes) -> bytes:
    event = orjson.loads(line)
    data = event.get("data", {})
    quoted = [name for name in QUOTING if isinstance(data.get(name), str)]
    if not quoted:
        return line
    event["data"] = {**data, **dict.fromkeys(quoted, FORGOTTEN)}
    return orjson.dumps(event) + b"\n"
