"""What was measured, as tables in Markdown."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from bench.data.kitae_run import Run
from bench.data.peers.tools import PeerRun
from bench.data.truth import EDIT_BOUNDS, LANGUAGES, Quality

_GROUPS = ("all", *LANGUAGES)
EQUAL_PRECISION = 0.99


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def cost_table(runs: Sequence[tuple[str, Run]]) -> str:
    """Speed and memory, a line per run with its name."""
    head = "rows | MB | recipe | CPU s | wall s | records per CPU s | MB per CPU s | peak MB | of it anonymous | start s | first use s"
    return table(
        head.split(" | "),
        (
            [
                f"{run.rows:,}",
                f"{run.megabytes:.1f}",
                name,
                f"{run.cpu_s:.2f}",
                f"{run.wall_s:.2f}",
                f"{run.records_per_s:,.0f}",
                f"{run.mb_per_s:.1f}",
                f"{run.memory.resident:.0f}",
                f"{run.memory.anonymous:.0f}",
                f"{run.start_s:.1f}",
                f"{run.warm_s:.1f}",
            ]
            for name, run in runs
        ),
    )


def stage_table(runs: Sequence[tuple[str, Run]]) -> str:
    """Microseconds of processor time per row and stage: equal numbers mean a cost that is linear."""
    stages = list(dict.fromkeys(stage for _, run in runs for stage in run.stages))
    return table(
        ["rows", "recipe", *stages, "all"],
        (
            [
                f"{run.rows:,}",
                name,
                *(f"{run.stages.get(stage, 0) / run.rows * 1e6:.1f}" for stage in stages),
                f"{run.cpu_s / run.rows * 1e6:.1f}",
            ]
            for name, run in runs
        ),
    )


def quality_table(runs: Sequence[tuple[str, Run]]) -> str:
    """Recall per language and range of edits, precision, groups across sides."""
    edges = [f"{edge * 100:.0f}" for edge in EDIT_BOUNDS]
    ranges = [f"{low} to {high} %" for low, high in itertools.pairwise(edges)]
    head = ["rows", "recipe", "language", "near, long", *ranges, "near, every length"]
    tail = ["exact", "precision", "removed", "groups across sides, long", "every length"]
    lines: list[list[str]] = []
    for name, run in runs:
        if run.quality is None:
            continue
        for group in _GROUPS:
            shares = [run.quality.long[group], *run.quality.by_edit[group], run.quality.near[group]]
            line = [f"{run.rows:,}", name, group, *map(share, shares)]
            lines.append([*line, *(_whole(run, run.quality) if group == "all" else [""] * 5)])
    return table([*head, *tail], lines)


def _whole(run: Run, quality: Quality) -> list[str]:
    return [
        share(quality.exact),
        share(quality.precision, 4),
        f"{quality.removed:,}",
        " of ".join(map(str, run.straddling_long)),
        " of ".join(map(str, run.straddling)),
    ]


def peer_head() -> Sequence[str]:
    """Columns of the table of other tools."""
    names = (
        "tool | what it does | rows | CPU s | wall s | peak MB | × Kitae, same steps | × Kitae, everything"
        " | near (en / ja / zh) | near, long | exact | precision"
    )
    return names.split(" | ")


def peer_line(run: PeerRun, what: str, same_steps: float, everything: float) -> list[str]:
    """One line of the table of other tools.

    Args:
        run: What was measured.
        what: The operating point.
        same_steps: Processor seconds per row of Kitae with the same steps.
        everything: The same of the whole pipeline.
    """
    each = run.cpu_s / run.rows
    costs = [f"{run.cpu_s:.2f}", f"{run.wall_s:.2f}", f"{run.memory.resident:.0f}"]
    ratios = [f"{each / same_steps:.1f}", f"{each / everything:.1f}"]
    return [run.tool.name, what, f"{run.rows:,}", *costs, *ratios, *_found(run.quality)]


def kitae_line(name: str, what: str, run: Run, everything: float) -> list[str]:
    """The pipeline in the table of other tools."""
    costs = [f"{run.cpu_s:.2f}", f"{run.wall_s:.2f}", f"{run.memory.resident:.0f}"]
    found = _found(run.quality) if run.quality else []
    return [
        name,
        what,
        f"{run.rows:,}",
        *costs,
        "",
        f"{run.cpu_s / run.rows / everything:.1f}",
        *found,
    ]


def _found(quality: Quality) -> list[str]:
    each = " / ".join(share(quality.near[name]) for name in LANGUAGES)
    return [
        f"{share(quality.near['all'])} ({each})",
        share(quality.long["all"]),
        share(quality.exact),
        share(quality.precision, 4),
    ]


def at_equal_precision(runs: Sequence[PeerRun]) -> str:
    """Per tool, the best recall among the operating points that remove next to nothing wrongly."""
    names = list(dict.fromkeys(run.tool.name for run in runs))
    lines: list[list[str]] = []
    for name in names:
        sound = [
            run
            for run in runs
            if run.tool.name == name and run.quality.precision >= EQUAL_PRECISION
        ]
        best = max(sound, key=lambda run: run.quality.near["all"], default=None)
        if best is None:
            lines.append([name, "none", "", "", ""])
            continue
        quality = best.quality
        figures = (
            share(quality.near["all"]),
            share(quality.long["all"]),
            share(quality.precision, 4),
        )
        lines.append([name, best.tool.modes[best.mode], *figures])
    head = [
        "tool",
        f"its best point with precision {EQUAL_PRECISION} or more",
        "near",
        "near, long",
        "precision",
    ]
    return table(head, lines)


def share(value: float, digits: int = 3) -> str:
    """A share as text; `-` where there was nothing to find."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"
