"""Models that answer: a base folder and perhaps an adapter -> a `LanguageModel`.

`causal` runs real ones (torch, transformers, peft); `scripted` answers from a dict and loads nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kitae.engines.inference.scripted import ScriptedModel

if TYPE_CHECKING:
    from kitae.engines.inference.causal import CausalModel

__all__ = ["ScriptedModel", "load_model"]


def load_model(base: Path, adapter: Path | None = None) -> CausalModel:
    """A model ready to answer; loads torch when called.

    Raises:
        DataError: A folder cannot be read.
        ResourceError: The model does not fit in memory.
    """
    from kitae.engines.inference import causal

    return causal.load_model(base, adapter)
