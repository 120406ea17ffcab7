"""How the exam is taken and what counts as usable."""

from __future__ import annotations

from pydantic import Field

from kitae.core.config import Config


class EvaluateConfig(Config):
    """Before and after on the same test set. The defaults fit most tasks."""

    max_new_tokens: int | None = Field(default=None, ge=1)
    """Longest answer that a model may give, in tokens. Left empty: the longest wanted answer and a quarter more."""

    answers_sample: int = Field(default=24, ge=4)
    """Free text: how many test questions are answered in full, to see whether answers can be used. All test rows
    count for the score itself. Label tasks are always answered in full."""

    floor: float | None = Field(default=None, ge=0)
    """What usable answers need at least. Labels: share of right answers; left empty, half of them, and a third of
    what the best fixed answer gets wrong. Free text: at most so many nats per answer byte; left empty, 1.0
    (fluent models stay below 0.8, letters guessed one by one need more than 1.2)."""

    min_stopped_share: float = Field(default=0.9, ge=0, le=1)
    """Share of answers that must end by themselves to be usable."""

    max_looping_share: float = Field(default=0.1, ge=0, le=1)
    """Share of answers that may repeat themselves."""

    min_valid_form_share: float = Field(default=0.9, ge=0, le=1)
    """Share of answers that must have the wanted form: JSON with the wanted keys, a known label, or simply not empty."""

    min_overlap_margin: float = Field(default=0.05, ge=0, le=1)
    """Free text: how much more (chrF, 0 to 1) an answer must share with the answer wanted than with the answers
    wanted for other questions."""

    forgetting_margin: float = Field(default=0.10, gt=0)
    """How much worse the tuned model may be on the general set, as a share of what the base needs. If the interval
    does not rule out more than that, the report says that the model has forgotten."""

    listed_answers: int = Field(default=50, ge=0)
    """How many answers that got better, and that got worse, the report can show."""
