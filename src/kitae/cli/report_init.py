"""What `kitae init` shows of the files that it found."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from kitae.core.text import Language, render, say
from kitae.pipeline.recipe import RECIPE_NAME
from kitae.project.bases import is_from_hub

if TYPE_CHECKING:
    from rich.console import Console

    from kitae.project.initialise import Initialised
    from kitae.stages.collect.report import SourceReport


def init_document(made: Initialised) -> dict[str, Any]:
    """The JSON form: the recipe, and per file what was found with three sample rows."""
    return {
        "project": str(made.folder),
        "recipe": dict(made.values),
        "sources": [proposal.model_dump(mode="json") for proposal in made.proposals],
    }


def print_init(made: Initialised, out: Console) -> None:
    """What was found in each file, three rows of it, and what to type next."""
    language = made.values["language"]
    for proposal in made.proposals:
        source = proposal.source
        out.print(f"{source.path}", style="bold", markup=False)
        for line in _form_lines(proposal.report, language):
            out.print(f"  {line}", markup=False, soft_wrap=True)
        for note in proposal.notes:
            out.print(f"  {render(note, language)}", markup=False, soft_wrap=True)
        for number, sample in enumerate(proposal.samples, 1):
            question = _short(f"{sample.instruction} {sample.input}")
            out.print(f"  {number}. {question}", markup=False)
            out.print(f"     -> {_short(sample.output)}", markup=False)
    for note in made.notes:
        out.print(render(note, language), markup=False, soft_wrap=True)
    for source in made.remote:
        out.print(say("cli.init.remote", language, source=source.title), soft_wrap=True)
    base = made.values["choose"]["base"]
    if is_from_hub(base):
        out.print(say("cli.init.hub_base", language, base=base), markup=False, soft_wrap=True)
    if base == "kitae-spark":
        out.print(say("cli.spark_notice", language), soft_wrap=True)
    recipe = made.folder / RECIPE_NAME
    folder = shlex.quote(str(made.folder))
    text = say("cli.next.after_init", language, recipe=str(recipe), folder=folder)
    out.print(text, markup=False, soft_wrap=True)


def _form_lines(report: SourceReport, language: Language) -> list[str]:
    """What kind of file it is, and which column stands for what."""
    lines = [say("cli.init.format", language, format=report.format, rows=report.rows_in)]
    if report.columns:
        pairs = [
            say("cli.init.column", language, column=column, field=field)
            for field, column in report.columns.items()
        ]
        lines.append(say("cli.init.columns", language, columns=", ".join(pairs)))
    elif report.forms:
        lines.append(say("cli.init.shape", language, shape=", ".join(report.forms)))
    return lines


def _short(text: str, width: int = 96) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
