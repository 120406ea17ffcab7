"""A person's verdict on one row."""

from __future__ import annotations

from typing import Literal

from kitae.core.config import Record

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
    reviewer: str = ""
    at: str = ""
