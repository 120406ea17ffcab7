"""The journal `forgotten`: which sources were removed with all that came of them, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitae.records.journal import Journal

JOURNAL = "forgotten"


def journal_of(root: Path) -> Journal:
    """The journal of what was forgotten."""
    return Journal(root / "journal" / f"{JOURNAL}.jsonl")


def unfinished(root: Path) -> dict[str, Any] | None:
    """The forgetting that was begun last and not ended; None when there is none."""
    begun: dict[str, Any] | None = None
    for entry in journal_of(root).entries():
        begun = entry if entry["state"] == "begun" else None
    return begun
