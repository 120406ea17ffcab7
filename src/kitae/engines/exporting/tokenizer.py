"""Tokenizer, chat template and generation settings beside exported weights.

Written so that other servers, and older releases of transformers, read them as Kitae does: the template
stands in tokenizer_config.json as well as in its own file, the tokenizer class is one that every release
knows, and generation_config.json names every token that ends an answer.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kitae.engines.hubs.safety import read_settings
from kitae.engines.tokens.template import PLAIN_TEMPLATE

COPIED = (
    "tokenizer.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "vocab.txt", "merges.txt",
)  # fmt: skip
CLASS_OF_NEWER_RELEASES = "TokenizersBackend"
CLASS_OF_ALL_RELEASES = "PreTrainedTokenizerFast"
TOKEN_IDS = ("bos_token_id", "pad_token_id")


def write_tokenizer(base: Path, target: Path, stop_ids: Sequence[int]) -> None:
    """Write a base's tokenizer, chat template and generation settings into another folder.

    Args:
        base: Folder of the base model.
        target: An existing folder.
        stop_ids: Tokens that end an answer.
    """
    for name in COPIED:
        if (base / name).is_file():
            shutil.copyfile(base / name, target / name)
    settings = _settings(base / "tokenizer_config.json")
    template = _chat_template(base, settings)
    _write_json(target / "tokenizer_config.json", _compatible(settings, template))
    (target / "chat_template.jinja").write_text(template, encoding="utf-8")
    generation = _settings(base / "generation_config.json") or _settings(base / "config.json")
    ids = {key: generation[key] for key in TOKEN_IDS if generation.get(key) is not None}
    wanted = {**ids, "eos_token_id": sorted(stop_ids), "do_sample": False}
    _write_json(target / "generation_config.json", wanted)


def _settings(path: Path) -> dict[str, Any]:
    return read_settings(path) if path.is_file() else {}


def _chat_template(base: Path, settings: dict[str, Any]) -> str:
    """The base's own template; the plain one that Kitae uses for a base without."""
    own_file = base / "chat_template.jinja"
    if own_file.is_file():
        return own_file.read_text(encoding="utf-8")
    in_settings = settings.get("chat_template") or _settings(base / "chat_template.json").get(
        "chat_template"
    )
    if isinstance(in_settings, list):
        named = {entry["name"]: entry["template"] for entry in in_settings}
        return named.get("default") or next(iter(named.values()))
    return in_settings or PLAIN_TEMPLATE


def _compatible(settings: dict[str, Any], template: str) -> dict[str, Any]:
    wanted = {**settings, "chat_template": template}
    if wanted.get("tokenizer_class") == CLASS_OF_NEWER_RELEASES:
        wanted["tokenizer_class"] = CLASS_OF_ALL_RELEASES
    extra = wanted.pop("extra_special_tokens", None)
    if isinstance(extra, list):
        wanted["additional_special_tokens"] = extra
    elif extra is not None:
        wanted["extra_special_tokens"] = extra
    return wanted


def _write_json(path: Path, value: dict[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
