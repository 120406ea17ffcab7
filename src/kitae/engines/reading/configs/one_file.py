"""A file -> whose config it is, and what it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitae.core.errors import DataError
from kitae.engines.reading.configs.axolotl import read_axolotl
from kitae.engines.reading.configs.found import ConfigFormat, ConfigReading, Found
from kitae.engines.reading.configs.llama_factory import is_llama_factory, read_llama_factory
from kitae.engines.reading.configs.unsloth import read_unsloth
from kitae.engines.reading.files import check_file
from kitae.engines.reading.yaml_text import load_yaml

MAX_CONFIG_BYTES = 4 * 2**20


def sources_from_config(path: Path) -> ConfigReading:
    """The datasets that a config of another tool names.

    Args:
        path: `dataset_info.json`, an Axolotl YAML, or an Unsloth YAML or JSON. Paths in it are given
            relative to the same place as `path` itself.

    Raises:
        NotFoundError: There is no such file.
        DataError: It is no config of these tools, or names no dataset.
    """
    content = _load(path)
    found = Found(path.parent)
    if isinstance(content, dict) and is_llama_factory(content):
        kind: ConfigFormat = "llama_factory"
        read_llama_factory(content, found)
    elif isinstance(content, dict) and isinstance(content.get("datasets"), list):
        kind = "axolotl"
        read_axolotl(content, found)
    elif read_unsloth(content, found):
        kind = "unsloth"
    else:
        raise _unknown(path)
    if not found.sources and not found.notes:
        raise _unknown(path)
    return ConfigReading(kind, tuple(found.sources), tuple(found.notes))


def _load(path: Path) -> Any:  # noqa: ANN401
    check_file(path)
    data = path.read_bytes()
    if len(data) > MAX_CONFIG_BYTES:
        raise _unknown(path)
    try:
        if path.suffix.lower() == ".json":
            import orjson

            return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        return load_yaml(data.decode("utf-8-sig"))
    except ValueError as error:
        raise DataError(
            f"The config {path.name!r} cannot be read: {str(error)[:160]}.",
            where=str(path),
            fix="check it in the tool that it was written for",
        ) from error


def _unknown(path: Path) -> DataError:
    return DataError(
        f"{path.name!r} is no dataset config that is known here.",
        where=str(path),
        fix="name a LLaMA-Factory dataset_info.json, an Axolotl YAML with `datasets:`, or an Unsloth "
        "config with `data:`; or name the data files themselves",
    )
