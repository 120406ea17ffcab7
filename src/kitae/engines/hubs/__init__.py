"""Base models: the embedded one, local folders and model hubs, looked over before anything loads them."""

from kitae.engines.hubs.locate import SPARK, find_base

__all__ = ["SPARK", "find_base"]
