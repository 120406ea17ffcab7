"""Applying verdicts to rows."""

from __future__ import annotations

from collections.abc import Collection

from kitae.records.example import Example, content_id
from kitae.records.verdict import Verdict

REJECTED = "rejected"


def edited_example(row: Example, verdict: Verdict, taken: Collection[str]) -> Example:
    """The row with the texts of an edit.

    It is another row now: its id is that of the new content, and the row that was edited joins its parents, so
    that nothing said of the old text is taken to be said of the new one.
    """
    changed = {
        name: text
        for name in ("instruction", "input", "output")
        if (text := getattr(verdict, name)) is not None
    }
    new = row.model_copy(update=changed)
    base_id = content_id(new.instruction, new.input, new.output, new.system, new.history)
    group = new.group if new.group != f"made:{row.id}" else f"made:{base_id}"
    return new.model_copy(
        update={
            "id": _free_id(base_id, taken),
            "group": group,
            "parents": (*row.parents, row.id),
            "review": "edited",
        }
    )


def rejection_detail(verdict: Verdict) -> str:
    """Tags and reason of a rejection, as evidence."""
    return ": ".join(part for part in (", ".join(verdict.tags), verdict.reason) if part)


def _free_id(base_id: str, taken: Collection[str]) -> str:
    number, free = 1, base_id
    while free in taken:
        number += 1
        free = f"{base_id}-{number}"
    return free
