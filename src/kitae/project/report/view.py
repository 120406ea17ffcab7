"""What a report says, before it is said in any language: messages and numbers, no words."""

from __future__ import annotations

from typing import Literal

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.project.data.look import DataLook
from kitae.records.base_model import BaseChoice
from kitae.records.bundle import Bundle
from kitae.records.counts import Counts
from kitae.records.dataset import Dataset
from kitae.records.evaluation import Evaluation
from kitae.records.gate import DataVerdict
from kitae.records.plan import Plan
from kitae.records.status import StageState
from kitae.stages.collect.report import SourceReport

Tone = Literal["good", "mixed", "bad", "neutral"]
ReasonKind = Literal["dropped", "quarantined", "repaired", "changed"]


class Point(Record):
    """One finding under the headline, with the way to mend it."""

    name: str
    """Name of the check that found it."""
    message: Message
    fix: Message | None = None


class Headline(Record):
    """What a reader in a hurry takes away."""

    tone: Tone
    badge: Message
    """Two or three words."""
    title: Message
    """One sentence."""
    paragraphs: tuple[tuple[Message, ...], ...] = ()
    """Sentences, those that belong together in one paragraph."""
    points: tuple[Point, ...] = ()
    """What stopped the run; empty when nothing did."""


class Override(Record):
    """A verdict that somebody overrode, with the reason that was typed."""

    stage: str
    """Empty where only the reason is known."""
    reason: str
    at: str = ""


class RowExcerpt(Record):
    """One row as evidence, shortened."""

    where: str
    """Source and place in it as the source counts, or the row's id."""
    line: int | None = None
    """1-based line of the file, where `where` does not tell it."""
    column: int | None = None
    field: str = ""
    """The field concerned, where it is one."""
    text: str
    """The question, the raw text, or the text before a change."""
    answer: str = ""
    """The answer, or the text after a change."""
    detail: str = ""


class ReasonGroup(Record):
    """Rows that left, or were changed, for one reason."""

    kind: ReasonKind
    code: str
    """Its title is the text `reason.CODE`."""
    count: int
    examples: tuple[RowExcerpt, ...]


class StageFlow(Record):
    """The rows of one stage and where they went."""

    stage: str
    counts: Counts
    reasons: tuple[ReasonGroup, ...]
    notes: tuple[Message, ...] = ()
    """What the stage says of its work, where it says something."""


class Compared(Record):
    """A forecast beside what then happened."""

    quantity: Literal["steps", "train_tokens", "memory_gib", "duration_s", "disk_gib"]
    forecast: float
    actual: float | None
    """None where it was not measured (yet)."""


class CurvePoint(Record):
    """A loss after a step, in nats per answer token."""

    step: int
    loss: float


class LossCurve(Record):
    """The loss during tuning."""

    train: tuple[CurvePoint, ...]
    validation: tuple[CurvePoint, ...]
    best_step: int | None
    """Step whose adapter was kept; None while tuning is unfinished."""
    summary: tuple[Message, ...]


class LineageEntry(Record):
    """Where one artifact came from, down to the hash of each file."""

    stage: str
    artifact: str
    stage_version: int
    fingerprint: str
    content_hash: str
    inputs: dict[str, str]
    files: dict[str, str]
    duration_s: float | None
    """Of the run that made it; None where no event tells."""


class AnswerRow(Record):
    """One test row with the answers of both models side by side."""

    question: str
    wanted: str
    before: str
    after: str
    before_score: float
    after_score: float


class Answers(Record):
    """The test rows a reader should see, shortened."""

    got_worse: tuple[AnswerRow, ...]
    got_better: tuple[AnswerRow, ...]
    unchanged: tuple[AnswerRow, ...]
    """A few of those that neither won nor lost."""
    hidden_worse: int
    """Rows that got worse and are not listed."""
    hidden_better: int


class ReportView(Record):
    """All of a report. Parts of stages that did not run are None or empty."""

    project: str
    kitae_version: str
    run_at: str
    """ISO time of the last run event; empty when there is none."""
    headline: Headline
    next_steps: tuple[Message, ...]
    overrides: tuple[Override, ...]
    stages: tuple[StageState, ...]
    sources: tuple[SourceReport, ...]
    flow: tuple[StageFlow, ...]
    dataset: Dataset | None
    look: DataLook | None = None
    gate: DataVerdict | None
    base: BaseChoice | None
    plan: Plan | None
    comparisons: tuple[Compared, ...]
    curve: LossCurve | None
    evaluation: Evaluation | None
    answers: Answers | None
    bundle: Bundle | None
    bundle_folder: str = ""
    """Where the bundle lies, from the project folder."""
    lineage: tuple[LineageEntry, ...]
    versions: dict[str, str]
    """Library -> version of the last run, where its events tell."""
