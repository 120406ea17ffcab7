"""The plan: every hyperparameter with its value and reason, a forecast, and the fit verdict."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.records.gate import CheckResult, Outcome
from kitae.records.hardware import Hardware


class LoraSettings(Record):
    """Low-rank adaptation (Hu et al. 2021): the update of a weight is B·A·alpha/rank."""

    kind: Literal["lora"] = "lora"
    rank: int
    alpha: float
    dropout: float
    targets: Literal["all-linear"] = "all-linear"


MethodSettings = Annotated[LoraSettings, Field()]
"""Grows into a tagged union by `kind` with the methods to come."""


class TrainingSettings(Record):
    """All that the training loop needs, and nothing that it does not."""

    method: MethodSettings
    learning_rate: float
    """Peak, of AdamW."""
    warmup_steps: int
    schedule: Literal["cosine", "linear", "constant"]
    weight_decay: float
    max_gradient_norm: float
    epochs: float
    steps: int
    """Optimizer steps in all."""
    batch_examples: int
    """Examples per optimizer step (effective batch)."""
    max_length_tokens: int
    """Longest encoded row that trains."""
    precision: Literal["fp32", "bf16"]
    train_on_history: bool
    checkpoint_every_steps: int
    validate_every_steps: int
    seed: int
    overlong: Literal["fail", "drop"]
    """What to do with rows longer than `max_length_tokens`."""


class PlannedValue(Record):
    """One line of the plan as a person reads it. Its explanation is the text `explain.NAME.what`."""

    name: str
    value: str | int | float
    reason: Message
    source: Literal["recipe", "derived", "default"]


class Forecast(Record):
    """What the run is expected to need: forecasts, compared with what happened in the report."""

    steps: int
    train_tokens: int
    """Tokens seen in all epochs."""
    memory_gib: float
    """Peak of the process."""
    duration_s: float
    disk_gib: float


class FitVerdict(Record):
    """What the real tokenizer says on all rows of the dataset."""

    outcome: Outcome
    rows: int
    longest_tokens: int
    overlong_rows: int
    rows_without_stop: int
    rows_without_trainable_token: int
    answer_tokens: int
    """Trainable tokens of the train side in one epoch."""
    total_tokens: int
    checks: tuple[CheckResult, ...]


class Plan(Record):
    """The plan of one tuning run."""

    dataset_hash: str
    base_revision: str
    hardware: Hardware
    settings: TrainingSettings
    values: tuple[PlannedValue, ...]
    forecast: Forecast
    fit: FitVerdict
