"""A person's verdict on one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from kitae.core.config import Record
from kitae.core.errors import DataError

Decision = Literal["accept", "edit", "reject", "undo"]


class Verdict(Record):
    """One decision, as it stands in the journal `verdicts`.

    The row is named by its content id, so a changed text never inherits a verdict.
    """

    row_id: str
    decision: Decision
    """`undo` takes the row's last verdict back."""
    tags: tuple[str, ...] = ()
    """Error tags of a rejection or an edit."""
    reason: str = ""
    output: str | None = None
    """The answer after an edit."""
    instruction: str | None = None
    """The instruction after an edit."""
    input: str | None = None
    """The input after an edit."""
    reviewer: str = ""
    at: str = ""


def read_verdicts(entries: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """The entries of the journal `verdicts`, oldest first.

    Raises:
        DataError: An entry is no verdict; the error names it.
    """
    verdicts: list[Verdict] = []
    for number, entry in enumerate(entries, 1):
        try:
            verdicts.append(Verdict.model_validate(entry))
        except ValidationError as error:
            raise DataError(
                f"Entry {number} of the journal of verdicts cannot be read: {dict(entry)!r}.",
                where=f"journal/verdicts, entry {number}",
                fix="restore the file from a backup, or delete that entry",
            ) from error
    return verdicts


def standing_verdicts(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """Row id -> the verdict that stands: the last one that was not taken back."""
    stacks: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        stack = stacks.setdefault(verdict.row_id, [])
        if verdict.decision != "undo":
            stack.append(verdict)
        elif stack:
            stack.pop()
    return {row_id: stack[-1] for row_id, stack in stacks.items() if stack}
