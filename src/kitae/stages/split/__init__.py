"""Split: originals → train side, validation, test. Held-out originals are set aside before all else."""

from kitae.stages.split.config import SplitConfig
from kitae.stages.split.stage import STAGE

__all__ = ["STAGE", "SplitConfig"]
