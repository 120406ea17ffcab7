"""What the crawl reads from a page: links, what it says about use, and signs of instructions in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]

from kitae.engines.fetching.web import charset
from kitae.engines.fetching.web.client import Answer
from kitae.engines.fetching.web.injection import injection_signs
from kitae.engines.fetching.web.licences import is_licence_address, schema_org_licences, settled
from kitae.engines.fetching.web.reservations import Marks, header_marks, joined, meta_marks
from kitae.engines.fetching.web.urls import canonical

MAX_LINKS = 5000
"""More links of one page are not looked at."""
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_LICENCE_METAS = frozenset(
    {"license", "licence", "dc.license", "dcterms.license", "dc.rights.license", "og:license"}
)
_RIGHTS_METAS = frozenset({"copyright", "rights", "dc.rights", "dcterms.rights"})


@dataclass(frozen=True)
class PageReading:
    """What one page says, apart from its text."""

    links: tuple[str, ...] = ()
    """Canonical addresses that may be followed, in the page's order."""
    marks: Marks = field(default_factory=Marks)
    licence: str = "unknown"
    terms: str = ""
    signs: tuple[str, ...] = ()


def read_page(url: str, kind: str, answer: Answer) -> PageReading:
    """Read a page of a media type; only HTML has links.

    Args:
        url: Its address, which relative links are joined to.
        kind: Its media type.
        answer: Headers and body.
    """
    marks = header_marks(answer)
    if kind == "application/pdf":
        return _reading((), marks, _link_header_licences(answer), ((), ()), ())
    is_html = kind in HTML_TYPES
    text = charset.readable(answer.body, answer.header("content-type"), is_html=is_html)
    signs = injection_signs(text)
    tree = _tree(text) if is_html else None
    if tree is None:
        return _reading((), marks, _link_header_licences(answer), ((), ()), signs)
    marks = joined(marks, meta_marks(list(_metas(tree))))
    links = () if marks.is_nofollow else tuple(_links(tree, url))
    stated = (*_link_header_licences(answer), *_stated_licences(tree))
    return _reading(links, marks, stated, (_linked_licences(tree), _rights(tree)), signs)


def _reading(
    links: tuple[str, ...],
    marks: Marks,
    stated: tuple[str, ...],
    beside: tuple[tuple[str, ...], tuple[str, ...]],
    signs: tuple[str, ...],
) -> PageReading:
    linked, rights = beside
    licence, terms = settled(stated, linked)
    whole = "; ".join(dict.fromkeys((*terms, *rights, *marks.terms)))[:1000]
    return PageReading(links, marks, licence, whole, signs)


def _tree(text: str) -> Any | None:  # noqa: ANN401 - lxml's elements have no types
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _links(tree: Any, url: str) -> Iterator[str]:  # noqa: ANN401
    bases = tree.xpath("//base/@href")
    base = canonical(str(bases[0]), url) if bases else None
    hrefs = tree.xpath("//a[@href] | //area[@href] | //link[@href]")
    for element in hrefs[:MAX_LINKS]:
        rel = str(element.get("rel", "")).lower().split()
        if "nofollow" in rel or (element.tag == "link" and not _leads_on(rel)):
            continue
        found = canonical(str(element.get("href")), base or url)
        if found:
            yield found


def _leads_on(rel: list[str]) -> bool:
    return not {"next", "prev", "canonical"}.isdisjoint(rel)


def _metas(tree: Any) -> Iterator[dict[str, str]]:  # noqa: ANN401
    for element in tree.iter("meta"):
        name = element.get("name") or element.get("property") or ""
        yield {"name": str(name).strip().lower(), "content": str(element.get("content", ""))}


def _stated_licences(tree: Any) -> tuple[str, ...]:  # noqa: ANN401
    found = [
        str(element.get("href"))
        for element in tree.xpath("//a[@rel and @href] | //link[@rel and @href]")
        if not {"license", "licence"}.isdisjoint(str(element.get("rel")).lower().split())
    ]
    found += [meta["content"] for meta in _metas(tree) if meta["name"] in _LICENCE_METAS]
    for element in tree.xpath("//*[@itemprop='license']")[:5]:
        found.append(element.get("href") or element.get("content") or element.text_content())
    scripts = tree.xpath("//script[@type='application/ld+json']")
    return (*found, *schema_org_licences(script.text or "" for script in scripts))


def _linked_licences(tree: Any) -> tuple[str, ...]:  # noqa: ANN401
    return tuple(href for href in map(str, tree.xpath("//a/@href")) if is_licence_address(href))


def _rights(tree: Any) -> tuple[str, ...]:  # noqa: ANN401
    said = [
        f"{m['name']}: {m['content'][:200]}" for m in _metas(tree) if m["name"] in _RIGHTS_METAS
    ]
    hrefs = tree.xpath("//a[@rel='terms-of-service']/@href | //link[@rel='terms-of-service']/@href")
    said += [f"terms of service: {str(href)[:200]}" for href in hrefs]
    return tuple(said[:4])


def _link_header_licences(answer: Answer) -> tuple[str, ...]:
    parts = (part for value in answer.all("link") for part in value.split(","))
    return tuple(
        part.partition("<")[2].partition(">")[0]
        for part in parts
        if "license" in part.partition(">")[2].lower()
    )
