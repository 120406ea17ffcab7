"""Commands on a project folder: init, run, demo, status, show, lineage, review, override, report."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kitae.cli.output import (
    FolderArgument,
    Format,
    FormatOption,
    LanguageOption,
    console,
    notes,
    print_json,
)

if TYPE_CHECKING:
    from kitae.project import Project, RunResult
    from kitae.records.store import Artifact


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    for command in (init, run, demo, status, show, lineage, review, override, report):
        app.command()(command)


def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder to make.")],
    files: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files, folders, archives, or hub:owner/name."),
    ],
    base: Annotated[
        str | None, typer.Option(help="The base model: a local folder or a hub id (owner/name).")
    ] = None,
    grow: Annotated[
        int | None, typer.Option(help="Make about this many rows from yours; off unless given.")
    ] = None,
    test: Annotated[
        list[str] | None, typer.Option("--test", help="A file that is only for the test.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of the files, if the guess is wrong.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a spreadsheet.")] = None,
    header_row: Annotated[int | None, typer.Option(help="Of a spreadsheet, from 1.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN, e.g. instruction=Question.")
    ] = None,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Make a project from your files: look at them, copy them, write kitae.yaml."""
    from kitae.cli.report_init import init_document, print_init
    from kitae.project import Project
    from kitae.project.bases import is_from_hub
    from kitae.project.initialise import InitOptions, initialise

    options = InitOptions.from_words(
        base=base,
        grow=grow,
        test_files=tuple(Path(t) for t in test or ()),
        encoding=encoding,
        sheet=sheet,
        header_row=header_row,
        mapping=tuple(mapping or ()),
        language=language,
    )
    made = initialise(Path(folder), files, options)
    if not (made.remote or is_from_hub(made.values["choose"]["base"])):
        Project.open(folder).look_and_keep()
    if output is Format.JSON:
        print_json(init_document(made))
    else:
        print_init(made, console())


def run(
    folder: FolderArgument = ".",
    until: Annotated[str | None, typer.Option(help="The last stage to run.")] = None,
    from_stage: Annotated[
        str | None, typer.Option("--from", help="Run this stage and all after it again.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why each stage will run or not; run nothing.")
    ] = False,
    backend: Annotated[
        str, typer.Option(help="Where rows are worked on: local, ray, or ray://HOST:PORT.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option(help="Parts worked on at a time; default: the cores, up to 8.")
    ] = None,
    refresh: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Take this remote source as it is now."),
    ] = None,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> int:
    """Run every stage that must run, in order."""
    from kitae.project.wiring import check_backend

    check_backend(backend, workers)
    for name in refresh or ():
        _refresh(folder, name)
    if explain:
        return _explain_run(folder, output, until=until, from_stage=from_stage)
    where = Where(backend, workers)
    project, result = run_project(folder, language, where, until=until, from_stage=from_stage)
    if output is Format.JSON:
        print_json({**project.document(result), **_written(project, result, language)})
    elif result.error is None:
        _print_end(project, result, language)
    return finish(result, output)


def _refresh(folder: str, name: str) -> None:
    from kitae.project import Project

    Project.open(folder).refresh(name)


def demo(
    folder: Annotated[str, typer.Option("--dir", help="Where to put it.")] = "kitae-demo",
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> int:
    """Run the sample project through every stage, offline."""
    from kitae.core.text import say
    from kitae.project.demo import make_demo
    from kitae.project.wiring import need_local

    need_local()
    chosen = _language(language, "en")
    started = time.monotonic()
    out = notes()
    out.print(say("cli.demo.start", chosen))
    make_demo(Path(folder))
    out.print(say("cli.demo.review", chosen))
    project, result = run_project(folder, language)
    if output is Format.JSON:
        duration_s = round(time.monotonic() - started, 2)
        written = _written(project, result, language)
        print_json({**project.document(result), "duration_s": duration_s, **written})
    elif result.error is None:
        _print_end(project, result, language)
        out.print(say("cli.next.after_demo", chosen))
    return finish(result, output)


def status(folder: FolderArgument = ".", output: FormatOption = Format.HUMAN) -> None:
    """Show how far the project is, stage by stage."""
    from kitae.cli.states import print_status
    from kitae.project import Project

    project = Project.open(folder)
    result = project.look_and_keep()
    print_status(project.document(result), is_json=output is Format.JSON)
    if output is Format.HUMAN and _has_failed(result):
        finish(result, output)


def show(
    stage: Annotated[str, typer.Argument(help="A stage, e.g. clean.")],
    folder: FolderArgument = ".",
    dropped: Annotated[
        bool, typer.Option("--dropped", help="Only rows that left, and why.")
    ] = False,
    rows: Annotated[int, typer.Option(help="At most this many rows.", min=0)] = 10,
    check: Annotated[
        str | None, typer.Option(help="Of the gate: only the rows that this check concerns.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Of the gate: every row that a check concerns.")
    ] = False,
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Show what a stage gave: rows, and each row that left with its reason."""
    from kitae.cli.paper import Paper
    from kitae.cli.show import render_stage
    from kitae.project import Project
    from kitae.project.report.words import Words
    from kitae.project.views import stage_view

    project = Project.open(folder)
    artifact = project.artifact(stage)
    view = stage_view(artifact, rows, only_dropped=dropped or check is not None)
    view |= _concerned(project, artifact, None if every else rows, check)
    if output is Format.JSON:
        print_json(view)
    else:
        chosen = _language(language, project.recipe.language)
        render_stage(
            view, project.stage_report(artifact), Paper(Words(chosen), console(), project.root)
        )


def _concerned(
    project: Project, artifact: Artifact, most: int | None, check: str | None
) -> dict[str, Any]:
    """The rows behind the findings of the gate; nothing for other stages.

    Raises:
        UsageError: Another stage is asked for the rows of a check, or the gate has no such check.
    """
    from kitae.core.errors import UsageError
    from kitae.project.data.concerned import concerned_rows

    stage = artifact.manifest.stage
    if stage == "gate":
        found = concerned_rows(artifact, project.artifact("build"), most=most, check=check)
        return {"concerned": found}
    if check is not None or most is None:
        raise UsageError(f"The stage {stage!r} has no checks.", fix="`kitae show gate --all`")
    return {}


def lineage(folder: FolderArgument = ".", output: FormatOption = Format.HUMAN) -> None:
    """Show what each result was made from, by hash."""
    from kitae.cli.tables import print_lineage
    from kitae.project import Project
    from kitae.project.views import lineage_view

    view = lineage_view(Project.open(folder).artifacts())
    if output is Format.JSON:
        print_json(view)
    else:
        print_lineage(view, console())


def review(
    folder: FolderArgument = ".",
    reviewer: Annotated[str, typer.Option(help="Your name, kept with each verdict.")] = "",
    language: LanguageOption = None,
) -> int:
    """Read the first made rows and accept, edit or reject each."""
    from kitae.cli.review import review_in_terminal
    from kitae.project import Project

    project = Project.open(folder)
    with project.reviewing(reviewer) as session:
        return review_in_terminal(session, _language(language, project.recipe.language))


def override(
    stage: Annotated[str, typer.Argument(help="gate, plan or review.")],
    folder: FolderArgument = ".",
    reason: Annotated[str, typer.Option(help="Why; goes into report and model card.")] = "",
) -> None:
    """Go on past a verdict, with a typed reason."""
    from kitae.core.text import say
    from kitae.project import Project

    project = Project.open(folder)
    project.override(stage, reason)
    text = say("cli.override_kept", project.recipe.language, folder=shlex.quote(folder))
    notes().print(text, soft_wrap=True)


def report(
    folder: FolderArgument = ".",
    language: LanguageOption = None,
    output: FormatOption = Format.HUMAN,
) -> None:
    """Write the report (HTML), and show it here in short."""
    from kitae.cli.report import render_terminal
    from kitae.core.text import say
    from kitae.project import Project

    project = Project.open(folder)
    chosen = _language(language, project.recipe.language)
    path = project.write_report(chosen)
    result = project.look()
    if output is Format.JSON:
        print_json({**project.document(result), "report": str(path)})
        return
    render_terminal(project.report(), chosen, console(), project.root)
    console().print(say("cli.report_written", chosen, path=str(path)))


@dataclass(frozen=True)
class Where:
    """Where the rows of a run are worked on.

    Attributes:
        backend: As `Project.run` takes it.
        workers: As `Project.run` takes it.
    """

    backend: str = "local"
    workers: int | None = None


def run_project(
    folder: str,
    language: str | None,
    where: Where | None = None,
    *,
    until: str | None = None,
    from_stage: str | None = None,
) -> tuple[Project, RunResult]:
    """Run a project with live progress on stderr."""
    from kitae.cli.screen import make_screen
    from kitae.pipeline.recipe import RECIPE_NAME, load_recipe
    from kitae.project import Project

    where = where or Where()
    recipe = load_recipe(Path(folder) / RECIPE_NAME)
    screen = make_screen(_language(language, recipe.language))
    project = Project(Path(folder), recipe, events=screen)
    try:
        return project, project.run(
            until=until, from_stage=from_stage, backend=where.backend, workers=where.workers
        )
    finally:
        screen.close()


def finish(result: RunResult, output: Format) -> int:
    """The exit code of a run; the error is printed here when it is not in the JSON already."""
    from kitae.cli.output import print_error

    if result.error is None:
        return 0
    if output is Format.HUMAN:
        print_error(result.error, as_json=False)
    return result.error.exit_code


def _explain_run(folder: str, output: Format, *, until: str | None, from_stage: str | None) -> int:
    from kitae.cli.tables import print_reasons
    from kitae.project import Project

    project = Project.open(folder)
    result = project.look(until=until, from_stage=from_stage)
    if output is Format.JSON:
        print_json(project.document(result))
    else:
        print_reasons(result.states, project.recipe.language, console())
    return finish(result, output) if _has_failed(result) else 0


def _has_failed(result: RunResult) -> bool:
    """Whether a stage could not even be looked at; a verdict that says no is no failure."""
    return any(state.state == "failed" for state in result.states)


def _print_end(project: Project, result: RunResult, language: str | None) -> None:
    from kitae.cli.tables import print_verdict
    from kitae.core.text import say

    chosen = _language(language, project.recipe.language)
    out = console()
    if all(state.state == "up_to_date" for state in result.states):
        out.print(say("cli.all_up_to_date", chosen))
    if result.evaluation is None:
        return
    print_verdict(result.evaluation, chosen, out)
    if project.recipe.choose.base == "kitae-spark":
        out.print(say("cli.spark_notice", chosen), soft_wrap=True)
    path = project.write_report(chosen)
    out.print(say("cli.report_written", chosen, path=str(path)), soft_wrap=True)
    if result.bundle:
        out.print(say("cli.bundle_written", chosen, path=str(result.bundle)), soft_wrap=True)
    next_line = say("cli.next.after_run", chosen, folder=shlex.quote(str(project.root)))
    out.print(next_line, soft_wrap=True)


def _written(project: Project, result: RunResult, language: str | None) -> dict[str, str | None]:
    """Write the report of a run that came to a measurement; where it and the model are."""
    is_measured = result.error is None and result.evaluation is not None
    chosen = _language(language, project.recipe.language)
    return {
        "report": str(project.write_report(chosen)) if is_measured else None,
        "bundle": str(result.bundle) if result.bundle else None,
    }


def _language(wanted: str | None, default: str) -> Any:  # noqa: ANN401
    from kitae.core.errors import UsageError
    from kitae.core.text import LANGUAGES

    chosen = wanted or default
    if chosen not in LANGUAGES:
        raise UsageError(f"The language {chosen!r} is not known.", fix="use en, ja or zh")
    return chosen
