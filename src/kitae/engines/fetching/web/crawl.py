"""One crawl, told from its start addresses to the list of its files."""

from __future__ import annotations

from collections.abc import Callable

from kitae.core.errors import DataError, KitaeError, NetworkError, NotFoundError
from kitae.engines.fetching.web.asking import MIB, Asker
from kitae.engines.fetching.web.errand import Errand, Tools
from kitae.engines.fetching.web.frontier import Frontier, Item, followed
from kitae.engines.fetching.web.gate import Gate
from kitae.engines.fetching.web.host_rules import RuleBook
from kitae.engines.fetching.web.page_log import PageEntry
from kitae.engines.fetching.web.refusals import TRANSIENT, Refusal
from kitae.engines.fetching.web.sitemaps import MAX_NESTING
from kitae.engines.fetching.web.urls import canonical, host_and_port, identity, is_sitemap_name
from kitae.records.source import Fetched, FetchedFile, Pin, RefusedItem

MAX_REDIRECTS = 5
_OF_THE_PAGE = frozenset({"noindex", "noai"})
"""A start page may say this of itself alone; what it links to is still worth a visit."""


class Crawl:
    """Walks a site, breadth first; what the log knows already is not asked again.

    Args:
        errand: What it is for.
        tools: What it works with.
    """

    def __init__(self, errand: Errand, tools: Tools) -> None:
        self._source = errand.source
        self._starts = errand.starts
        self._scope = errand.scope
        self._log = tools.log
        self._gate = Gate(errand, RuleBook(tools, errand.source.max_page_s))
        self._asker = Asker(errand, tools)
        self._frontier = Frontier(errand.source.max_depth, errand.source.max_per_pattern)
        self._files: list[FetchedFile] = []
        self._refused: list[RefusedItem] = []
        self._asked = 0
        self._stored_bytes = 0

    def run(self, pin: Pin, on_progress: Callable[[int, int], None]) -> Fetched:
        """Visit what the start addresses lead to, within the bounds.

        Raises:
            NetworkError: A start address cannot be reached.
            NotFoundError: A start address is not there.
            DataError: A start address must not be fetched.
        """
        self._frontier.offer(Item(url, is_start=True, nesting=0) for url in self._starts)
        while item := self._frontier.take():
            bound = self._bound()
            if bound:
                self._frontier.leave(item, bound)
                continue
            self._visit(item)
            on_progress(self._asked, min(self._source.max_pages, self._asked + len(self._frontier)))
        self._log.finish()
        refused = (*self._refused, *self._frontier.left())
        return Fetched(pin=pin, files=tuple(self._files), refused=refused)

    def _bound(self) -> str | None:
        if self._asked >= self._source.max_pages:
            return "page_limit"
        return "total_limit" if self._stored_bytes >= self._source.max_total_mib * MIB else None

    def _visit(self, item: Item) -> None:
        is_sitemap = item.nesting is not None and is_sitemap_name(item.url) and not item.chain
        refusal = self._gate.refusal(item.url, is_sitemap=is_sitemap)
        if refusal:
            self._refuse(item, refusal)
            return
        entry = self._log.page(item.key) or self._asker.ask(item)
        if entry.outcome == "redirected":
            self._redirect(item, entry)
        elif entry.outcome in ("sitemap", "sitemap_index"):
            self._list(item, entry)
        else:
            self._asked += 1
            self._settle(item, entry)

    def _settle(self, item: Item, entry: PageEntry) -> None:
        if self._source.follow_links:
            self._frontier.offer_links(filter(self._scope.holds, entry.links), item.depth + 1)
        if entry.outcome == "refused":
            self._refuse(item, Refusal(entry.reason, entry.detail))
            return
        self._stored_bytes += entry.bytes
        self._files.append(
            FetchedFile(
                path=entry.file,
                origin=entry.url,
                sha256=entry.sha256,
                bytes=entry.bytes,
                retrieved=entry.retrieved,
                licence=entry.licence,
                terms=entry.terms,
                signs=entry.signs,
            )
        )

    def _redirect(self, item: Item, entry: PageEntry) -> None:
        target = canonical(entry.location, item.url)
        if target is None:
            self._refuse(item, Refusal("scheme", entry.location[:200]))
        elif identity(target) in {identity(url) for url in (*item.chain, item.url)}:
            self._refuse(item, Refusal("redirect_loop", target))
        elif len(item.chain) >= MAX_REDIRECTS:
            self._refuse(item, Refusal("too_many_redirects", target))
        else:
            self._frontier.offer_target(followed(item, target))

    def _list(self, item: Item, entry: PageEntry) -> None:
        nesting = (item.nesting or 0) + 1
        if entry.outcome == "sitemap":
            self._frontier.offer(Item(url) for url in filter(self._scope.holds, entry.links))
        elif nesting < MAX_NESTING:
            host = host_and_port(item.url)[0]
            own = [url for url in entry.links if host_and_port(url)[0] == host]
            self._frontier.offer(Item(url, nesting=nesting) for url in own)
        else:
            self._refuse(item, Refusal("bad_sitemap", "sitemap indexes within indexes"))

    def _refuse(self, item: Item, refusal: Refusal) -> None:
        detail = refusal.detail
        if item.chain:
            detail = f"redirected to {item.url}: {detail}".rstrip(": ")
        if item.is_start and refusal.reason not in _OF_THE_PAGE:
            raise start_error(item, Refusal(refusal.reason, detail))
        self._refused.append(RefusedItem(origin=item.origin, reason=refusal.reason, detail=detail))


def start_error(item: Item, refusal: Refusal) -> KitaeError:
    """The error that says why a start address gives nothing."""
    if refusal.reason in TRANSIENT:
        return NetworkError(
            f"{item.origin} cannot be reached ({refusal.reason}: {refusal.detail}).",
            where=f"web: {item.origin}",
            fix="look whether the address opens in a browser and type the same command again; "
            "pages that were fetched are kept",
        )
    if refusal.reason == "not_found":
        return NotFoundError(
            f"{item.origin} is not there ({refusal.detail}).",
            where=f"web: {item.origin}",
            fix="correct the address in the recipe",
        )
    return DataError(
        f"{item.origin} must not be fetched ({refusal.reason}: {refusal.detail}).",
        where=f"web: {item.origin}",
        fix=_FIXES.get(
            refusal.reason, "ask the site's owner for permission, or take another source"
        ),
    )


_FIXES = {
    "private_address": "if the host is yours, name it in `private_hosts`",
    "port": "write the port in the start address or in `scope`",
    "out_of_scope": "name the address that it redirects to in `web`",
    "too_large": "raise `max_page_mib`, or name another page",
    "content_type": "name a page or a sitemap",
    "bad_sitemap": "name another sitemap, or a page to follow links from",
}
