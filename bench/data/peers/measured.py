"""What every runner here does: read its arguments, take the time, tell. Standard library only.

A runner is started by the Python of its tool's environment as `RUNNER ROWS.jsonl FOLDER MODE`. Rows have `id`, `text` and
`tokens` (the text as Kitae's tokens, a blank between them). The time starts after the tool has been imported.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROWS, FOLDER, MODE = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]


def cpu_seconds() -> float:
    """Processor seconds, user and system, of this process and its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Measured:
    """Takes the time from when it is made."""

    def __init__(self) -> None:
        self._start = cpu_seconds()
        self._wall = time.perf_counter()

    def tell(self, kept: Iterable[str], entered: Iterable[str] | None = None) -> None:
        """Print what it cost, and write which rows were kept and which reached the removal of duplicates.

        Args:
            kept: Ids of the rows kept.
            entered: Ids of the rows before the removal of duplicates; None for all.
        """
        cpu, wall = cpu_seconds() - self._start, time.perf_counter() - self._wall
        rows = {"kept": numbers(kept), "entered": None if entered is None else numbers(entered)}
        (FOLDER / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        figures = {"start_s": self._start, "cpu_s": cpu, "wall_s": wall}
        print(json.dumps(figures), file=sys.__stdout__, flush=True)


def numbers(ids: Iterable[str]) -> list[int]:
    """The row numbers that ids such as `r12` mean (a text, as some tools lose an id that is 0)."""
    return [int(one[1:]) for one in ids]


def records(path: Path = ROWS) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
