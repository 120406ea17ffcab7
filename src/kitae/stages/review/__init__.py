"""Review: candidates + verdicts → accepted. A person reads the current batch; everything else passes through."""

from kitae.stages.review.config import ReviewConfig
from kitae.stages.review.stage import STAGE

__all__ = ["STAGE", "ReviewConfig"]
