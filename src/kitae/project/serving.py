"""Serves a project's exported model, or talks to it."""

from __future__ import annotations

from collections.abc import Callable

from kitae.project.project import Project
from kitae.project.wiring import need_local


def serve_project(project: Project, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the exported model on the loopback address until it is stopped.

    Args:
        project: A project whose way has reached `export`.
        port: 0 takes a free one.
        on_ready: Called with the address and the token, ready to be shown.

    Raises:
        ConflictError: The port is in use.
        NotFoundError: Nothing has been exported yet.
    """
    need_local()
    from kitae.services.serve import ServeSettings, serve

    project.artifact("export")
    serve(
        project.load_tuned,
        name=project.recipe.name,
        port=port,
        on_ready=on_ready,
        folder=project.root / ".kitae",
        settings=ServeSettings(language=project.recipe.language),
    )


def chat_with_project(
    project: Project, read: Callable[[], str], write: Callable[[str], None]
) -> None:
    """Talk to the exported model: `read` gives the next line, `write` takes pieces of the answer."""
    need_local()
    from kitae.services.serve import chat

    chat(project.load_tuned(), read, write, language=project.recipe.language)
