"""The frozen dataset and what is known about it."""

from __future__ import annotations

from kitae.core.config import Record


class SideStatistics(Record):
    """Sizes of one side."""

    rows: int
    groups: int
    made_rows: int
    characters_mean: float
    """Question and answer together."""
    answer_characters_mean: float


class Dataset(Record):
    """Train, validation and test, frozen. Tables of the artifact: `train`, `validation`, `test`."""

    rows_hash: str
    """Hash over the content of all rows with their sides."""
    train: SideStatistics
    validation: SideStatistics
    test: SideStatistics
    distinct_answers: int
    """Different normalised answers over all sides."""
    is_closed: bool
    """Whether the answers form a small label set (classification, intents)."""
    languages: dict[str, int]
    """Language code -> rows."""
