"""The adapter: put on a base, taken off as tensors, written so that equal tensors give equal bytes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import orjson
import torch

from kitae.core.hashing import bytes_digest
from kitae.engines.inference.loading import without_library_warnings
from kitae.records.durable import raise_resource_error, write_atomic
from kitae.records.plan import LoraSettings

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"

Tensors = dict[str, torch.Tensor]


def add_adapter(model: Any, method: LoraSettings) -> Any:  # noqa: ANN401
    """The base with a fresh adapter; only the adapter's weights (float32) train."""
    from peft import LoraConfig, TaskType, get_peft_model

    config = LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=method.rank,
        lora_alpha=method.alpha,  # type: ignore[arg-type]
        lora_dropout=method.dropout,
        target_modules=method.targets,
    )
    with without_library_warnings():
        return get_peft_model(model, config)


def adapter_tensors(model: Any) -> Tensors:  # noqa: ANN401
    """Copies of the adapter's weights on the CPU, by the names that peft stores."""
    from peft import get_peft_model_state_dict

    found = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: found[name].detach().to("cpu", copy=True).contiguous() for name in sorted(found)}


def write_adapter(model: Any, tensors: Tensors, folder: Path) -> str:  # noqa: ANN401
    """Write the two files that peft loads; names no path of this machine.

    Args:
        model: Carries the adapter's configuration.
        tensors: The weights to write, which may be those of an earlier step.
        folder: Made when missing.

    Returns:
        The hash over the tensors.

    Raises:
        ResourceError: The disk is full or not writable.
    """
    weights = tensor_bytes(tensors)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise_resource_error(error, folder)
    write_atomic(folder / WEIGHTS, weights)
    write_atomic(folder / CONFIG, _config_bytes(model.peft_config["default"].to_dict()))
    return bytes_digest(weights)


def tensor_bytes(tensors: Tensors) -> bytes:
    """A safetensors file; equal tensors give equal bytes."""
    from safetensors.torch import save

    return save({name: tensors[name] for name in sorted(tensors)}, metadata={"format": "pt"})


def _config_bytes(values: Mapping[str, Any]) -> bytes:
    plain = {**values, "base_model_name_or_path": "", "revision": None, "inference_mode": True}
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return orjson.dumps({name: _plain(value) for name, value in plain.items()}, option=options)


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return value
