"""The choices of `tune`: how often work is kept. How to learn is decided in `plan`."""

from __future__ import annotations

from pydantic import Field

from kitae.core.config import Config


class TuneConfig(Config):
    """How the tuning run is carried out; nothing here changes what comes out of it."""

    checkpoint_every_steps: int | None = Field(default=None, ge=1)
    """After so many steps the work is kept on disk; a tenth of the run, and at most 200 steps, when left out."""
