"""The choices of `clean`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Config


class CleanConfig(Config):
    """What is repaired, what is dropped."""

    repair: bool = True
    """Repair text that was read in a wrong encoding, write letters in one form (Unicode NFC), and take
    out control characters, zero-width characters and blank space around a text. Each change is listed."""
    special_tokens_inside: Literal["refuse", "remove", "keep"] = "refuse"
    """Chat markers such as `<|im_end|>` in the middle of a text: drop the row, cut the marker out, or
    leave it. At the two ends of a text they are always cut off: there they are left-overs."""
    min_question_characters: int = Field(default=1, ge=1)
    """Shorter questions are dropped. 1 keeps all that are not empty: `hi` is a question."""
    min_answer_characters: int = Field(default=1, ge=1)
    """Shorter answers are dropped. 1 keeps all that are not empty: `No` is an answer."""
    max_question_characters: int = Field(default=32_000, ge=1)
    """Longer questions are dropped. What fits in the base model is checked later, by `plan`."""
    max_answer_characters: int = Field(default=32_000, ge=1)
    """Longer answers are dropped."""
    languages: tuple[str, ...] = ()
    """Keep only rows in these languages (`en`, `ja`, `zh`, `ko`, `other`). Empty keeps all. Rows whose
    language cannot be told (a number, a name, code) are always kept."""
    exact_duplicates: bool = True
    """Drop rows whose question and answer another row of the same side has word for word."""
    near_duplicates: bool = True
    """Drop rows that say nearly the same as another row of their side: a near question **and** a near
    answer. A near question with another answer is always kept."""
    near_similarity: float = Field(default=0.5, gt=0.0, le=1.0)
    """From which similarity on (shared word pairs over all word pairs) two long texts count as near."""
    wordings: Literal["keep", "one_per_text"] = "keep"
    """Where the same text is asked about in several wordings: keep them all (they stay together on one
    side), or keep one row per text."""
    keep: tuple[str, ...] = ()
    """Ids of rows that are never dropped here: the way to undo a drop."""
