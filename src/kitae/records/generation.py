"""What `generate` learnt and made, and how far its batches have been read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Record

GenerationState = Literal["off", "first_batch", "next_batch", "bulk", "exhausted"]
"""`first_batch` and `next_batch` wait for a person; `exhausted`: nothing is left to try."""


class LearntPhrasing(Record):
    """One phrasing with open places."""

    text: str
    """As people read it: `How will {topic} be {period}?`."""
    rows: int
    """Examples that use it."""
    made: int
    """Rows made from it, rejected ones included."""


class LearntWords(Record):
    """The words that stand for one value of one field."""

    field: str
    value: str
    """As JSON text."""
    words: tuple[str, ...]


class Batch(Record):
    """Rows that a person was asked to read together."""

    row_ids: tuple[str, ...]
    judged: int
    rejected: int


class Generation(Record):
    """The result of `generate`."""

    state: GenerationState
    method: str = ""
    learnt_from: int = 0
    """Train-side examples that the method learnt from."""
    possible: int = 0
    """Different new rows that could be made."""
    wanted: int = 0
    """Rows to make in all."""
    made: int = 0
    """Rows made so far, those in batches included."""
    batches: tuple[Batch, ...] = ()
    """The batches so far; the last one waits unless the state is `bulk` or `exhausted`."""
    phrasings: tuple[LearntPhrasing, ...] = ()
    words: tuple[LearntWords, ...] = ()
    given_up: tuple[str, ...] = ()
    """Phrasings and words no longer used, because a person rejected rows with them."""

    @property
    def waiting_ids(self) -> tuple[str, ...]:
        """Rows of the batch that a person has to judge before more is made."""
        is_waiting = self.state in ("first_batch", "next_batch")
        return self.batches[-1].row_ids if is_waiting and self.batches else ()


class Reviewing(Record):
    """The result of `review`."""

    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    unread: int = 0
    """Made rows that go on without a person having read them."""
    pending: int = 0
    """Rows of the current batch that still wait for a verdict."""
    batch: int = 0
    """Number of the current batch, from 1; 0 when nothing was generated."""
    batch_size: int = 0
    tags: dict[str, int] = Field(default_factory=dict)
    """Error tag -> rows rejected or edited with it."""
    overridden: str = ""
    """The reason that somebody gave for going on without the verdicts."""
