"""What a person chooses about the exported forms."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from kitae.core.config import Config
from kitae.core.text import Language

Form = Literal["adapter", "merged"]


class ExportConfig(Config):
    """The forms in which the tuned model is handed over."""

    forms: tuple[Form, ...] = ("adapter", "merged")
    """`adapter`: what was learnt, small, needs the base beside it. `merged`: one whole model."""
    parity_prompts: int = Field(default=16, ge=1, le=1000)
    """Test questions on which each form must give the same answers as the evaluated model."""
    parity_tokens: int = Field(default=48, ge=1, le=4096)
    """Longest answer, in tokens, of that comparison."""
    card_language: Language = "en"
    """Language of the model card."""

    @field_validator("forms")
    @classmethod
    def _at_least_one(cls, forms: tuple[Form, ...]) -> tuple[Form, ...]:
        if not forms or len(set(forms)) != len(forms):
            raise ValueError("name at least one form, and none twice")
        return forms
