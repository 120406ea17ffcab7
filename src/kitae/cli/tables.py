"""How results look on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kitae.core.words import Language, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from kitae.records.evaluation import Evaluation
    from kitae.records.status import StageState


def print_reasons(states: Sequence[StageState], language: Language, out: Console) -> None:
    """Why each stage will or will not run."""
    table = _table("stage", "will run", "why")
    for state in states:
        runs = "no" if state.state in ("up_to_date", "refused", "waiting") else "yes"
        why = ", ".join(state.why) or state.state
        table.add_row(say(f"stage.{state.name}", language), runs, why)
    out.print(table)


def print_stage(view: dict[str, Any], out: Console) -> None:
    """Counts, reasons and rows of one stage."""
    out.print(f"{view['stage']}  ({view['artifact']})")
    if view["counts"]:
        out.print("  " + ", ".join(f"{name} {n}" for name, n in view["counts"].items()))
    for reason, count in view["reasons"].items():
        out.print(f"  {reason}: {count}")
    for row in view["dropped"]:
        text = _short(f"{row['instruction']} {row['input']} -> {row['output']}")
        out.print(
            f"  - [{row['reason']}] {row['source']} {row['locator']}: {text} ({row['detail']})",
            markup=False,
        )
    for row in view.get("rows", []):
        text = _short(f"{row['instruction']} {row['input']} -> {row['output']}")
        out.print(f"  {row['id']}  {row['side'] or '-'}  {text}", markup=False)
    for name, record in view.get("records", {}).items():
        out.print(f"  {name}:", markup=False)
        out.print_json(data=record)


def print_lineage(view: Sequence[dict[str, Any]], out: Console) -> None:
    """What each result was made from."""
    for entry in view:
        out.print(f"{entry['artifact']}  (code version {entry['stage_version']})", markup=False)
        for name, value in entry["inputs"].items():
            out.print(f"    {name}: {value[:16]}", markup=False)


def print_doctor(findings: dict[str, Any], out: Console) -> None:
    """The machine, line by line, then what is missing."""
    for name, value in findings.items():
        if name in ("packages", "missing", "can"):
            continue
        out.print(f"{name:>18}: {value}", markup=False)
    for name, found in findings["packages"].items():
        out.print(f"{name:>18}: {found or 'missing'}", markup=False)
    for gap in findings["missing"]:
        out.print(f"missing: {gap['what']}\n  how to get it: {gap['fix']}", markup=False)


def print_explanation(document: dict[str, Any], out: Console) -> None:
    """An explanation, or the list of what can be explained."""
    out.print(document["title"], style="bold", markup=False)
    for line in document["lines"]:
        out.print(line, markup=False, soft_wrap=True)


def print_verdict(evaluation: Evaluation, language: Language, out: Console) -> None:
    """The verdict in one sentence, with its numbers."""
    out.print(
        say(
            f"cli.verdict.{evaluation.verdict}",
            language,
            metric=evaluation.metric,
            before=f"{evaluation.before.score:.3f}",
            after=f"{evaluation.after.score:.3f}",
            n=evaluation.n,
            difference=f"{evaluation.difference.score:+.3f}",
            low=f"{evaluation.difference.ci95[0]:+.3f}",
            high=f"{evaluation.difference.ci95[1]:+.3f}",
        ),
        style="bold",
        soft_wrap=True,
    )


def _table(*columns: str) -> Table:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False)
    for index, name in enumerate(columns):
        table.add_column(name, justify="left" if index < 2 else "right")
    return table


def _short(text: str, width: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
