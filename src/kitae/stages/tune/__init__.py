"""tune: dataset + plan -> tuned model (an adapter). Obeys the gate's verdict and the plan's."""

from kitae.stages.tune.config import TuneConfig
from kitae.stages.tune.stage import STAGE

__all__ = ["STAGE", "TuneConfig"]
