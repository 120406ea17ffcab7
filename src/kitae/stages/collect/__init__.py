"""Sources -> Examples: files of any usual kind, each row with its source, place and licence."""

from kitae.stages.collect.config import CollectConfig, ColumnsConfig, SourceConfig
from kitae.stages.collect.stage import STAGE

__all__ = ["STAGE", "CollectConfig", "ColumnsConfig", "SourceConfig"]
