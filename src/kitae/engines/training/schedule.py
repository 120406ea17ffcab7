"""The learning rate over the steps."""

from __future__ import annotations

import math

from kitae.records.plan import TrainingSettings

FLOOR = 0.05
"""Share of the peak rate that cosine and linear schedules end at, so that the last steps still count."""


def learning_rate(step: int, settings: TrainingSettings) -> float:
    """The rate of a step (counted from 1): a linear warmup to the peak, then the schedule down to `FLOOR`."""
    if step <= settings.warmup_steps:
        return settings.learning_rate * step / settings.warmup_steps
    after = settings.steps - settings.warmup_steps
    done = (step - settings.warmup_steps) / max(after, 1)
    if settings.schedule == "cosine":
        share = 0.5 * (1 + math.cos(math.pi * done))
    elif settings.schedule == "linear":
        share = 1 - done
    else:
        return settings.learning_rate
    return settings.learning_rate * (FLOOR + (1 - FLOOR) * share)
