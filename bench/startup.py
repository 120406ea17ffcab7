"""How long `kitae` takes to start, as a ratio to importing the libraries that any such command needs.

usage: python -m bench.startup [--rounds 15]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kitae import Project

BASELINE = "import typer, rich, pydantic"
RECIPE = "schema_version: 1\ncollect:\n  sources:\n    - path: data/rows.jsonl\n"
STATUS = ["-m", "kitae", "status"]


def wall_seconds(arguments: list[str], folder: Path) -> float:
    """Wall time of one process, in seconds."""
    started = time.perf_counter()
    command = [sys.executable, *arguments]
    subprocess.run(
        command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return time.perf_counter() - started


def touch(folder: Path) -> None:
    """Give the recipe another time of change."""
    (folder / "kitae.yaml").touch()


def initialise(folder: Path) -> None:
    """A new project in place of the old one."""
    shutil.rmtree(folder / "new", ignore_errors=True)
    command = [sys.executable, "-m", "kitae", "init", "new", "data/rows.jsonl"]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)


def nothing(_folder: Path) -> None:
    """Leave the folder as it is."""


CASES: dict[str, tuple[list[str], Callable[[Path], None]]] = {
    "baseline": (["-c", BASELINE], nothing),
    "import kitae": (["-c", "import kitae"], nothing),
    "kitae --help": (["-m", "kitae", "--help"], nothing),
    "kitae status": (STATUS, nothing),
    "kitae status, the first after kitae.yaml was touched": (STATUS, touch),
    "kitae status, the second after it": (STATUS, nothing),
    "kitae status, right after kitae init": (STATUS, initialise),
}
"""What is measured, and what is done to the folder just before it."""


def main() -> None:
    """Interleave the cases with the baseline, so that both see the same machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "kitae.yaml").write_text(RECIPE, encoding="utf-8")
        rows = [f'{{"instruction": "question {n}", "output": "answer {n}"}}' for n in range(60)]
        (folder / "data").mkdir()
        (folder / "data/rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
        result = Project.open(folder).run(until="build")
        if result.error:
            raise result.error
        seconds: dict[str, list[float]] = {case: [] for case in CASES}
        for _ in range(rounds + 1):
            for case, (arguments, before) in CASES.items():
                before(folder)
                place = folder / "new" if before is initialise else folder
                seconds[case].append(wall_seconds(arguments, place))
    base = statistics.median(seconds["baseline"][1:])
    print(f"| case | median s | ratio to `{BASELINE}` |\n|---|---|---|")
    for case, values in seconds.items():
        median = statistics.median(values[1:])
        print(f"| {case} | {median:.3f} | {median / base:.2f} |")


if __name__ == "__main__":
    main()
