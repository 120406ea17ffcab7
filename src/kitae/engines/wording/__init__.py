"""Wordings: the fixed frames around the texts that questions ask about."""

from kitae.engines.wording.frames import Framed, assign_wordings, find_frames

__all__ = ["Framed", "assign_wordings", "find_frames"]
