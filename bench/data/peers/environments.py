"""A virtual environment per tool, installed from the default package index where it is not there yet."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_SECONDS_TO_INSTALL = 900


class NotInstalledError(Exception):
    """A tool is not at hand; the text says why."""


@dataclass(frozen=True)
class Requirements:
    """What a tool's environment holds.

    Attributes:
        name: Of the tool, and of its environment's folder.
        packages: As pip takes them, versions pinned.
    """

    name: str
    packages: tuple[str, ...]


def environment(cache: Path, wanted: Requirements) -> Path:
    """The Python of a tool's environment.

    Raises:
        NotInstalledError: It would not install; nothing half-made is taken later.
    """
    folder = cache / "environments" / wanted.name
    python, mark = folder / "bin" / "python", folder / "installed.txt"
    packages = "\n".join(wanted.packages)
    if mark.exists() and mark.read_text(encoding="utf-8") == packages:
        return python.absolute()
    _quietly([sys.executable, "-m", "venv", "--clear", str(folder)])
    constraints = ["-c", str(HERE / "constraints.txt")]
    _quietly([str(python), "-m", "pip", "install", "-q", *constraints, *wanted.packages])
    mark.write_text(packages, encoding="utf-8")
    return python.absolute()


def _quietly(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS_TO_INSTALL
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstalledError(f"not installed after {error.timeout:.0f} s") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise NotInstalledError(lines[-1][:200])
