"""How far a project is: one line per stage."""

from __future__ import annotations

from typing import Literal

from kitae.core.config import Record
from kitae.records.counts import Counts

State = Literal["done", "up_to_date", "missing", "refused", "waiting", "failed"]


class StageState(Record):
    """What is known of one stage.

    `done`: ran just now. `up_to_date`: its result is there and nothing it depends on has changed.
    `missing`: has not run, or something it depends on has changed. `refused`: ran, and its verdict
    stops the run. `waiting`: a person has to decide. `failed`: stopped by an error.
    """

    name: str
    state: State
    counts: Counts | None = None
    artifact: str | None = None
    """Id of its artifact."""
    why: tuple[str, ...] = ()
    """Why it will run, or will not: names of what changed, e.g. `config`, `input:build`."""
