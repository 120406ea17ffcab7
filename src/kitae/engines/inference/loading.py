"""Loading a base model and perhaps an adapter: local safetensors only, none of their code is run."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch

from kitae.core.errors import DataError, ResourceError
from kitae.engines.threads import cpu_threads

CORES = torch.get_num_threads()
"""What torch would use by itself, before any small model asked for less."""
FP32_LIMIT_PARAMETERS = 1_000_000_000
"""On a CPU, models up to this size compute in float32 (exact, and bf16 needs newer CPUs to be fast)."""


def find_device() -> torch.device:
    """Where models run: the first CUDA device, Apple's GPU, or the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


@contextmanager
def without_library_warnings() -> Generator[None]:
    """Hide what peft and transformers tell their own developers (names to go, settings they correct)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="fan_in_fan_out is set to")
        warnings.filterwarnings("ignore", category=FutureWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        yield


def count_parameters(folder: Path) -> int:
    """Weights of a safetensors model, from its headers alone.

    Raises:
        DataError: The folder holds no readable safetensors file.
    """
    from safetensors import SafetensorError, safe_open

    total = 0
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="pt") as tensors:
                total += sum(math.prod(tensors.get_slice(n).get_shape()) for n in tensors.keys())  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise _unreadable(path, error) from error
    if not total:
        raise _unreadable(folder, "there are no safetensors weights")
    return total


def choose_dtype(folder: Path, device: torch.device) -> torch.dtype:
    """The number format that a model computes in on this device."""
    if device.type == "cpu" and count_parameters(folder) <= FP32_LIMIT_PARAMETERS:
        return torch.float32
    return torch.bfloat16


def load_base(folder: Path, dtype: torch.dtype, device: torch.device) -> Any:  # noqa: ANN401
    """The base model, in evaluation mode.

    Raises:
        DataError: The folder holds no causal model that can be read.
        ResourceError: It does not fit in memory.
    """
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    parameters = count_parameters(folder)
    if device.type == "cpu":
        torch.set_num_threads(cpu_threads(parameters, CORES))
    try:
        model = cast("Any", AutoModelForCausalLM).from_pretrained(
            folder,
            dtype=dtype,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
        )
        return model.to(device).eval()
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise _unreadable(folder, error) from error
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _too_large(folder) from error


def load_adapter(model: Any, folder: Path) -> Any:  # noqa: ANN401
    """The model with an adapter put on it, in evaluation mode.

    Raises:
        DataError: The folder holds no adapter for this model.
    """
    from peft import PeftModel

    try:
        with without_library_warnings():
            return PeftModel.from_pretrained(
                model, str(folder), local_files_only=True, use_safetensors=True
            ).eval()
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise DataError(
            f"The adapter cannot be read: {error}.",
            where=str(folder),
            fix="run `kitae run --from tune` to make it again",
        ) from error


def _unreadable(folder: Path, why: object) -> DataError:
    return DataError(
        f"The base model cannot be read: {why}.",
        where=str(folder),
        fix="name a folder with config.json, tokenizer.json and *.safetensors of a causal model",
    )


def _too_large(folder: Path) -> ResourceError:
    return ResourceError(
        "The base model does not fit in memory.",
        where=str(folder),
        fix="choose a smaller base (`choose.base` in kitae.yaml), or a machine with more memory",
    )
