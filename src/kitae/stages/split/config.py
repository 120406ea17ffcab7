"""The choices of `split`."""

from __future__ import annotations

from pydantic import Field

from kitae.core.config import Config


class SplitConfig(Config):
    """How many originals are held out, and what keeps rows together."""

    test_share: float | None = Field(default=None, ge=0.0, le=0.5)
    """Share of the rows without a declared side that is held out for the final test. Left empty: 0.2,
    or 0 where a source is declared `side: test`. Fifty rows give ten test rows: fewer could hardly show
    an improvement."""
    validation_share: float | None = Field(default=None, ge=0.0, le=0.5)
    """Share that is held out for choosing settings. Left empty: 0.1, or 0 where a source is declared
    `side: validation`."""
    max_test_rows: int = Field(default=500, ge=1)
    """Most rows that the share may take for the test. 500 rows show differences of about five
    percentage points; more would take from training and make every evaluation slower."""
    max_validation_rows: int = Field(default=200, ge=1)
    """Most rows that the share may take for validation, which is read many times while tuning."""
    near_similarity: float = Field(default=0.5, gt=0.0, le=1.0)
    """From which similarity on (shared word pairs over all word pairs) two long texts stay on one side.
    Short questions stay together only when they are the same but for politeness and punctuation."""
