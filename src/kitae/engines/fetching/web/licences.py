"""Licence hints of a page: an SPDX identifier where it can be told, and what else it says about use.

Only what a page states about itself counts as its licence (rel=license, schema.org, meta); a mere link to a
licence text is kept among the terms, for a page may also write about one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

UNKNOWN = "unknown"
_CREATIVE_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)/(\d\.\d)(?:/|$)",
    re.IGNORECASE,
)
_DEDICATION = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/publicdomain/zero/1\.0(?:/|$)", re.IGNORECASE
)
_BY_ADDRESS = (
    (re.compile(r"https?://(?:www\.)?opensource\.org/licenses?/mit\b", re.IGNORECASE), "MIT"),
    (re.compile(r"https?://(?:www\.)?apache\.org/licenses/LICENSE-2\.0", re.IGNORECASE), "Apache-2.0"),
    (re.compile(r"https?://(?:www\.)?mozilla\.org/.*MPL/2\.0", re.IGNORECASE), "MPL-2.0"),
    (re.compile(r"https?://(?:www\.)?unlicense\.org/?$", re.IGNORECASE), "Unlicense"),
)  # fmt: skip
_SPDX_PAGE = re.compile(
    r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html)?$", re.IGNORECASE
)
_PLAIN = (
    "MIT", "Apache-2.0", "CC0-1.0", "BSD-2-Clause", "BSD-3-Clause", "MPL-2.0", "ODbL-1.0", "Unlicense",
    "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0",
    "CC-BY-3.0", "CC-BY-SA-3.0",
)  # fmt: skip
_PLAIN_BY_LOWER = {name.lower(): name for name in _PLAIN}


def spdx(hint: str) -> str | None:
    """The SPDX identifier behind a licence's address or name; None when it cannot be told."""
    hint = hint.strip()
    if found := _CREATIVE_COMMONS.match(hint):
        return f"CC-{found.group(1).upper()}-{found.group(2)}"
    if _DEDICATION.match(hint):
        return "CC0-1.0"
    if found := _SPDX_PAGE.match(hint):
        return found.group(1)
    for pattern, name in _BY_ADDRESS:
        if pattern.match(hint):
            return name
    return _PLAIN_BY_LOWER.get(re.sub(r"\s+", "-", hint.lower()))


def is_licence_address(url: str) -> bool:
    """Whether a link leads to the text of a licence that is known."""
    return url.startswith("http") and spdx(url) is not None


def settled(stated: Iterable[str], linked: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The licence that a page states and its terms.

    Args:
        stated: Hints by which the page speaks of itself.
        linked: Licence texts that it merely links to.

    Returns:
        One SPDX identifier (`unknown` for none, several, or one that cannot be told), then the hints.
    """
    hints = list(dict.fromkeys(hint.strip()[:200] for hint in stated if hint.strip()))
    names = {spdx(hint) for hint in hints}
    licence = names.pop() if len(names) == 1 else None
    links = dict.fromkeys(link[:200] for link in linked if link not in hints)
    terms = [f"licence: {hint}" for hint in hints] + [f"links to: {link}" for link in links]
    return licence or UNKNOWN, tuple(terms[:6])


def schema_org_licences(scripts: Iterable[str]) -> Iterator[str]:
    """Values of `license` in a page's JSON-LD blocks; broken blocks have none."""
    for script in scripts:
        try:
            yield from _licences_inside(orjson.loads(script), depth=0)
        except orjson.JSONDecodeError:
            continue


def _licences_inside(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401
    """A page speaks of itself on the outer levels; what it cites lies deeper."""
    if isinstance(value, list):
        for part in value[:50]:
            yield from _licences_inside(part, depth)
    if not isinstance(value, dict) or depth > 1:
        return
    licence = value.get("license")
    if isinstance(licence, dict):
        licence = licence.get("url") or licence.get("@id") or licence.get("name")
    if isinstance(licence, str):
        yield licence
    yield from _licences_inside(value.get("@graph"), depth + 1)
