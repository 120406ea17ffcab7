"""choose: dataset and hardware -> the base model, checked."""

from kitae.stages.choose.config import ChooseConfig
from kitae.stages.choose.stage import STAGE

__all__ = ["STAGE", "ChooseConfig"]
