"""Commands on a tuned model: serve, chat."""

from __future__ import annotations

from typing import Annotated

import typer

from kitae.cli.output import FolderArgument, notes


def register(app: typer.Typer) -> None:
    """Add the commands of this file to the command line."""
    for command in (serve, chat):
        app.command()(command)


def serve(
    folder: FolderArgument = ".",
    port: Annotated[int, typer.Option(help="On the loopback address.", min=0, max=65535)] = 8080,
) -> None:
    """Serve the tuned model as an OpenAI-compatible API on this machine."""
    from kitae.project import Project
    from kitae.project.serving import serve_project

    serve_project(
        Project.open(folder), port, on_ready=lambda text: notes().print(text, soft_wrap=True)
    )


def chat(folder: FolderArgument = ".") -> None:
    """Talk to the tuned model here; an empty line or Ctrl-D ends it."""
    from kitae.project import Project
    from kitae.project.serving import chat_with_project

    chat_with_project(Project.open(folder), read=lambda: input("> "), write=_write)


def _write(text: str) -> None:
    typer.echo(text, nl=False)
