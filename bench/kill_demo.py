"""The full demo, killed at seeded points, against an uninterrupted one: the hashes must be equal.

usage: python -m bench.kill_demo
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kitae import Project
from kitae.project.demo import make_demo

POINTS = (  # in the order of the way, so that each run reaches its point
    ("journal.half_written", "", 1),
    ("store.files_written", "generate", 1),
    ("stage.running", "clean", 1),
    ("tune.in_step", "", 25),
    ("tune.checkpoint_file", "", 2),
    ("tune.in_step", "", 60),
    ("store.files_written", "tune", 1),
    ("stage.progress", "evaluate", 2),
    ("store.manifest_written", "export", 1),
)
KILLED = -9


def child(folder: Path, *point: object) -> int:
    """Run the project in a process of its own, killed at a point; gives its return code."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "tests")}
    command = [sys.executable, "-m", "support.kill_child", str(folder), *map(str, point)]
    return subprocess.run(
        command, env=environment, check=False, stdout=subprocess.DEVNULL
    ).returncode


def ids(folder: Path) -> dict[str, str | None]:
    """Stage -> artifact id."""
    return {state.name: state.artifact for state in Project.open(folder).status()}


def main() -> None:
    """One project through all the kills, one through none."""
    with tempfile.TemporaryDirectory() as name:
        clean, killed = Path(name) / "clean", Path(name) / "killed"
        make_demo(clean)
        shutil.copytree(clean, killed)
        child(clean)
        wanted = ids(clean)
        print("| killed at | return code |\n|---|---|")
        codes = [child(killed, *point) for point in POINTS]
        for point, code in zip(POINTS, codes, strict=True):
            print(f"| {point} | {code} |")
        child(killed)
        got = ids(killed)
    same = got == wanted and all(wanted.values()) and set(codes) == {KILLED}
    print(f"\nhashes equal to the uninterrupted run: {'yes' if same else 'NO'}")
    for stage in wanted:
        if wanted[stage] != got[stage]:
            print(f"  {stage}: {wanted[stage]} / {got[stage]}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
