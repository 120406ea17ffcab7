"""Tuning: a base, encoded rows and settings -> an adapter.

`loop` is the story; `forecast` says beforehand what it will need and loads no model library.
"""

from __future__ import annotations

from kitae.engines.protocols import TrainingJob, TrainingResult

__all__ = ["train"]


def train(job: TrainingJob) -> TrainingResult:
    """Tune an adapter; loads torch when called. Raises what `loop.train` raises."""
    from kitae.engines.training import loop

    return loop.train(job)
