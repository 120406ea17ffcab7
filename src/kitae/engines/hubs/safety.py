"""What is looked at before a foreign model's files come near a library that loads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from kitae.core.errors import DataError, NotFoundError
from kitae.engines.hubs.checksums import is_plain_name

WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt")
SETTINGS = (
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "preprocessor_config.json",
    "processor_config.json",
)
LARGEST_SETTINGS_BYTES = 20_000_000
REFUSED_KEYS = {
    "auto_map": "names Python code of the model's maker to run",
    "trust_remote_code": "asks for the model's maker's own code to be run",
    "_attn_implementation_internal": "makes old libraries download and run code (CVE-2026-4372)",
    "_experts_implementation_internal": "may make a library download and run code",
    "custom_pipelines": "names Python code of the model's maker to run",
    "custom_generate": "names Python code of the model's maker to run",
}
CODE_CHOICES = ("_attn_implementation", "attn_implementation", "_experts_implementation",
                "experts_implementation", "kernel_config", "use_kernels")  # fmt: skip
"""Keys that choose an implementation; a value with a slash is a hub id whose code would be fetched."""
ANOTHER = (
    "name another base in the recipe (`choose: {base: ...}`), e.g. one made of safetensors only"
)


def check_folder(folder: Path) -> tuple[Path, ...]:
    """Look a model's folder over.

    Returns:
        Its weight files, in order.

    Raises:
        NotFoundError: There is no such folder.
        DataError: It holds no safetensors, asks for code to be run, or names files outside itself.
    """
    if not folder.is_dir():
        raise NotFoundError(f"{folder} is not a folder.", where=str(folder), fix=ANOTHER)
    _check_is_a_base(folder)
    weights = weight_files(folder)
    for name in SETTINGS:
        if (folder / name).exists():
            _check_settings(folder / name)
    if not any((folder / name).is_file() for name in TOKENIZERS):
        raise DataError(
            "The model's folder has no tokenizer.",
            where=str(folder),
            fix="put tokenizer.json and tokenizer_config.json beside the weights",
        )
    return weights


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that hold the weights, as a loader would take them.

    Raises:
        DataError: There are none, or the index names one that is missing or outside the folder.
    """
    if (folder / WEIGHTS).is_file():
        return (folder / WEIGHTS,)
    index = folder / WEIGHTS_INDEX
    if not index.is_file():
        raise _no_weights(folder)
    shards = _shard_names(index)
    missing = [name for name in shards if not (folder / name).is_file()]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(shards)} weight files are missing, first {missing[0]}.",
            where=str(folder),
            fix="download or copy the model again",
        )
    return tuple(folder / name for name in shards)


def read_settings(path: Path) -> dict[str, Any]:
    """A JSON file of a model as a dict.

    Raises:
        DataError: It is too large, or not a JSON object.
    """
    if path.stat().st_size > LARGEST_SETTINGS_BYTES:
        raise DataError(f"{path.name} is too large to be believed.", where=str(path), fix=ANOTHER)
    try:
        content = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise DataError(
            f"{path.name} is not JSON: {error}.", where=str(path), fix="copy the model again"
        ) from error
    if not isinstance(content, dict):
        raise DataError(f"{path.name} is not a JSON object.", where=str(path), fix=ANOTHER)
    return content


def _check_is_a_base(folder: Path) -> None:
    if (folder / "adapter_config.json").exists():
        raise DataError(
            "This folder is an adapter, not a base: it holds only what was learnt on top of one.",
            where=str(folder / "adapter_config.json"),
            fix="name the base it was made for, or a merged model",
        )
    if not (folder / "config.json").is_file():
        if any(folder.glob("*.gguf")):
            raise DataError(
                "This folder holds a GGUF file, a form for running models, not for tuning them.",
                where=str(folder),
                fix="name the folder or hub id of the original safetensors model",
            )
        raise (_no_weights(folder) if _pickles(folder) else _no_config(folder))


def _no_config(folder: Path) -> DataError:
    return DataError(
        "The folder is not a model: it has no config.json.",
        where=str(folder),
        fix="name a folder that holds config.json, a tokenizer and *.safetensors",
    )


def _no_weights(folder: Path) -> DataError:
    pickles = _pickles(folder)
    if pickles:
        return DataError(
            f"The model's weights are in a pickle file ({pickles[0]}), which can run any code when "
            "it is read. Kitae reads safetensors only.",
            where=str(folder / pickles[0]),
            fix="take a safetensors copy from the model's page, or have its maker save one with "
            "`model.save_pretrained(folder, safe_serialization=True)`",
        )
    return DataError(
        f"The model's folder has no safetensors weights ({WEIGHTS} or {WEIGHTS_INDEX}).",
        where=str(folder),
        fix=ANOTHER,
    )


def _pickles(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix.lower() in PICKLES)


def _shard_names(index: Path) -> list[str]:
    mapping = read_settings(index).get("weight_map")
    names: list[Any] = list(mapping.values()) if isinstance(mapping, dict) else []
    shards = sorted({str(name) for name in names})
    for name in shards:
        if not is_plain_name(name) or not name.endswith(".safetensors"):
            raise DataError(
                f"The index names a weight file that Kitae does not open: {name!r}.",
                where=str(index),
                fix=ANOTHER,
            )
    if not shards:
        raise DataError("The index names no weight file.", where=str(index), fix=ANOTHER)
    return shards


def _check_settings(path: Path) -> None:
    for where, key, value in _walk(read_settings(path), ""):
        if key in REFUSED_KEYS and value not in (None, False, {}, []):
            raise DataError(
                f"{path.name} holds {where!r}, which {REFUSED_KEYS[key]}. Kitae never runs code that "
                "comes with a model.",
                where=f"{path}, key {where}",
                fix=ANOTHER,
            )
        if key in CODE_CHOICES and "/" in str(value):
            raise DataError(
                f"{path.name} asks with {where!r} for code to be fetched: {value!r}.",
                where=f"{path}, key {where}",
                fix=ANOTHER,
            )


def _walk(value: Any, place: str) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401
    """Every key of nested JSON as (dotted place, key, value)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            where = f"{place}.{key}" if place else str(key)
            yield where, str(key), inner
            yield from _walk(inner, where)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, f"{place}[{number}]")
