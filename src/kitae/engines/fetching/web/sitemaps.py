"""Sitemaps: lists of pages, and lists of lists (sitemaps.org)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from kitae.engines.fetching.web.client import inflated
from kitae.engines.fetching.web.refusals import RefusedError
from kitae.engines.fetching.web.urls import canonical

MAX_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 50_000
MAX_NESTING = 3
XML_TYPES = frozenset({"application/xml", "text/xml", "application/gzip", "application/x-gzip"})


@dataclass(frozen=True)
class Sitemap:
    """What one sitemap lists: pages, or further sitemaps; what changed last comes first."""

    is_index: bool
    urls: tuple[str, ...]


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """The addresses of a sitemap or sitemap index, packed or not.

    Raises:
        RefusedError: It is no sitemap, is broken, or is larger than sitemaps may be.
    """
    if body.startswith(b"\x1f\x8b"):
        body = b"".join(inflated([body], MAX_BYTES))
    try:
        return _parsed(body, url)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RefusedError("bad_sitemap", f"{type(error).__name__}: {error}") from error


def _parsed(body: bytes, url: str) -> Sitemap:
    root, location, changed = "", "", ""
    found: list[tuple[str, str]] = []
    for event, element in iterparse(io.BytesIO(body), events=("start", "end")):
        name = str(element.tag).rpartition("}")[2]
        if event == "start":
            root = _root(root, name)
        elif name == "loc":
            location = (element.text or "").strip()
        elif name == "lastmod":
            changed = (element.text or "").strip()
        elif name in ("url", "sitemap"):
            found.append((changed, location))
            location = changed = ""
            element.clear()
        if len(found) >= MAX_ENTRIES:
            break
    found.sort(key=lambda entry: entry[0], reverse=True)
    urls = (canonical(location, url) for _, location in found if location)
    return Sitemap(root == "sitemapindex", tuple(dict.fromkeys(u for u in urls if u)))


def _root(root: str, name: str) -> str:
    """The root's name, told at the first element.

    Raises:
        RefusedError: It is a feed or another XML file.
    """
    if root:
        return root
    if name not in ("urlset", "sitemapindex"):
        raise RefusedError("content_type", f"XML of kind <{name}>, not a sitemap")
    return name
