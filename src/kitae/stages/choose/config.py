"""What a person chooses about the base model."""

from __future__ import annotations

from pydantic import Field

from kitae.core.config import Config


class ChooseConfig(Config):
    """The base model that is tuned."""

    base: str = Field(default="kitae-spark", min_length=1)
    """The base model: `kitae-spark` (embedded, for trying the way), a local folder, or a hub id
    `owner/name`, perhaps with `@revision`."""
    licence_ok: bool = False
    """Say true once you have read the base model's licence and may use it for your purpose; the note
    about it then goes away."""
    minimum_context: int = Field(default=256, ge=1)
    """Tokens that the base must be able to read at once. Shorter ones are refused."""
