"""Licences in the words of the hubs, as SPDX expressions where that can be told.

Nothing is guessed: a family without a version, several texts, or a licence that does not cover the
contents stay `unknown`, with the source's own words in `terms`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from kitae.engines.fetching.asking import extra_missing

UNKNOWN = "unknown"
NO_WORDS = frozenset({"", "unknown", "none", "null", "noassertion", "other"})
"""What sources write when they say nothing."""
TOO_VAGUE = frozenset({"cc", "gpl", "lgpl", "agpl", "bsd", "gfdl", "gnu", "cc-by", "cc-by-sa"})
"""Families without a version; the licence library would take some of them for one licence."""
OTHER_WORDS = {
    "odc-by": "ODC-By-1.0",
    "odc attribution license (odc-by)": "ODC-By-1.0",
    "odbl": "ODbL-1.0",
    "database: open database, contents: database contents": "ODbL-1.0",
    "pddl": "PDDL-1.0",
    "odc public domain dedication and licence (pddl)": "PDDL-1.0",
    "cc0": "CC0-1.0",
    "cc0: public domain": "CC0-1.0",
    "apache": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "gpl 2": "GPL-2.0-only",
    "gpl 3": "GPL-3.0-only",
    "gnu lesser general public 3.0": "LGPL-3.0-only",
    "gnu affero general public 3.0": "AGPL-3.0-only",
    "community data agreement - permissive - 1.0": "CDLA-Permissive-1.0",
    "community data agreement - sharing - 1.0": "CDLA-Sharing-1.0",
}
"""Names that the hubs use -> SPDX."""
_CREATIVE_COMMONS = re.compile(
    r"(?:.*\()?cc[- ](by(?:-nc)?(?:-nd|-sa)?)[- ](\d\.\d)([- ]igo)?\)?", re.IGNORECASE
)
_FILLERS = re.compile(r"\b(?:the|licen[cs]e|version)\b|,", re.IGNORECASE)


def read_licence(words: str) -> tuple[str, str]:
    """(SPDX expression or `unknown`, terms: the words, where SPDX does not say all of them)."""
    plain = " ".join(words.split())
    if plain.lower() in NO_WORDS:
        return UNKNOWN, ""
    expression = _expression(plain)
    return (expression, "") if expression else (UNKNOWN, plain)


def read_card_licence(card: Mapping[str, Any]) -> tuple[str, str]:
    """(SPDX expression or `unknown`, terms) from a dataset card's front matter.

    Several licences mean that parts of the data stand under each of them: all have to be kept.
    """
    named = card.get("license", card.get("licence"))
    words = [str(word) for word in named] if isinstance(named, list) else [str(named or "")]
    read = [read_licence(word) for word in words if word]
    expressions = list(dict.fromkeys(expression for expression, _ in read))
    terms = [text for _, text in read if text] + _own_words(card)
    if not expressions or UNKNOWN in expressions:
        told = terms or [word for word in words if word.lower() not in NO_WORDS]
        return UNKNOWN, "; ".join(dict.fromkeys(told))
    return " AND ".join(expressions), "; ".join(dict.fromkeys(terms))


def _own_words(card: Mapping[str, Any]) -> list[str]:
    keys: Iterable[str] = ("license_name", "license_link", "extra_gated_prompt")
    return [" ".join(str(card[key]).split())[:300] for key in keys if card.get(key)]


def _expression(words: str) -> str:
    lowered = words.lower()
    if lowered in TOO_VAGUE:
        return ""
    commons = _CREATIVE_COMMONS.fullmatch(words.replace("_", "-"))
    if commons:
        kind, version, igo = commons.groups()
        return _validated(f"CC-{kind.upper()}-{version}{'-IGO' if igo else ''}")
    bare = " ".join(_FILLERS.sub(" ", lowered).split())
    for candidate in (lowered, bare):
        if candidate in OTHER_WORDS:
            return OTHER_WORDS[candidate]
    joined = bare.replace(" ", "-")
    tries = (words, bare, joined, re.sub(r"-v?(\d)$", r"-\1.0", joined))
    return next((found for text in tries if (found := _validated(text))), "")


@cache
def _validated(text: str) -> str:
    """The text as canonical SPDX, or nothing when it is none."""
    try:
        from license_expression import ExpressionError, get_spdx_licensing
    except ImportError as error:
        raise extra_missing("license-expression", error) from error
    try:
        parsed = get_spdx_licensing().parse(text, validate=True, strict=True)
    except ExpressionError:
        return ""
    rendered = "" if parsed is None else str(parsed)
    return "" if "LicenseRef-" in rendered else rendered
