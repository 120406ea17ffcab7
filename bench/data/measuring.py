"""Runs a command on named cores and tells what it cost."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_PAUSE_S = 0.05
_NICENESS = 5


class FailedError(Exception):
    """A command did not give its figures; the text says why."""


@dataclass(frozen=True)
class Memory:
    """The most memory that a process and its children held at a time, in MB.

    Attributes:
        resident: All of it, pages of files included.
        anonymous: What no file stands behind: arrays, Python objects, the heap.
    """

    resident: float
    anonymous: float


@dataclass(frozen=True)
class Command:
    """What is run.

    Attributes:
        arguments: Program and arguments.
        cores: It may run on these only.
        seconds: It is stopped after so long.
        folder: Where it runs; None for here.
    """

    arguments: Sequence[str]
    cores: Sequence[int]
    seconds: float = 3600
    folder: Path | None = None


def figures_of(command: Command) -> tuple[dict[str, Any], Memory]:
    """The JSON that a command prints last, and its memory.

    Raises:
        FailedError: It failed, or took too long.
    """
    process = subprocess.Popen(
        [*_confined(command.cores), *command.arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=command.folder,
    )
    watch = _Watch(process.pid)
    try:
        out, err = process.communicate(timeout=command.seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise FailedError(f"not done after {command.seconds:.0f} s") from None
    finally:
        watch.stop()
    lines = out.decode(errors="replace").strip().splitlines()
    if process.returncode or not lines:
        told = err.decode(errors="replace").strip().splitlines() or ["no output"]
        raise FailedError(f"exit {process.returncode}: {told[-1][:200]}")
    return json.loads(lines[-1]), watch.memory


def _confined(cores: Sequence[int]) -> list[str]:
    """What is put before a command to keep it on its cores, behind more urgent work."""
    return ["nice", "-n", str(_NICENESS), "taskset", "-c", ",".join(map(str, cores))]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and the children that it started."""
    family = psutil.Process(process.pid).children(recursive=True)
    for child in family:
        child.kill()
    process.kill()
    process.communicate()


class _Watch:
    """Looks at the memory of a process and its children, over and over."""

    def __init__(self, pid: int) -> None:
        self.memory = Memory(0.0, 0.0)
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_PAUSE_S):
            try:
                family = [
                    self._pid,
                    *(c.pid for c in psutil.Process(self._pid).children(recursive=True)),
                ]
            except psutil.Error:
                continue
            seen = [_memory_of(pid) for pid in family]
            self.memory = Memory(
                max(self.memory.resident, sum(one.resident for one in seen)),
                max(self.memory.anonymous, sum(one.anonymous for one in seen)),
            )


def _memory_of(pid: int) -> Memory:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return Memory(0.0, 0.0)
    kilobytes = {
        line.split(":")[0]: line.split()[1]
        for line in lines
        if line.startswith(("VmRSS", "RssAnon"))
    }
    return Memory(*(float(kilobytes.get(name, 0)) / 1024 for name in ("VmRSS", "RssAnon")))
