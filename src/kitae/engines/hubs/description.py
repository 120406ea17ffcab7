"""A base model described from its files alone: no library loads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from kitae.core.errors import DataError
from kitae.core.hashing import digest, file_digest
from kitae.engines.hubs.licences import read_licence
from kitae.engines.hubs.safetensors_header import DTYPE_NAMES, TensorHeader, read_header
from kitae.engines.hubs.safety import WEIGHTS_INDEX, read_settings
from kitae.records.base_model import BaseModel

CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "n_ctx", "seq_length",
                "max_seq_len", "max_sequence_length")  # fmt: skip
HIDDEN_KEYS = ("hidden_size", "n_embd", "d_model")
LAYER_KEYS = ("num_hidden_layers", "n_layer", "num_layers", "n_layers")
INTERMEDIATE_KEYS = ("intermediate_size", "n_inner", "ffn_dim", "d_ff")
LARGEST_BELIEVABLE_CONTEXT = 100_000_000
"""Tokenizers without a limit write 10^30 as `model_max_length`."""
REVISION_FILES = (
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt",
    "merges.txt", "chat_template.jinja", "chat_template.json", WEIGHTS_INDEX,
)  # fmt: skip
"""What decides about a model's answers, besides its weights."""


def describe_base(folder: Path, weights: Sequence[Path], reference: str) -> BaseModel:
    """What the files of a looked-over folder say.

    Args:
        folder: The model.
        weights: Its weight files.
        reference: How the recipe names it.

    Raises:
        DataError: A weight file is damaged, or config.json names no causal architecture.
    """
    config = read_settings(folder / "config.json")
    _check_is_not_quantised(config, folder)
    tokenizer_file = folder / "tokenizer_config.json"
    tokenizer = read_settings(tokenizer_file) if tokenizer_file.is_file() else {}
    text_config = config.get("text_config")
    sizes: Mapping[str, Any] = text_config if isinstance(text_config, dict) else config
    tensors = {t.name: t for path in weights for t in read_header(path)}
    hidden = _number(sizes, HIDDEN_KEYS)
    return BaseModel(
        reference=reference,
        revision=files_revision(folder, weights),
        architecture=_architecture(config, folder),
        model_type=str(config.get("model_type", "")),
        parameters=sum(t.elements for t in tensors.values()),
        context_length=_context_length(sizes, tokenizer, folder),
        vocabulary_size=_number(sizes, ("vocab_size",)),
        weights_bytes=sum(t.end - t.start for t in tensors.values()),
        dtype=_main_dtype(tensors),
        licence=read_licence(folder),
        layers=_number(sizes, LAYER_KEYS),
        hidden_size=hidden,
        intermediate_size=_number(sizes, INTERMEDIATE_KEYS) or 4 * hidden,
        has_chat_template=_has_chat_template(folder, tokenizer),
    )


def files_revision(folder: Path, weights: Sequence[Path]) -> str:
    """Hash over all files that decide about a model's answers; the same wherever they lie."""
    paths = [folder / name for name in REVISION_FILES if (folder / name).is_file()]
    paths += [path for path in weights if path not in paths]
    return digest({path.relative_to(folder).as_posix(): file_digest(path) for path in paths})


@cache
def causal_architectures() -> frozenset[str]:
    """Class names of the causal language models that transformers knows by itself."""
    listed = resources.files("kitae.engines.hubs") / "causal_architectures.txt"
    return frozenset(listed.read_text(encoding="utf-8").split())


def _architecture(config: Mapping[str, Any], folder: Path) -> str:
    where = str(folder / "config.json")
    named = config.get("architectures")
    if not isinstance(named, list) or not named:
        raise DataError(
            "config.json names no architecture (`architectures` is missing or empty).",
            where=where,
            fix="name another base: this one was not saved as a whole model",
        )
    if str(named[0]) not in causal_architectures():
        raise DataError(
            f"The architecture {named[0]!r} is not a causal language model that Kitae can tune.",
            where=where,
            fix="name a base whose architecture ends with ForCausalLM, e.g. of the Llama, Qwen, "
            "Gemma, Mistral or GPT-2 family",
        )
    return str(named[0])


def _check_is_not_quantised(config: Mapping[str, Any], folder: Path) -> None:
    if config.get("quantization_config"):
        raise DataError(
            "The model is quantised already (`quantization_config`): its weights cannot be tuned.",
            where=str(folder / "config.json"),
            fix="name the original, unquantised model",
        )


def _context_length(sizes: Mapping[str, Any], tokenizer: Mapping[str, Any], folder: Path) -> int:
    for number in (_number(sizes, CONTEXT_KEYS), _number(tokenizer, ("model_max_length",))):
        if 0 < number < LARGEST_BELIEVABLE_CONTEXT:
            return number
    raise DataError(
        "Neither config.json nor tokenizer_config.json says how long a text the model can read.",
        where=str(folder / "config.json"),
        fix="add `max_position_embeddings` to config.json, or name another base",
    )


def _number(mapping: Mapping[str, Any], keys: Sequence[str]) -> int:
    """The first of the keys that holds a number, or 0."""
    values = (mapping.get(key) for key in keys)
    return next((int(v) for v in values if isinstance(v, int | float) and v > 0), 0)


def _main_dtype(tensors: Mapping[str, TensorHeader]) -> str:
    elements: Counter[str] = Counter()
    for tensor in tensors.values():
        elements[tensor.dtype] += tensor.elements
    if not elements:
        return "unknown"
    dtype = max(sorted(elements), key=lambda name: elements[name])
    return DTYPE_NAMES.get(dtype, dtype.lower())


def _has_chat_template(folder: Path, tokenizer: Mapping[str, Any]) -> bool:
    files = ("chat_template.jinja", "chat_template.json")
    return bool(tokenizer.get("chat_template")) or any((folder / name).is_file() for name in files)
