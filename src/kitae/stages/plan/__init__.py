"""plan: dataset + base + hardware -> every hyperparameter with its reason, a forecast, the fit verdict."""

from kitae.stages.plan.config import PlanConfig
from kitae.stages.plan.stage import STAGE

__all__ = ["STAGE", "PlanConfig"]
