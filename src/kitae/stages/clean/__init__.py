"""Clean: examples → examples. Text repaired, unusable rows and repetitions dropped, each with its reason."""

from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.stage import STAGE

__all__ = ["STAGE", "CleanConfig"]
