"""Data that nobody here wrote, through `init` and `run`: totals, the gate's verdict, before and after.

usage: python -m bench.real_data [--only NAME ...] [--until STAGE]
Reads the folder named by KITAE_REAL_DATA (default ../shared/data/real).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from kitae import Project

REAL = Path(os.environ.get("KITAE_REAL_DATA", "../shared/data/real"))


def projects() -> dict[str, list[Path]]:
    """Name of each project -> its files."""
    families = ("amazon_polarity", "common_gen", "rotten_tomatoes")
    named = {
        "alpaca_en": [REAL / "alpaca_en_demo.json"],
        "alpaca_zh": [REAL / "alpaca_zh_demo.json"],
        "identity": [REAL / "identity.json"],
        "seed_tasks": [REAL / "seed_tasks.jsonl"],
        "glaive_toolcall": [REAL / "glaive_toolcall_en_demo.json"],
    }
    named |= {
        f"{family} (all)": sorted((REAL / "t0").glob(f"{family}_*.jsonl")) for family in families
    }
    one_by_one = {
        path.stem: [path] for path in sorted((REAL / "t0").glob("rotten_tomatoes_*.jsonl"))
    }
    return named | one_by_one


def row_of(name: str, files: list[Path], folder: Path, until: str | None) -> str:
    """Run one project; a line of the table."""
    started = time.monotonic()
    project = Project.init(folder, files)
    result = project.run(until=until)
    balanced = all(state.counts is None or state.counts.balances for state in result.states)
    rows = next(s.counts for s in result.states if s.name == "collect" and s.counts)
    verdict = result.error.what.split("\n")[0] if result.error else "went through"
    evaluation = result.evaluation
    change = "-"
    if evaluation:
        low, high = evaluation.difference.ci95
        change = (
            f"{evaluation.metric} {evaluation.before.score:.3f} -> {evaluation.after.score:.3f} "
            f"({low:+.3f} to {high:+.3f}), {evaluation.verdict}, "
            f"{'usable' if evaluation.usability.is_usable else 'not usable'}"
        )
    code = result.error.exit_code if result.error else 0
    seconds = time.monotonic() - started
    return (
        f"| {name} | {rows.rows_in} | {rows.out} | {'yes' if balanced else 'NO'} | {code} | {verdict[:120]} "
        f"| {change} | {seconds:.0f} |"
    )


def main() -> None:
    """Print one line per project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--until")
    args = parser.parse_args()
    if not REAL.is_dir():
        print(f"skipped: no real data at {REAL}; set KITAE_REAL_DATA")
        return
    print(
        "| data | rows in | rows out | totals balance | exit | what stopped it | before -> after | s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as root:
        for index, (name, files) in enumerate(projects().items()):
            if not args.only or name in args.only:
                print(row_of(name, files, Path(root) / str(index), args.until), flush=True)


if __name__ == "__main__":
    main()
