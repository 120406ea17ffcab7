"""The rows of a dataset as the checks look at them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from kitae.core.text import Message
from kitae.records.dataset import Dataset
from kitae.records.example import SIDES, Example, to_examples
from kitae.records.gate import CheckResult, EvidenceRow, Outcome
from kitae.records.store import Artifact

Task = Literal["closed", "open"]
EXCERPT_CHARACTERS = 120


@dataclass(frozen=True)
class Rows:
    """All rows of a dataset, with what several checks ask of them.

    Attributes:
        train: Rows of the train side.
        held_out: Rows of validation and test.
        test: Rows of the test side.
        is_closed: Whether answers come from a small label set.
    """

    train: Sequence[Example]
    held_out: Sequence[Example]
    test: Sequence[Example]
    is_closed: bool

    @cached_property
    def all(self) -> list[Example]:
        """Train side first."""
        return [*self.train, *self.held_out]

    @cached_property
    def questions(self) -> list[str]:
        """Full questions of `all`."""
        return [full_question(example) for example in self.all]

    @cached_property
    def question_keys(self) -> list[str]:
        """What makes two questions of `all` the same: all but width, spacing and the last mark."""
        return [strict_key(question) for question in self.questions]

    @cached_property
    def answer_keys(self) -> list[str]:
        """What makes two answers of `all` the same."""
        from kitae.engines.statistics.answers import answer_key

        return [answer_key(example.output) for example in self.all]

    @property
    def task(self) -> Task:
        """`closed` where answers are labels, else `open`."""
        return "closed" if self.is_closed else "open"


def read_rows(build: Artifact) -> Rows:
    """The rows of a build artifact."""
    train, validation, test = (to_examples(build.table(side)) for side in SIDES)
    dataset = build.record("dataset", Dataset)
    return Rows(train, [*validation, *test], test, dataset.is_closed)


def full_question(example: Example) -> str:
    """All that the model is asked: system, earlier rounds, question."""
    earlier = [text for r in example.history for text in (r.instruction, r.answer)]
    return "\n".join(part for part in (example.system, *earlier, example.question) if part)


def strict_key(text: str) -> str:
    """The text without differences of width, spacing and the mark at its end; case counts."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).rstrip(" .?!。")


def excerpt(text: str, characters: int = EXCERPT_CHARACTERS) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= characters else f"{line[: characters - 1]}…"


def shown(example: Example) -> EvidenceRow:
    """A row as evidence: its question and its answer."""
    text = f"{excerpt(full_question(example))} → {excerpt(example.output)}"
    return EvidenceRow(ids=(example.id,), text=text)


def shown_pair(one: Example, other: Example) -> EvidenceRow:
    """Two rows as evidence."""
    return EvidenceRow(ids=(one.id, other.id), text=f"{shown(one).text} ⇄ {shown(other).text}")


def percent(share: float) -> float:
    """A share as a percentage with one decimal; whole ones without."""
    value = round(100 * share, 1)
    return int(value) if value == int(value) else value


def finding(
    name: str,
    outcome: Outcome,
    text: str = "",
    *,
    values: Mapping[str, str | float] | None = None,
    evidence: Iterable[EvidenceRow] = (),
    measured: tuple[float | None, float | None, int] = (None, None, 0),
) -> CheckResult:
    """What a check found; its words are `gate.NAME.TEXT`, its mending `gate.NAME.TEXT.fix`.

    Args:
        name: Of the check.
        outcome: pass, warn or fail.
        text: Which text of the check; the outcome by default.
        values: Placeholders of both texts.
        evidence: Rows that show it.
        measured: Value, threshold and number of rows concerned.
    """
    key = f"gate.{name}.{text or outcome}"
    value, threshold, count = measured
    return CheckResult(
        name=name,
        outcome=outcome,
        value=None if value is None else round(value, 6),
        threshold=threshold,
        count=count,
        message=Message(key=key, values=dict(values or {})),
        fix=None if outcome == "pass" else Message(key=f"{key}.fix", values=dict(values or {})),
        evidence=tuple(evidence),
    )
