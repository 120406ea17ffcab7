"""What `kitae init` shows of the files that it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kitae.core.text import render, say
from kitae.pipeline.recipe import RECIPE_NAME

if TYPE_CHECKING:
    from rich.console import Console

    from kitae.project.initialise import Initialised


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
        for note in proposal.notes:
            out.print(f"  {render(note, language)}", markup=False, soft_wrap=True)
        for number, sample in enumerate(proposal.samples, 1):
            question = _short(f"{sample.instruction} {sample.input}")
            out.print(f"  {number}. {question}", markup=False)
            out.print(f"     -> {_short(sample.output)}", markup=False)
    if made.values["choose"]["base"] == "kitae-spark":
        out.print(say("cli.spark_notice", language), soft_wrap=True)
    recipe = made.folder / RECIPE_NAME
    text = say("cli.next.after_init", language, recipe=str(recipe), folder=str(made.folder))
    out.print(text, soft_wrap=True)


def _short(text: str, width: int = 96) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
