"""Kitae and other tools on the same rows, in one table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.data.corpus import CorpusFiles
from bench.data.kitae_run import DEFAULTS, FEW_STEPS, Machine, Run, run_kitae
from bench.data.measuring import FailedError
from bench.data.peers.environments import NotInstalledError
from bench.data.peers.tools import ALONE, PeerRun, Place, Tool, run_tool
from bench.data.tables import at_equal_precision, kitae_line, peer_head, peer_line, table

READING = """\
*Same steps*: beside rensa and text-dedup, Kitae's removal of duplicates alone, on the same rows, read and written as JSONL; beside
datatrove and Data-Juicer, the whole pipeline with only mending, mail addresses, length, signs, repetition and duplicates switched on
(it splits and guards against leaks besides). *Everything*: the pipeline with its default checks, from the raw file. Both are
measured on as many rows as the tool had. Other tools get rows that are sound JSON already, one text each; those that mend nothing
get no mojibake. Imports and compilation are not counted on either side.

A tool's first row is as it comes, its second at Kitae's operating point (pairs of neighbouring tokens, Jaccard 0.5, 32 bands of 4);
**a difference in recall between its two rows is an operating point and nothing else**, and so is a difference between Kitae and a
tool's defaults: at the same point the others find as many copies of long texts or more. What is Kitae's own: question and answer must
be near together and, to a lesser degree, each by itself, and texts under 25 tokens have a rule of their own. So it keeps what only shares a form (precision on real text), and
for the same reason it keeps copies of short texts in which a word was changed (near, every length)."""


@dataclass
class Comparison:
    """Where a comparison runs, and what Kitae took there.

    Attributes:
        corpus: Number of rows -> the corpus.
        cache: Folder for everything.
        core: The one core that is used.
        seconds: Limit of one run.
        count: Rows.
    """

    corpus: Callable[[int], CorpusFiles]
    cache: Path
    core: int
    seconds: float
    count: int
    _kitae: dict[int, _Kitae] = field(default_factory=dict[int, "_Kitae"])

    def place(self) -> Place:
        """Where tools run."""
        return Place(self.cache, self.core, self.seconds)

    def kitae(self, count: int) -> _Kitae:
        """Kitae on so many rows, measured once."""
        if count not in self._kitae:
            files, machine = (
                self.corpus(count),
                Machine(self.cache / "work", (self.core,), self.seconds),
            )
            full, few = (run_kitae(files, setting, machine) for setting in (DEFAULTS, FEW_STEPS))
            alone = run_tool(ALONE, "defaults", files, self.place())
            self._kitae[count] = _Kitae(full, few, alone)
        return self._kitae[count]


@dataclass(frozen=True)
class _Kitae:
    """The whole pipeline, the one with few steps, the removal of duplicates alone."""

    full: Run
    few: Run
    alone: PeerRun

    @property
    def everything(self) -> float:
        """Processor seconds per row of the whole pipeline."""
        return self.full.cpu_s / self.full.rows

    def same_steps(self, tool: Tool) -> float:
        """Processor seconds per row with the steps of a tool."""
        if tool.mends:
            return self.few.cpu_s / self.few.rows
        return self.alone.cpu_s / self.alone.rows

    def lines(self) -> list[list[str]]:
        """Its rows of the table."""
        alone = self.alone.cpu_s / self.alone.rows
        return [
            kitae_line(
                "**Kitae**", "everything: default checks, split, build", self.full, self.everything
            ),
            kitae_line("**Kitae**", FEW_STEPS.name, self.few, self.everything),
            peer_line(self.alone, ALONE.modes["defaults"], alone, self.everything),
        ]


def compare(comparison: Comparison, tools: Sequence[Tool]) -> str:
    """The tables and how to read them."""
    lines: list[list[str]] = []
    runs: list[PeerRun] = []
    skipped: list[str] = []
    told: set[int] = set()
    for tool in sorted(tools, key=lambda tool: -min(tool.most_rows, comparison.count)):
        count = min(tool.most_rows, comparison.count)
        kitae = comparison.kitae(count)
        if count not in told:
            lines += kitae.lines()
            runs += [kitae.alone]
            told.add(count)
        for mode, what in tool.modes.items():
            try:
                run = run_tool(tool, mode, comparison.corpus(count), comparison.place())
            except (NotInstalledError, FailedError) as error:
                skipped.append(f"{tool.name}, {mode}: skipped, {error}.")
                continue
            print(f"measured: {tool.name}, {mode}, {run.cpu_s:.1f} s", file=sys.stderr, flush=True)
            lines.append(
                peer_line(run, f"{mode}: {what}", kitae.same_steps(tool), kitae.everything)
            )
            runs.append(run)
    parts = [table(peer_head(), lines), *skipped, READING, at_equal_precision(runs)]
    return "\n\n".join(parts)
