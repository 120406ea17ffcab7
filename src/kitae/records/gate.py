"""The data verdict: what each check of the gate found."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from kitae.core.config import Record
from kitae.core.text import Message

Outcome = Literal["pass", "warn", "fail"]
"""What a check found."""
CheckClass = Literal["block", "warn", "info"]
"""What a check may do at most: fail and so stop the run, warn, or only tell."""
WORST: dict[CheckClass, Outcome] = {"block": "fail", "warn": "warn", "info": "pass"}
OUTCOMES: tuple[Outcome, ...] = ("pass", "warn", "fail")


class EvidenceRow(Record):
    """One row (or pair of rows) that shows what a check means."""

    ids: tuple[str, ...]
    text: str
    """Short excerpt in the data's own language, private values in part."""


class CheckResult(Record):
    """What one check found."""

    name: str
    """Stable name, e.g. `leakage`; its title is the text `gate.NAME.title`."""
    check_class: CheckClass = "block"
    outcome: Outcome
    value: float | None = None
    """What was measured, in the unit the message says."""
    threshold: float | None = None
    interval: tuple[float, float] | None = None
    """95 % interval of the value, where the rows are a sample of what the data could be."""
    count: int = 0
    """Rows concerned."""
    message: Message
    """What was found, in plain words."""
    fix: Message | None = None
    """How to mend it, with what to type or to write in the recipe; None when there is nothing to mend."""
    evidence: tuple[EvidenceRow, ...] = ()

    @model_validator(mode="after")
    def _keeps_to_its_class(self) -> CheckResult:
        if OUTCOMES.index(self.outcome) > OUTCOMES.index(WORST[self.check_class]):
            raise ValueError(f"a check of class {self.check_class} cannot {self.outcome}")
        return self


class DataVerdict(Record):
    """The gate's verdict on one dataset."""

    dataset_hash: str
    """Content hash of the `build` artifact that was judged; tuning refuses any other."""
    outcome: Outcome
    """The worst of the checks."""
    task: Literal["closed", "open"]
    """`closed`: answers come from a small label set; `open`: free text."""
    checks: tuple[CheckResult, ...]
