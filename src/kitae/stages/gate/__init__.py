"""Dataset in, data verdict out: pass, warn or fail per check, with evidence rows and a way to mend."""

from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.stage import STAGE

__all__ = ["STAGE", "GateConfig"]
