"""Commands in messages, completed so that they work where the person stands.

A stage says `kitae run`; whoever opened the project by its folder has to type `kitae run FOLDER`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kitae.core.errors import KitaeError

WITHOUT_STAGE = ("run", "review", "status", "report", "lineage", "serve", "chat")
WITH_STAGE = ("show", "override")
_PROJECT_COMMAND = re.compile(
    rf"(?P<verb>\bkitae (?:(?:{'|'.join(WITHOUT_STAGE)})|(?:{'|'.join(WITH_STAGE)}) [\w{{}}]+))"
    r"(?=`|$|[.,;)\n]| +-| +&&)"
)
"""A command on a project that names no folder: what follows ends it, or is an option."""


def with_folder(text: str, folder: Path) -> str:
    """A text whose project commands name the folder; those that name one already stay as they are.

    Args:
        text: What is said to a person, e.g. "type `kitae run --from gate`".
        folder: The project as it was opened; nothing has to be said of the present folder.
    """
    if folder == Path():
        return text
    word = shlex.quote(str(folder))
    return _PROJECT_COMMAND.sub(lambda found: f"{found['verb']} {word}", text)


def addressed(error: KitaeError, folder: Path) -> KitaeError:
    """The same error, its commands completed with the folder."""
    error.fix = error.fix and with_folder(error.fix, folder)
    error.where = error.where and with_folder(error.where, folder)
    return error


def addressed_document(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A kept status document, the commands of its error completed with the folder."""
    error: dict[str, Any] | None = document.get("error")
    if not error:
        return document
    told = {k: error[k] and with_folder(error[k], folder) for k in ("where", "fix")}
    return {**document, "error": {**error, **told}}


@contextmanager
def addressing(folder: Path) -> Generator[None]:
    """Complete the commands of every error that leaves this `with` block."""
    try:
        yield
    except KitaeError as error:
        addressed(error, folder)
        raise
