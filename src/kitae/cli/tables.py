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
    is_stopped = False
    for state in states:
        is_stopped = is_stopped or state.state in ("refused", "waiting", "failed")
        will_run = state.state == "missing" and "not asked for" not in state.why and not is_stopped
        why = ", ".join(state.why) or state.state
        table.add_row(say(f"stage.{state.name}", language), "yes" if will_run else "no", why)
    out.print(table)


def print_lineage(view: Sequence[dict[str, Any]], out: Console) -> None:
    """What each result was made from."""
    for entry in view:
        out.print(f"{entry['artifact']}  (code version {entry['stage_version']})", markup=False)
        for name, value in entry["inputs"].items():
            out.print(f"    {name}: {value[:16]}", markup=False)


def print_doctor(findings: dict[str, Any], out: Console) -> None:
    """The machine, line by line, then what is missing."""
    for name, value in findings.items():
        if name in ("packages", "missing", "optional", "can"):
            continue
        out.print(f"{name:>18}: {value}", markup=False)
    for name, found in findings["packages"].items():
        out.print(f"{name:>18}: {found or 'missing'}", markup=False)
    for gap in findings["missing"]:
        out.print(f"missing: {gap['what']}\n  how to get it: {gap['fix']}", markup=False)
    for gap in findings["optional"]:
        out.print(
            f"not needed, unless you use it: {gap['what']}\n  how to get it: {gap['fix']}",
            markup=False,
        )


def print_explanation(document: dict[str, Any], out: Console) -> None:
    """An explanation, or the list of what can be explained."""
    out.print(document["title"], style="bold", markup=False)
    for line in document["lines"]:
        out.print(line, markup=False, soft_wrap=True)


def print_verdict(evaluation: Evaluation, language: Language, out: Console) -> None:
    """The verdict in one sentence with its numbers, then what speaks against it."""
    from kitae.core.text import render
    from kitae.project.report.headline import reasons_against

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
    reasons = [render(reason, language) for reason in reasons_against(evaluation)]
    if reasons:
        out.print(say("report.sentence_gap", language).join(reasons), markup=False, soft_wrap=True)


def _table(*columns: str) -> Table:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="left", overflow="fold")
    return table
