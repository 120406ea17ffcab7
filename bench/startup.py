"""How long `kitae` takes to start, as a ratio to importing the libraries that any such command needs.

usage: python -m bench.startup [--rounds 15]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kitae import Project

BASELINE = "import typer, rich, pydantic"
RECIPE = "schema_version: 1\ncollect:\n  sources:\n    - path: rows.jsonl\n"
CASES = {
    "import kitae": ["-c", "import kitae"],
    "kitae --help": ["-m", "kitae", "--help"],
    "kitae status": ["-m", "kitae", "status"],
}


def wall_seconds(arguments: list[str], folder: Path) -> float:
    """Wall time of one process, in seconds."""
    started = time.perf_counter()
    command = [sys.executable, *arguments]
    subprocess.run(
        command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return time.perf_counter() - started


def main() -> None:
    """Interleave the cases with the baseline, so that both see the same machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "kitae.yaml").write_text(RECIPE, encoding="utf-8")
        rows = [f'{{"instruction": "question {n}", "output": "answer {n}"}}' for n in range(60)]
        (folder / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
        Project.open(folder).run(until="build")
        cases = {"baseline": ["-c", BASELINE], **CASES}
        seconds: dict[str, list[float]] = {case: [] for case in cases}
        for _ in range(rounds + 1):
            for case, arguments in cases.items():
                seconds[case].append(wall_seconds(arguments, folder))
    base = statistics.median(seconds["baseline"][1:])
    print(f"| case | median s | ratio to `{BASELINE}` |\n|---|---|---|")
    for case, values in seconds.items():
        median = statistics.median(values[1:])
        print(f"| {case} | {median:.3f} | {median / base:.2f} |")


if __name__ == "__main__":
    main()
