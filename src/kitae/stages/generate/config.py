"""The choices of `generate`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from kitae.core.config import Config


class Recombine(Config):
    """The offline augmenter: puts the words of your examples into the phrasings of your examples."""

    kind: Literal["recombine"] = "recombine"
    """Name of the method."""
    target_rows: int | None = Field(default=None, ge=1, le=100_000)
    """Rows to make in all; fewer are made where your examples do not allow more. Left empty: nine for each
    example of the train side, so that the set grows to ten times its size."""


class GenerateConfig(Config):
    """Whether more rows are made from yours, and how many a person reads first."""

    method: Recombine | None = None
    """How rows are made. Left empty, none are: your rows go on as they are."""
    first_batch: int = Field(default=20, ge=1, le=200)
    """Rows that are made before anybody has read any; no more are made until each has a verdict."""
    max_rejected_share: float = Field(default=0.1, ge=0.0, le=1.0)
    """The bulk is made when at most this share of the batch was rejected; else another batch is drawn
    without what was wrong. Twenty rows without an error still allow for 14 % errors."""

    @model_validator(mode="before")
    @classmethod
    def _read_off(cls, value: Any) -> Any:  # noqa: ANN401
        """Let `generate: off` (which YAML reads as false) say what it says."""
        return {} if value in (False, "off", None) else value
