"""What a run has done so far, and how fast: the first is kept, the second only shown."""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import dataclass, field

import torch

from kitae.engines.training.checkpoints import History
from kitae.records.tuned import LossPoint, ValidationPoint


@dataclass
class Progress:
    """Grows with every step; `history()` is its frozen form, which checkpoints hold."""

    step: int = 0
    losses: list[LossPoint] = field(default_factory=list[LossPoint])
    validation: list[ValidationPoint] = field(default_factory=list[ValidationPoint])
    trained_tokens: int = 0
    answer_tokens: int = 0
    best_step: int = 0

    @classmethod
    def from_history(cls, history: History) -> Progress:
        """Go on from a checkpoint."""
        return cls(
            history.step,
            list(history.losses),
            list(history.validation),
            history.trained_tokens,
            history.answer_tokens,
            history.best_step,
        )

    def add(self, point: LossPoint, answer_tokens: int) -> None:
        """Count one finished step."""
        self.step = point.step
        self.losses.append(point)
        self.trained_tokens += point.tokens
        self.answer_tokens += answer_tokens

    def add_validation(self, loss: float) -> bool:
        """Note the validation loss at this step; True when it is the best of a trained adapter so far."""
        rivals = [point.loss for point in self.validation if point.step > 0]
        self.validation.append(ValidationPoint(step=self.step, loss=loss))
        is_best = self.step > 0 and all(loss < rival for rival in rivals)
        if is_best:
            self.best_step = self.step
        return is_best

    def history(self) -> History:
        """The frozen form."""
        return History(
            step=self.step,
            losses=tuple(self.losses),
            validation=tuple(self.validation),
            trained_tokens=self.trained_tokens,
            answer_tokens=self.answer_tokens,
            best_step=self.best_step,
        )


class Pace:
    """Speed since this process started the loop, for people only.

    Args:
        steps: Of the whole run.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._started = time.perf_counter()
        self._done = 0
        self._tokens = 0

    def add(self, tokens: int) -> None:
        """Count one finished step."""
        self._done += 1
        self._tokens += tokens

    def figures(self, step: int) -> dict[str, float]:
        """Tokens per second, seconds left, and the most memory used so far."""
        elapsed = max(time.perf_counter() - self._started, 1e-9)
        left = (self._steps - step) * elapsed / max(self._done, 1)
        return {
            "tokens_per_s": self._tokens / elapsed,
            "elapsed_s": elapsed,
            "eta_s": left,
            "memory_gib": peak_memory_gib(),
        }


def peak_memory_gib() -> float:
    """The most memory that this process (or its part of the GPU) has held."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**30
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
