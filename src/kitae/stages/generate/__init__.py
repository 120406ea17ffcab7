"""Generate: train side → candidates. Off unless asked for; twenty rows first, the bulk when they were read."""

from kitae.stages.generate.config import GenerateConfig, Recombine
from kitae.stages.generate.stage import STAGE

__all__ = ["STAGE", "GenerateConfig", "Recombine"]
