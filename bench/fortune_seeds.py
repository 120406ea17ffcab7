"""The sample project with several seeds: before and after on the hand-written exam, one look per seed.

usage: python -m bench.fortune_seeds [--seeds 7 8 9]

Each seed is a project of its own: other rows are made, other weights start. The first twenty made rows are
other ones too, so the demo's verdicts do not cover them; they go on unread, by an override that says so.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from kitae import Project
from kitae.project.demo import make_demo
from kitae.records.evaluation import Evaluation


def one_seed(folder: Path, seed: int) -> Evaluation:
    """Run the sample project with a seed to the end of `evaluate`.

    Raises:
        RuntimeError: The way did not reach the evaluation.
    """
    make_demo(folder)
    recipe = folder / "kitae.yaml"
    text = recipe.read_text(encoding="utf-8").replace("seed: 7", f"seed: {seed}")
    recipe.write_text(text, encoding="utf-8")
    project = Project.open(folder)
    result = project.run(until="evaluate")
    if result.error and result.error.code == "waiting_for_person":
        project.override("review", "the benchmark runs with rows that nobody has read")
        result = project.run(until="evaluate")
    if result.evaluation is None:
        raise RuntimeError(str(result.error))
    return result.evaluation


def main() -> None:
    """Print one line per seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9])
    seeds = parser.parse_args().seeds
    print("| seed | n | before | after (95 % interval) | best constant | difference | verdict |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for seed in seeds:
            found = one_seed(Path(name) / str(seed), seed)
            low, high = found.after.ci95
            constant = f"{found.constant.score:.3f}" if found.constant else "-"
            print(
                f"| {seed} | {found.n} | {found.before.score:.3f} | {found.after.score:.3f} "
                f"({low:.3f} to {high:.3f}) | {constant} | {found.difference.score:+.3f} "
                f"({found.difference.ci95[0]:+.3f} to {found.difference.ci95[1]:+.3f}) | {found.verdict} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
