"""The base with what was learnt added into its weights: one model, no adapter needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kitae.engines.exporting.tokenizer import write_tokenizer


def merge_adapter(base: Path, adapter: Path, folder: Path) -> None:
    """Write base plus adapter as one safetensors model with tokenizer and chat template.

    The weights are written in the number format that this machine computes in, which is the one that
    the model was evaluated in: a narrower one would round, and could answer otherwise. Equal inputs give
    equal bytes.

    Args:
        base: Folder of the base model.
        adapter: Folder of a peft adapter for it.
        folder: Is made; must not hold a model yet.

    Raises:
        DataError: Base or adapter cannot be read.
        ResourceError: The model does not fit in memory.
    """
    from kitae.engines.inference import loading
    from kitae.engines.tokens.encoder import load_encoder

    device = loading.find_device()
    loaded = loading.load_base(base, loading.choose_dtype(base, device), device)
    model = loading.load_adapter(loaded, adapter)
    folder.mkdir(parents=True, exist_ok=True)
    with loading.without_library_warnings():
        merged: Any = model.merge_and_unload(safe_merge=True)
        merged.save_pretrained(folder)
    _sort_keys(folder / "config.json")
    _make_readable(folder)
    write_tokenizer(base, folder, load_encoder(base).stop_ids)


def _sort_keys(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _make_readable(folder: Path) -> None:
    """Weights get the permissions of the other files; the library writes them for their owner only."""
    mode = (folder / "config.json").stat().st_mode
    for path in folder.glob("*.safetensors"):
        path.chmod(mode)
