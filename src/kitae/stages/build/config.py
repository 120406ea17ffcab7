"""The choices of `build`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Config
from kitae.core.text import Language

Form = Literal["alpaca", "jsonl", "parquet", "messages"]


class BuildConfig(Config):
    """What leaves the train side, and in which forms the dataset is written."""

    near_similarity: float = Field(default=0.5, gt=0.0, le=1.0)
    """From which similarity on (shared word pairs over all word pairs) a long train question is too near
    to a held-out one that has a near answer too. The same question leaves whatever its answer."""
    forms: tuple[Form, ...] = ("alpaca", "jsonl", "parquet", "messages")
    """Forms to write besides the dataset itself: Alpaca JSON, JSONL, Parquet, and chat messages."""
    card_language: Language = "en"
    """Language of the README.md that lies beside the files."""
