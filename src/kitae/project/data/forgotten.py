"""The journal `forgotten`: which sources were removed with all that came of them, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitae.core.errors import NotFoundError
from kitae.project.runs import now_iso
from kitae.records.forgotten import ALLOWED, JOURNAL, begun_forgetting, forgotten_sources
from kitae.records.journal import Journal
from kitae.records.lock import project_lock


def journal_of(root: Path) -> Journal:
    """The journal of what was forgotten."""
    return Journal(root / "journal" / f"{JOURNAL}.jsonl")


def unfinished(root: Path) -> dict[str, Any] | None:
    """The forgetting that was begun last and not ended; None when there is none."""
    return begun_forgetting(journal_of(root).entries())


def allow_again(root: Path, what: str) -> dict[str, Any]:
    """Let the recipe name a forgotten source again. Nothing that was removed comes back by itself.

    Args:
        root: The project folder.
        what: As it was named when it was forgotten, or what its rows or files were called.

    Returns:
        The source and what else it was called, as plain data.

    Raises:
        NotFoundError: Nothing of that name is forgotten.
    """
    standing = forgotten_sources(journal_of(root).entries())
    named = [one for one in standing if one.is_called(what)]
    if not named:
        raise NotFoundError(
            f"No forgotten source is called {what!r}.",
            where=str(journal_of(root).path),
            fix=f"use one of: {', '.join(one.what for one in standing) or 'none'}",
        )
    with project_lock(root / ".kitae" / "lock", now_iso()):
        journal_of(root).append([{"state": ALLOWED, "what": what, "at": now_iso()}])
    names = {name for one in named for name in one.names}
    return {"source": what, "names": sorted(names), "allowed": True}
