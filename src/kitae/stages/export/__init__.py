"""export: tuned model -> bundle of forms, each proven equal to what was evaluated."""

from kitae.stages.export.config import ExportConfig
from kitae.stages.export.stage import STAGE

__all__ = ["STAGE", "ExportConfig"]
