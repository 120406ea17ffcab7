"""Commands on the data: diff, restore, forget, data report, data export."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kitae.cli.output import (
    FolderArgument,
    Format,
    FormatOption,
    LanguageOption,
    console,
    print_json,
)

FolderOption = Annotated[str, typer.Option("--dir", help="The project folder.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    for command in (diff, restore, forget):
        app.command()(command)
    data = typer.Typer(help="About the data.", no_args_is_help=True, rich_markup_mode=None)
    data.command()(report)
    data.command("export")(export_data)
    data.callback()(_data_group)
    app.add_typer(data, name="data")


def diff(
    older: Annotated[
        str, typer.Argument(metavar="[A]", help="An artifact's id, `previous` or `current`.")
    ] = "previous",
    newer: Annotated[str, typer.Argument(metavar="[B]", help="The same.")] = "current",
    folder: FolderOption = ".",
    rows: Annotated[int, typer.Option(help="At most this many rows of each kind.", min=0)] = 10,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Show how two versions of the data differ, row by row, and why."""
    from kitae.cli.data_tables import print_diff
    from kitae.project import Project
    from kitae.project.data.diff import diff as compare

    project = Project.open(folder)
    found = compare(project, older, newer)
    if output is Format.JSON:
        print_json(found)
    else:
        print_diff(found, chosen(language, project), console(), rows)


def restore(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="As `kitae show clean --dropped` tells.")
    ],
    folder: FolderOption = ".",
    undo: Annotated[bool, typer.Option("--undo", help="Take the restoration back.")] = False,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Bring rows back that clean dropped; later runs keep to it."""
    from kitae.cli.data_tables import print_restored
    from kitae.project import Project
    from kitae.project.data.restore import restore as restore_rows

    project = Project.open(folder)
    found = restore_rows(project, ids, undo=undo)
    if output is Format.JSON:
        print_json(found)
    else:
        print_restored(found, folder, chosen(language, project), console(), is_undo=undo)


def forget(
    folder: FolderArgument = ".",
    source: Annotated[
        str | None, typer.Option(help="Its name or path in kitae.yaml, or what rows call it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    files: Annotated[
        bool, typer.Option("--files", help="Delete the source's own files in this folder too.")
    ] = False,
    allow_again: Annotated[
        bool,
        typer.Option("--allow-again", help="Let kitae.yaml name the forgotten source again."),
    ] = False,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Remove a source and everything that descends from it, models included."""
    if allow_again:
        _allow_again(folder, source, language, output)
        return
    from kitae.cli.data_tables import print_forgetting, print_forgotten
    from kitae.project import Project
    from kitae.project.data import forget as forgetting

    project = Project.open(folder)
    words = chosen(language, project)
    plan = forgetting.plan_forgetting(project.root, source)
    document = forgetting.forgetting_document(project.root, plan)
    is_human = output is Format.HUMAN
    if is_human:
        print_forgetting(document, words, console(), with_files=files)
    is_wanted = yes or (is_human and asked(words))
    if is_wanted:
        forgetting.forget(project.root, plan, with_files=files)
    if not is_human:
        print_json({**document, "forgotten": is_wanted})
    else:
        print_forgotten(folder, words, console(), is_done=is_wanted)


def _allow_again(folder: str, source: str | None, language: str | None, output: Format) -> None:
    """Let a recipe name a forgotten source again."""
    from kitae.core.errors import UsageError
    from kitae.core.text import say
    from kitae.project import Project
    from kitae.project.data.forgotten import allow_again

    if source is None:
        raise UsageError("Nothing is named.", fix="`kitae forget --source NAME --allow-again`")
    project = Project.open(folder)
    found = allow_again(project.root, source)
    if output is Format.JSON:
        print_json(found)
    else:
        console().print(say("data.forget.allowed", chosen(language, project), source=source))


def _data_group() -> None:
    """About the data."""


def report(
    folder: FolderArgument = ".",
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Show where the rows went, languages, lengths, repetitions, and what the gate says."""
    from kitae.cli.data_report import print_data_report
    from kitae.project import Project
    from kitae.project.data.report import data_report

    project = Project.open(folder)
    words = chosen(language, project)
    found = data_report(project, words)
    if output is Format.JSON:
        print_json(found)
    else:
        print_data_report(found, folder, words, console())


def export_data(
    target: Annotated[
        str,
        typer.Argument(
            metavar="DIR", help="Where to; a new or empty folder, or an earlier export."
        ),
    ],
    folder: FolderOption = ".",
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--form",
            help="alpaca, jsonl, parquet, messages, sharegpt, llamafactory or axolotl; may be given"
            " several times. Default: the recipe's build.forms.",
        ),
    ] = None,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Write the finished dataset into a folder that can be uploaded or handed on."""
    from kitae.cli.data_tables import print_exported
    from kitae.project import Project
    from kitae.project.data.export import export_dataset

    project = Project.open(folder)
    words = chosen(language, project)
    found = export_dataset(project, target, form or ())
    if output is Format.JSON:
        print_json(found)
    else:
        print_exported(found, target, project.root, words, console())


def asked(language: Any) -> bool:  # noqa: ANN401
    """Whether the person says yes."""
    from kitae.core.text import say

    answer: str = typer.prompt(say("data.forget.ask", language), default="", show_default=False)
    return answer.strip().lower() in ("yes", "y", "はい", "是")


def chosen(language: str | None, project: Any) -> Any:  # noqa: ANN401
    """The language asked for, or else the recipe's.

    Raises:
        UsageError: It is not known.
    """
    from kitae.core.errors import UsageError
    from kitae.core.text import LANGUAGES

    wanted = language or project.recipe.language
    if wanted not in LANGUAGES:
        raise UsageError(f"The language {wanted!r} is not known.", fix="use en, ja or zh")
    return wanted
