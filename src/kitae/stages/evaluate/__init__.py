"""Base and tuned model on the same frozen test set in; before, after and a verdict in plain words out."""

from kitae.stages.evaluate.config import EvaluateConfig
from kitae.stages.evaluate.stage import STAGE

__all__ = ["STAGE", "EvaluateConfig"]
