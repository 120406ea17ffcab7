"""Build: examples → dataset. Train, validation and test frozen, with no leak between them."""

from kitae.stages.build.config import BuildConfig
from kitae.stages.build.stage import STAGE

__all__ = ["STAGE", "BuildConfig"]
