"""The data verdict: what each check of the gate found."""

from __future__ import annotations

from typing import Literal

from kitae.core.config import Record
from kitae.core.text import Message

Outcome = Literal["pass", "warn", "fail"]


class EvidenceRow(Record):
    """One row (or pair of rows) that shows what a check means."""

    ids: tuple[str, ...]
    text: str
    """Short excerpt in the data's own language."""


class CheckResult(Record):
    """What one check found."""

    name: str
    """Stable name, e.g. `leakage`; its title is the text `gate.NAME.title`."""
    outcome: Outcome
    value: float | None = None
    """What was measured, in the unit the message says."""
    threshold: float | None = None
    count: int = 0
    """Rows concerned."""
    message: Message
    """What was found, in plain words."""
    fix: Message | None = None
    """How to mend it; None when there is nothing to mend."""
    evidence: tuple[EvidenceRow, ...] = ()


class DataVerdict(Record):
    """The gate's verdict on one dataset."""

    dataset_hash: str
    """Content hash of the `build` artifact that was judged; tuning refuses any other."""
    outcome: Outcome
    """The worst of the checks."""
    task: Literal["closed", "open"]
    """`closed`: answers come from a small label set; `open`: free text."""
    checks: tuple[CheckResult, ...]
