"""Words in English, Japanese and Chinese, from one catalogue per language. Light: loads nothing but JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Language = Literal["en", "ja", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of one language, flat: dotted key to text. Every file of `locales/LANG/` is read."""
    texts: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "locales" / language).glob("*.json")):
        texts.update(json.loads(path.read_text(encoding="utf-8")))
    return texts


def say(key: str, language: Language = "en", /, **values: Any) -> str:  # noqa: ANN401
    """The text for a key, with its placeholders filled in.

    Raises:
        KeyError: The catalogue has no such key: a defect, shown by the parity test.
    """
    text = catalogue(language)[key]
    filled = {name: _value_text(value, language) for name, value in values.items()}
    return text.format(**filled)


def _value_text(value: Any, language: Language) -> Any:  # noqa: ANN401
    if isinstance(value, str) and value.startswith("@") and value[1:] in catalogue(language):
        return catalogue(language)[value[1:]]
    return value
