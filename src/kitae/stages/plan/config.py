"""The choices of `plan`. What is left out is derived from the data, the base and the hardware."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kitae.core.config import Config


class Lora(Config):
    """Low-rank adaptation: small matrices beside the frozen weights are trained."""

    kind: Literal["lora"] = "lora"
    """Name of the method."""
    rank: int | None = Field(default=None, ge=1, le=1024)
    """Width of the update. More learns more; memory grows with it."""
    alpha: float | None = Field(default=None, gt=0)
    """Strength of the update: it is scaled by alpha / rank. Usually twice the rank."""
    dropout: float | None = Field(default=None, ge=0, lt=1)
    """Share of the update's inputs that is left out at random while tuning, against learning by heart."""


Method = Annotated[Lora, Field()]
"""Grows into a tagged union by `kind` with the methods to come."""


class PlanConfig(Config):
    """How to tune. Every value that is left out is derived, and the plan says why it is what it is."""

    method: Method = Lora()
    """How the base is changed: `{kind: lora, rank: ..., alpha: ..., dropout: ...}`."""
    epochs: float | None = Field(default=None, gt=0)
    """How often each training row is seen."""
    learning_rate: float | None = Field(default=None, gt=0, lt=1)
    """Size of each step of learning, at its peak."""
    batch_examples: int | None = Field(default=None, ge=1)
    """Rows per step of learning."""
    max_length_tokens: int | None = Field(default=None, ge=8)
    """Longest row that trains, question and answer together."""
    schedule: Literal["cosine", "linear", "constant"] | None = None
    """How the learning rate falls after its peak."""
    overlong: Literal["fail", "drop"] = "fail"
    """Rows that are too long: stop with the list of them, or leave them out. A row is never cut."""
    train_on_history: bool = False
    """Whether the answers of earlier rounds train too, or the last one alone."""
    precision: Literal["fp32", "bf16"] | None = None
    """Number format of the base while tuning."""
    seed: int | None = Field(default=None, ge=0)
    """Of everything random in tuning; the project's seed when left out."""
