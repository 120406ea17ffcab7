"""The one encoder: conversations -> token ids, equal for tuning, evaluation and serving."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kitae.engines.tokens.encoder import ChatEncoder

__all__ = ["load_encoder"]


def load_encoder(folder: Path) -> ChatEncoder:
    """The encoder of a model folder; loads transformers when called.

    Raises:
        DataError: The folder holds no tokenizer that can be used.
    """
    from kitae.engines.tokens import encoder

    return encoder.load_encoder(folder)
