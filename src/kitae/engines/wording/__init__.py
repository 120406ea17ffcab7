"""Wordings: the fixed frames around the texts that questions ask about."""

from kitae.engines.wording.frames import (
    Framed,
    FramedColumn,
    assign_wordings,
    find_frames,
    frames_of,
)

__all__ = ["Framed", "FramedColumn", "assign_wordings", "find_frames", "frames_of"]
