"""The choices of `review`."""

from __future__ import annotations

from pydantic import Field

from kitae.core.config import Config

DEFAULT_TAGS = (
    "wrong_answer",
    "unnatural",
    "nonsense",
    "ambiguous",
    "off_topic",
    "repetition",
    "other",
)


class ReviewConfig(Config):
    """How made rows are read."""

    error_tags: tuple[str, ...] = Field(default=DEFAULT_TAGS, min_length=1, max_length=9)
    """What can be wrong with a made row, chosen by its number when a row is rejected. At most nine; words of
    your own are shown as you write them."""
