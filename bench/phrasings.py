"""The exam's phrasings against everything that the model learns from: base text, train side, made rows.

usage: python -m bench.phrasings [--rows 120000]
Writes the base's generated text (as much of it as pre-training reads, and more) and the made rows to a temporary folder, then
runs bench/fortune_distance.py over them; fails when a test phrasing is within 0.25 (normalised Levenshtein, slot words masked) of a
row that somebody wrote or that was recombined, or within 0.2 of the base's text, which holds two hundred thousand random sentences.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from kitae import Project
from kitae.project.demo import make_demo

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "examples" / "fortune" / "data"


def main() -> None:
    """Make the texts, measure the distances."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=120_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base_text = folder / "base-text.jsonl"
        with base_text.open("w", encoding="utf-8") as stream:
            command = [sys.executable, str(ROOT / "spark" / "corpus.py"), "--rows", str(rows)]
            subprocess.run(command, stdout=stream, check=True)
        make_demo(folder / "demo")
        project = Project.open(folder / "demo")
        project.run(until="build")
        made = project.artifact("build").file("jsonl") / "train.jsonl"
        written = [DATA / "examples.jsonl", DATA / "dev.jsonl", made]
        codes = [distance(written, 0.25), distance([base_text], 0.2)]
    sys.exit(max(codes))


def distance(against: list[Path], limit: float) -> int:
    """Print the nearest pairs; 0 when none is within the limit."""
    print(f"\nlimit {limit}", flush=True)
    script = str(ROOT / "bench" / "fortune_distance.py")
    command = [sys.executable, script, "--max-shown", "5", "--limit", str(limit)]
    return subprocess.run([*command, "--against", *map(str, against)], check=False).returncode


if __name__ == "__main__":
    main()
