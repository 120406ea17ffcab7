"""What a model's card says about its licence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from kitae.engines.licences import UNKNOWN, licence_of_text

_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\s*(?:\n|\Z)", re.DOTALL)


def read_licence(folder: Path) -> str:
    """The licence as the model card's front matter names it, or told from a LICENSE file.

    Returns:
        An identifier such as `apache-2.0`, or `unknown`.
    """
    card = folder / "README.md"
    front_matter = read_front_matter(card.read_text("utf-8", "replace")) if card.is_file() else {}
    named = front_matter.get("license")
    if named == "other":
        named = front_matter.get("license_name") or named
    if isinstance(named, list) and named:
        named = named[0]
    if isinstance(named, str) and named.strip():
        return named.strip().lower()
    return _licence_of_file(folder)


def read_front_matter(text: str) -> dict[str, Any]:
    """The YAML block at the top of a model card; empty when there is none that can be read."""
    found = _FRONT_MATTER.match(text.removeprefix("\ufeff"))
    if not found:
        return {}
    try:
        content = yaml.safe_load(found.group(1))
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, dict) else {}


def _licence_of_file(folder: Path) -> str:
    for name in ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"):
        path = folder / name
        if path.is_file():
            return licence_of_text(path.read_text("utf-8", "replace")).lower()
    return UNKNOWN
