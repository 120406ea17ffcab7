"""What pages and sites say about use beyond robots.txt: robots marks, `noai`, text-and-data-mining rights.

Whatever says no is taken at its word, wherever it stands: header, page, or `/.well-known/tdmrep.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from protego import Protego

from kitae.engines.fetching.web.client import Answer
from kitae.engines.fetching.web.refusals import Refusal
from kitae.engines.fetching.web.robots import TOKEN

NO_TRAINING = frozenset({"noai", "noimageai", "noml", "ai-train=no", "train-ai=n"})
_VALUED = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
_KEPT_AS_TERMS = frozenset({"noarchive", "nocache", "nosnippet"})
_SPLIT = re.compile(r"[,;\s]+")


@dataclass(frozen=True)
class Marks:
    """What one page says of itself."""

    refusal: Refusal | None = None
    is_nofollow: bool = False
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class MiningRules:
    """A site's tdmrep.json."""

    rules: tuple[tuple[str, bool, str], ...] = field(default=())
    """(location pattern, whether mining is reserved, policy), in the file's order."""

    @classmethod
    def parse(cls, body: bytes) -> MiningRules:
        """The rules of a file; what is no list of rules has none.

        Raises:
            ValueError: It is not JSON.
        """
        entries = orjson.loads(body)
        entries = entries if isinstance(entries, list) else [entries]
        return cls(tuple(_rule(entry) for entry in entries if isinstance(entry, dict)))

    def refusal(self, url: str) -> Refusal | None:
        """Reserved when the first rule that matches says so, or the most exact one."""
        found = [rule for rule in self.rules if _matches(rule[0], url)]
        if not found:
            return None
        most_exact = max(found, key=lambda rule: (len(rule[0]), rule[1]))
        for location, is_reserved, policy in (found[0], most_exact):
            if is_reserved:
                return Refusal("tdm_reserved", f"tdmrep.json: {location} {policy}".rstrip())
        return None


def header_marks(answer: Answer) -> Marks:
    """Marks of the headers alone, known before the body is read."""
    words = [word for value in answer.all("x-robots-tag") for word in _own_words(value)]
    words += [word for value in answer.all("content-usage") for word in _words(value)]
    return _marks(words, answer.header("tdm-reservation"), answer.header("tdm-policy"), "header")


def meta_marks(metas: Iterable[Mapping[str, str]]) -> Marks:
    """Marks of a page's `<meta>` elements, given as name -> content pairs in lower-case names."""
    words: list[str] = []
    reservation = policy = ""
    for meta in metas:
        name, content = meta.get("name", "").lower(), meta.get("content", "")
        if name in ("robots", TOKEN):
            words += _words(content)
        elif name == "tdm-reservation":
            reservation = max(reservation, content.strip())
        elif name == "tdm-policy":
            policy = content.strip()
    return _marks(words, reservation, policy, "meta")


def joined(first: Marks, second: Marks) -> Marks:
    """Both together; the stricter wins."""
    return Marks(
        first.refusal or second.refusal,
        first.is_nofollow or second.is_nofollow,
        (*first.terms, *second.terms),
    )


def _marks(words: list[str], reservation: str, policy: str, place: str) -> Marks:
    terms = tuple(f"robots: {word}" for word in sorted(_KEPT_AS_TERMS.intersection(words)))
    terms += (f"tdm-policy: {policy}",) if policy else ()
    is_nofollow = not {"nofollow", "none"}.isdisjoint(words)
    return Marks(_mark_refusal(words, reservation, policy, place), is_nofollow, terms)


def _mark_refusal(words: list[str], reservation: str, policy: str, place: str) -> Refusal | None:
    if reservation.strip().startswith("1"):
        return Refusal("tdm_reserved", f"{place}: tdm-reservation {policy}".rstrip())
    for word in words:
        if word in NO_TRAINING:
            return Refusal("noai", f"{place}: {word}")
    for word in words:
        if word in ("noindex", "none"):
            return Refusal("noindex", f"{place}: {word}")
    return None


def _own_words(value: str) -> list[str]:
    """Words of an X-Robots-Tag, unless it speaks to another robot by name (`otherbot: noindex`)."""
    name, colon, rest = value.partition(":")
    if colon and name.strip().lower() not in _VALUED and not _SPLIT.search(name.strip()):
        return _words(rest) if name.strip().lower() == TOKEN else []
    return _words(value)


def _words(value: str) -> list[str]:
    return [word for word in _SPLIT.split(value.lower()) if word]


def _rule(entry: dict[str, Any]) -> tuple[str, bool, str]:
    location = str(entry.get("location", "/")).splitlines() or ["/"]
    is_reserved = str(entry.get("tdm-reservation", 0)).strip() in ("1", "True")
    return location[0][:500], is_reserved, str(entry.get("tdm-policy") or "")[:200]


def _matches(location: str, url: str) -> bool:
    """Patterns are written as in robots.txt."""
    alone = Protego.parse(f"User-agent: *\nDisallow: {location}")
    return not alone.can_fetch(url, TOKEN)
