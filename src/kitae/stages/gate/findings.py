"""What a check says: its result in words and numbers, its evidence, and all rows concerned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kitae.core.text import Message
from kitae.records.example import Example
from kitae.records.gate import CheckClass, CheckResult, EvidenceRow, Outcome
from kitae.stages.gate.rows import Places, Rows

EXCERPT_CHARACTERS = 120
LOOK_CHARACTERS = 2_000
"""Private values are looked for in so much of a text; no excerpt is longer."""

CLASSES: dict[str, CheckClass] = {
    "schema": "block",
    "size": "block",
    "heldout": "block",
    "empties": "block",
    "dependence": "block",
    "contradictions": "block",
    "leakage": "block",
    "contamination": "block",
    "private": "block",
    "licence": "block",
    "duplicates": "block",
    "special_tokens": "block",
    "refusals": "warn",
    "flaws": "warn",
    "balance": "warn",
    "thin": "warn",
    "density": "warn",
    "diversity": "warn",
    "length": "warn",
    "language": "warn",
    "unread": "warn",
    "power": "info",
    "contents": "info",
}
"""What each check may do at most."""


@dataclass(frozen=True)
class Measured:
    """What was counted.

    Attributes:
        value: In the unit the message says.
        threshold: Beyond which the check speaks up.
        count: Rows concerned.
        out_of: Rows looked at; where it is given, the value is the share `count / out_of` of a sample.
    """

    value: float | None = None
    threshold: float | None = None
    count: int = 0
    out_of: int = 0

    @classmethod
    def share(cls, count: int, out_of: int, threshold: float | None) -> Measured:
        """So many of so many."""
        return cls(count / max(1, out_of), threshold, count, out_of)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of a share."""
        from kitae.engines.statistics.intervals import wilson_interval

        if not self.out_of:
            return None
        low, high = wilson_interval(self.count, self.out_of)
        return round(low, 6), round(high, 6)


NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Finding:
    """The result of a check and all rows that it concerns."""

    result: CheckResult
    rows: Places = field(default_factory=lambda: NOTHING)


def finding(
    name: str,
    outcome: Outcome,
    text: str = "",
    *,
    values: Mapping[str, str | float] | None = None,
    evidence: Iterable[EvidenceRow] = (),
    measured: Measured | None = None,
) -> CheckResult:
    """What a check found; its words are `gate.NAME.TEXT`, its mending `gate.NAME.TEXT.fix`.

    Args:
        name: Of the check.
        outcome: pass, warn or fail.
        text: Which text of the check; the outcome by default.
        values: Placeholders of both texts.
        evidence: Rows that show it.
        measured: What was counted.
    """
    key = f"gate.{name}.{text or outcome}"
    measured = measured or Measured()
    return CheckResult(
        name=name,
        check_class=CLASSES[name],
        outcome=outcome,
        value=None if measured.value is None else round(measured.value, 6),
        threshold=measured.threshold,
        interval=measured.interval,
        count=measured.count,
        message=Message(key=key, values=dict(values or {})),
        fix=None if outcome == "pass" else Message(key=f"{key}.fix", values=dict(values or {})),
        evidence=tuple(evidence),
    )


def excerpt(text: str, characters: int = EXCERPT_CHARACTERS) -> str:
    """The text on one line, private values in part only, cut where it is long."""
    line = " ".join(without_private(text[:LOOK_CHARACTERS]).split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"


def without_private(text: str) -> str:
    """The text with as much of each private value as may be shown."""
    from kitae.engines.private import find_private, shown

    parts: list[str] = []
    at = 0
    for found in find_private(text):
        if not found.is_example:
            parts += [text[at : found.start], shown(found)]
            at = found.end
    return "".join(parts) + text[at:]


def full_question(example: Example) -> str:
    """All that the model is asked: system, earlier rounds, question."""
    earlier = [text for r in example.history for text in (r.instruction, r.answer)]
    return "\n".join(part for part in (example.system, *earlier, example.question) if part)


def shown_row(example: Example) -> EvidenceRow:
    """A row as evidence: its question and its answer."""
    text = f"{excerpt(full_question(example))} → {excerpt(example.output)}"
    return EvidenceRow(ids=(example.id,), text=text)


def shown_rows(rows: Rows, places: Places | Sequence[int], most: int) -> list[EvidenceRow]:
    """The first rows of a finding as evidence."""
    return [shown_row(rows.example(int(place))) for place in places[:most]]


def shown_pairs(
    rows: Rows, pairs: Sequence[tuple[int, int]] | Places, most: int
) -> list[EvidenceRow]:
    """The first pairs of rows of a finding as evidence."""
    found: list[EvidenceRow] = []
    for left, right in pairs[:most]:
        one, other = shown_row(rows.example(int(left))), shown_row(rows.example(int(right)))
        found.append(EvidenceRow(ids=(*one.ids, *other.ids), text=f"{one.text} ⇄ {other.text}"))
    return found


def percent(share: float) -> float:
    """A share as a percentage with one decimal; whole ones without."""
    value = round(100 * share, 1)
    return int(value) if value == int(value) else value
