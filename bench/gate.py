"""The gate on known trouble: defects planted in real sets, found or not; and what it says of the sets as they are.

usage: python -m bench.gate [--only SET ...] [--rates 0.01 0.05] [--defects NAME ...] [--alarms]
Reads the folder named by KITAE_REAL_DATA (default ../shared/data/real) and the sample project. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.planting.cases import (
    ROW_CASES,
    SET_CASES,
    SOUND_SAMPLES,
    Case,
    sound_sample,
)
from bench.planting.defects import Planted
from bench.planting.sets import REAL, RealSet, real_sets
from bench.planting.way import Judged, judged
from kitae.core.text import render
from kitae.stages.gate import GateConfig

TARGET = 0.95
PLANTED_HEAD = (
    "defect | check | language | planted rows | precision | recall | verdict | caught on the way"
    " | sound rows lost"
)
SAMPLE_SEEDS = range(5)


@dataclass
class Tally:
    """Planted rows, those found, rows named besides, and verdicts that were as they should be."""

    planted: int = 0
    found: int = 0
    others: int = 0
    runs: int = 0
    right: int = 0
    caught: int = 0
    lost: int = 0

    def cells(self) -> list[str]:
        """The cells of the table."""
        precision = self.found / max(1, self.found + self.others)
        recall = self.found / max(1, self.planted)
        mark = "" if min(precision, recall) >= TARGET else " **below**"
        return [
            str(self.planted),
            f"{precision:.3f}",
            f"{recall:.3f}{mark}",
            f"{self.right} of {self.runs}",
            f"{self.caught / max(1, self.planted):.3f}",
            str(self.lost),
        ]


def planted_table(
    sets: Sequence[RealSet], rates: Sequence[float], cases: Sequence[Case] = ROW_CASES
) -> list[str]:
    """Precision and recall per defect and language."""
    tallies: dict[tuple[str, str, str], Tally] = defaultdict(Tally)
    for base in sets:
        before: dict[tuple[GateConfig, bool], Judged] = {}
        for case in cases:
            if not case.is_for(base):
                continue
            for is_alone in (True, False):
                if (case.gate, is_alone) not in before:
                    before[case.gate, is_alone] = judged(
                        base.rows, case.gate, is_gate_alone=is_alone
                    )
            baselines = before[case.gate, True], before[case.gate, False]
            for number, rate in enumerate(rates):
                _count(tallies, base, case, (rate, Random(f"{base.name} {case.name} {number}")), baselines)  # fmt: skip
    return [
        f"| {name} | {check} | {language} | {' | '.join(tally.cells())} |"
        for (name, check, language), tally in tallies.items()
    ]


def _count(
    tallies: dict[tuple[str, str, str], Tally],
    base: RealSet,
    case: Case,
    drawn: tuple[float, Random],
    baselines: tuple[Judged, Judged],
) -> None:
    """Plant once; count by language of the planted set."""
    planted = case.plant(base, *drawn)
    tally = tallies[case.name, case.check, base.language]
    alone = judged(planted.rows, case.gate, is_gate_alone=True)
    named = alone.named.get(case.check, set())
    known = baselines[0].named.get(case.check, set())
    tally.planted += len(planted.ids)
    tally.found += len(named & planted.ids)
    tally.others += len(named - planted.ids - planted.twins - known)
    if drawn[0] >= case.from_share and len(planted.ids) >= case.from_rows:
        tally.runs += 1
        tally.right += alone.check(case.check).outcome in (case.outcome, "fail")
    _count_way(tally, judged(planted.rows, case.gate, is_gate_alone=False), planted, baselines[1])


def _count_way(tally: Tally, way: Judged, planted: Planted, before: Judged) -> None:
    """On the whole way: planted rows dropped, changed or named; sound rows that left besides."""
    as_planted = {e.id: (e.instruction, e.input, e.output, e.system) for e in planted.rows}
    everyone = set().union(*way.named.values()) if way.named else set()
    caught = sum(
        one in way.left or way.texts[one] != as_planted[one] or one in everyone
        for one in planted.ids
    )
    twins_gone = len(
        way.left & planted.twins - before.left
    )  # of two that say the same, either may leave
    tally.caught += min(len(planted.ids), caught + twins_gone)
    tally.lost += len(way.left - planted.ids - planted.twins - before.left)


def set_table(sets: Sequence[RealSet]) -> list[str]:
    """Verdicts on defects of whole sets and on their sound neighbours."""
    lines: list[str] = []
    for case in SET_CASES:
        wrong: list[str] = []
        bases = [base for base in sets if case.is_for(base)]
        for base in bases:
            rows = case.make(base, Random(f"{base.name} {case.name}"))
            result = judged(rows, is_gate_alone=True).check(case.check)
            if result.outcome != case.outcome:
                wrong.append(f"{base.name}: {result.outcome}")
        right = len(bases) - len(wrong)
        lines.append(
            f"| {case.name} | {case.check} | {case.outcome} | {right} of {len(bases)} | {'; '.join(wrong)} |"
        )
    return lines


def sound_table(sets: Sequence[RealSet]) -> list[str]:
    """Small sound sets, drawn from the real ones: how many fail, and at what."""
    lines: list[str] = []
    for number in SOUND_SAMPLES:
        for base in sets:
            fails, warns, runs = defaultdict(int), defaultdict(int), 0
            for seed in SAMPLE_SEEDS:
                rows = sound_sample(base, number, seed)
                if len(rows) < number:
                    continue
                runs += 1
                for check in judged(rows, is_gate_alone=False).verdict.checks:
                    fails[check.name] += check.outcome == "fail"
                    warns[check.name] += check.outcome == "warn"
            if runs:
                lines.append(f"| {base.name} | {number} | {runs} | {_listed(fails) or 'none'} | {_listed(warns)} |")  # fmt: skip
    return lines


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)


def alarms(sets: Iterable[RealSet]) -> list[str]:
    """All that the gate says of the sets as they are, each with its evidence, for reading."""
    lines: list[str] = []
    for base in sets:
        found = judged(base.rows, GateConfig(evidence_rows=50), is_gate_alone=False)
        lines.append(f"\n### {base.name} ({base.language}): {found.verdict.outcome}\n")
        for check in found.verdict.checks:
            if check.outcome == "pass" and not found.named.get(check.name):
                continue
            lines.append(f"- **{check.name}** {check.outcome}: {render(check.message)}")
            lines += [f"    - {row.text}" for row in check.evidence]
    return lines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--rates", nargs="*", type=float, default=[0.01, 0.05])
    parser.add_argument("--defects", nargs="*", help="only these defects of rows")
    parser.add_argument("--alarms", action="store_true", help="only what is said of sound sets")
    args = parser.parse_args()
    if not REAL.is_dir():
        print(f"skipped: no real data at {REAL}; set KITAE_REAL_DATA")
        return
    with tempfile.TemporaryDirectory() as folder:
        sets = [s for s in real_sets(Path(folder)) if not args.only or s.name in args.only]
    if args.defects:
        cases = [case for case in ROW_CASES if case.name in args.defects]
        _table(PLANTED_HEAD, planted_table(sets, args.rates, cases))
        return
    if not args.alarms:
        _print_tables(sets, args.rates)
    print("\n".join(alarms(sets)))


def _print_tables(sets: Sequence[RealSet], rates: Sequence[float]) -> None:
    _table(PLANTED_HEAD, planted_table(sets, rates))
    _table("set | check | wanted | right | wrong", set_table(sets))
    _table("drawn from | rows | runs | checks that fail | checks that warn", sound_table(sets))


def _table(head: str, lines: Sequence[str]) -> None:
    print(f"\n| {head} |\n|{'---|' * len(head.split('|'))}")
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
