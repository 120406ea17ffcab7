"""The data engine: speed, memory, quality, and other tools on the same rows. `make bench-data`.

usage: python -m bench.data [--quick] [--sizes N ...] [--peer-rows N] [--only TOOL ...] [--memory-rows N]

`--quick` takes 10,000 rows and no other tools. Scratch space, corpora and the other tools' environments are in --cache; the
tables are printed and kept there in `data.md`. Runs are made one after another, each on named cores; of several the one with
the least processor time counts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data.comparison import Comparison, compare
from bench.data.corpus import CorpusFiles, write_corpus
from bench.data.kitae_run import DEFAULTS, EVERYTHING, GATED, Machine, Run, Setting, run_kitae
from bench.data.measuring import FailedError
from bench.data.peers.tools import TOOLS
from bench.data.real_text import write_real_corpus
from bench.data.tables import cost_table, quality_table, stage_table, table

CACHE = Path(".cache/bench")
SIZES = (10_000, 100_000, 1_000_000)
QUICK = (10_000,)
REPEATED_UP_TO = 100_000
GATE_UP_TO = 100_000


@dataclass(frozen=True)
class Bench:
    """What is run.

    Attributes:
        cache: Folder for everything.
        out: Takes what is told, piece by piece.
        cores: Two cores; the first is the one that is used alone.
        repeats: Runs per figure, for sizes where they are quick.
        seconds: Limit of one run.
    """

    cache: Path
    out: Callable[[str], None]
    cores: tuple[int, int]
    repeats: int
    seconds: float

    def generated(self, count: int) -> CorpusFiles:
        """The generated corpus."""
        return write_corpus(self.cache / "corpus", count)

    def real(self, count: int) -> CorpusFiles:
        """The corpus of real text."""
        return write_real_corpus(self.cache / "corpus", count)

    def machine(self, workers: int = 1) -> Machine:
        """One core, or both."""
        return Machine(self.cache / "work", self.cores[:workers], self.seconds)

    def best(self, files: CorpusFiles, settings: Sequence[Setting]) -> list[Run]:
        """The best of several runs of each setting, taken in turns."""
        rounds = self.repeats if files.count <= REPEATED_UP_TO else 1
        runs = [
            [run_kitae(files, setting, self.machine()) for setting in settings]
            for _ in range(rounds)
        ]
        return [min(several, key=lambda run: run.cpu_s) for several in zip(*runs, strict=True)]


def speed(bench: Bench, sizes: Sequence[int]) -> None:
    """Kitae alone, on the generated corpus."""
    named: list[tuple[str, Run]] = []
    for count in sizes:
        settings = [DEFAULTS, EVERYTHING, *([GATED] if count <= GATE_UP_TO else [])]
        runs = bench.best(bench.generated(count), settings)
        named += [(setting.name, run) for setting, run in zip(settings, runs, strict=True)]
    bench.out("### From malformed JSONL to a leak-free dataset on disk, one core\n")
    bench.out(cost_table(named) + "\n\nMicroseconds of processor time per row:\n")
    bench.out(
        stage_table(named)
        + "\n\nWhat was planted and found (*long*: question and answer of 25 tokens or more):\n"
    )
    bench.out(quality_table([one for one in named if one[0] == DEFAULTS.name]) + "\n")


def real_quality(bench: Bench, count: int) -> None:
    """Kitae alone, on real text copied up."""
    bench.out("### Real text, copied up with real edits\n")
    try:
        run = run_kitae(bench.real(count), DEFAULTS, bench.machine())
    except FileNotFoundError as error:
        bench.out(f"skipped: {error}\n")
        return
    bench.out(cost_table([(DEFAULTS.name, run)]) + "\n")
    bench.out(quality_table([(DEFAULTS.name, run)]) + "\n")


def two_cores(bench: Bench, sizes: Sequence[int]) -> None:
    """Wall time on two cores beside one."""
    bench.out("### Two cores beside one\n")
    lines: list[list[str]] = []
    for count in sizes:
        files = bench.generated(count)
        try:
            both = run_kitae(files, DEFAULTS, bench.machine(2), judges=False)
        except FailedError as error:
            bench.out(f"skipped: {error}\n")
            return
        one = run_kitae(files, DEFAULTS, bench.machine(), judges=False)
        walls = [f"{one.wall_s:.2f}", f"{both.wall_s:.2f}", f"{one.wall_s / both.wall_s:.2f}"]
        lines.append([f"{count:,}", *walls, f"{one.cpu_s:.2f}", f"{both.cpu_s:.2f}"])
    head = "rows | one: wall s | two: wall s | times as fast | one: CPU s | two: CPU s"
    bench.out(table(head.split(" | "), lines) + "\n")


def peers(bench: Bench, count: int, only: Sequence[str]) -> None:
    """Other tools, on both corpora."""
    tools = [tool for tool in TOOLS if not only or any(name in tool.name for name in only)]
    corpora = {"generated": bench.generated, "real": bench.real}
    for name, corpus in corpora.items():
        bench.out(f"### Other tools, {name} text, one core\n")
        try:
            corpus(100)
        except FileNotFoundError as error:
            bench.out(f"skipped: {error}\n")
            continue
        comparison = Comparison(corpus, bench.cache, bench.cores[0], bench.seconds, count)
        bench.out(compare(comparison, tools) + "\n")


def memory(bench: Bench, count: int) -> None:
    """The most memory that a long run holds."""
    bench.out(f"### Memory at {count:,} rows\n")
    run = run_kitae(bench.generated(count), DEFAULTS, bench.machine(), judges=False)
    bench.out(cost_table([(DEFAULTS.name, run)]) + "\n")
    bench.out(stage_table([(DEFAULTS.name, run)]) + "\n")


def _bench(args: argparse.Namespace) -> Bench:
    args.cache.mkdir(parents=True, exist_ok=True)
    (args.cache / ".gitignore").write_text("*\n", encoding="utf-8")
    report = args.cache / "data.md"
    report.write_text("", encoding="utf-8")

    def out(text: str) -> None:
        print(text, flush=True)
        with report.open("a", encoding="utf-8") as file:
            file.write(text + "\n")

    return Bench(args.cache, out, tuple(args.cores), args.repeats, args.seconds)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 rows, no other tools")
    parser.add_argument("--sizes", type=int, nargs="*", help="rows of the runs of Kitae alone")
    parser.add_argument(
        "--peer-rows", type=int, default=100_000, help="rows for other tools; 0 for none"
    )
    parser.add_argument(
        "--only", nargs="*", default=[], help="of the other tools, those with this in their name"
    )
    parser.add_argument(
        "--memory-rows", type=int, help="only one long run, for its memory: 10000000"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1800, help="limit of one run")
    parser.add_argument("--cores", type=int, nargs=2, default=[0, 1])
    parser.add_argument("--cache", type=Path, default=CACHE)
    args = parser.parse_args()
    bench = _bench(args)
    if args.memory_rows:
        memory(bench, args.memory_rows)
        return
    sizes = args.sizes if args.sizes is not None else QUICK if args.quick else SIZES
    if sizes:
        speed(bench, sizes)
        real_quality(bench, min(max(sizes), REPEATED_UP_TO))
        two_cores(bench, [size for size in sizes if size >= REPEATED_UP_TO] or sizes)
    if args.peer_rows and not args.quick:
        peers(bench, args.peer_rows, args.only)


if __name__ == "__main__":
    sys.exit(main())
