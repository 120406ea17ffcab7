"""A base model, looked at and found usable (or not)."""

from __future__ import annotations

from kitae.core.config import Record
from kitae.core.text import Message


class BaseModel(Record):
    """What is known of a base model without running it. Holds no path: it is found again by name."""

    reference: str
    """As the recipe names it: `kitae-spark`, a folder, or a hub id `owner/name`."""
    revision: str
    """Hash over the model's files (config, tokenizer, weights)."""
    architecture: str
    """Class name in its config.json, e.g. `LlamaForCausalLM`."""
    model_type: str
    parameters: int
    context_length: int
    """Tokens."""
    vocabulary_size: int
    weights_bytes: int
    dtype: str
    licence: str
    """As its card says; `unknown` otherwise."""
    is_for_trying: bool = False
    """True for the embedded model: it shows the way, its answers are not for use."""
    layers: int = 0
    hidden_size: int = 0
    intermediate_size: int = 0
    has_chat_template: bool = True


class BaseChoice(Record):
    """The result of `choose`: the base and what speaks for or against it."""

    base: BaseModel
    notes: tuple[Message, ...] = ()
