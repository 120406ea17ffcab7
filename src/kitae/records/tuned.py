"""A tuned model and how it came about. Times live in run events, not here."""

from __future__ import annotations

from kitae.core.config import Record


class LossPoint(Record):
    """Loss at one step, in nats per answer token."""

    step: int
    train_loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    """Tokens of the step (question and answer)."""


class ValidationPoint(Record):
    """Validation loss after a step, in nats per answer token."""

    step: int
    loss: float


class TunedModel(Record):
    """The result of `tune`; the adapter is the artifact's folder `adapter/`."""

    base_reference: str
    base_revision: str
    method: str
    adapter_hash: str
    """Hash over the adapter's tensors."""
    steps: int
    train_rows: int
    trained_tokens: int
    answer_tokens: int
    """Tokens that loss fell on, in all steps."""
    trainable_parameters: int
    losses: tuple[LossPoint, ...]
    validation: tuple[ValidationPoint, ...]
    best_step: int
    """Step whose adapter was kept: lowest validation loss, or the last one without validation rows."""
