"""The adapter as a folder that peft, vLLM and a model hub read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kitae.engines.exporting.tokenizer import write_tokenizer
from kitae.engines.hubs.safety import read_settings

ADAPTER_WEIGHTS = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"


def write_adapter(
    adapter: Path, base: Path, reference: str, stop_ids: Sequence[int], folder: Path
) -> None:
    """Copy an adapter and put beside it all that is needed to use it.

    Args:
        adapter: As `tune` left it.
        base: Folder of the base model.
        reference: Name of the base, for whoever loads the adapter elsewhere.
        stop_ids: Tokens that end an answer.
        folder: Is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(adapter / ADAPTER_WEIGHTS, folder / ADAPTER_WEIGHTS)
    config = _portable(read_settings(adapter / ADAPTER_CONFIG), reference)
    text = json.dumps(config, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / ADAPTER_CONFIG).write_text(text + "\n", encoding="utf-8")
    write_tokenizer(base, folder, stop_ids)


def _portable(config: dict[str, Any], reference: str) -> dict[str, Any]:
    """The adapter's config without paths of this machine, its lists in a fixed order."""
    name, _, revision = reference.partition("@")
    targets = config.get("target_modules")
    return {
        **config,
        "base_model_name_or_path": name,
        "revision": revision or None,
        "target_modules": sorted(targets) if isinstance(targets, list) else targets,
    }
