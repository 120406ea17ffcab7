"""Commands that explain: doctor, explain, config."""

from __future__ import annotations

from typing import Annotated

import typer

from kitae.cli.output import Format, FormatOption, LanguageOption, console, print_json


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    app.command()(doctor)
    app.command()(explain)
    config = typer.Typer(help="About kitae.yaml.", no_args_is_help=True, rich_markup_mode=None)
    config.command()(schema)
    config.callback()(_config_group)
    app.add_typer(config, name="config")


def doctor(output: FormatOption = Format.HUMAN) -> None:
    """Show this machine: hardware, versions, disk, what is missing and how to get it."""
    from kitae.cli.tables import print_doctor
    from kitae.project.doctor import examine

    findings = examine()
    if output is Format.JSON:
        print_json(findings)
    else:
        print_doctor(findings, console())


def explain(
    term: Annotated[
        str | None, typer.Argument(help="A recipe key, a hyperparameter or a question.")
    ] = None,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Explain a recipe key or hyperparameter, or what fine-tuning is and how to choose."""
    from kitae.core.text import LANGUAGES
    from kitae.project.explain import explain_term, known_terms

    chosen = language if language in LANGUAGES else "en"
    document = explain_term(term, chosen) if term else known_terms(chosen)
    if output is Format.JSON:
        print_json(document)
        return
    from kitae.cli.tables import print_explanation

    print_explanation(document, console())


def _config_group() -> None:
    """About kitae.yaml."""


def schema() -> None:
    """Print the JSON Schema of kitae.yaml."""
    from kitae.pipeline.recipe import recipe_schema

    print_json(recipe_schema())
