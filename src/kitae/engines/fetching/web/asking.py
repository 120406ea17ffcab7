"""One page, asked politely: paced, tried again where that may help, conditional on what is there already."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

from kitae.core.hashing import bytes_digest
from kitae.engines.fetching.web import charset, sitemaps
from kitae.engines.fetching.web.client import Answer, Limits
from kitae.engines.fetching.web.errand import Errand, Tools
from kitae.engines.fetching.web.frontier import Item
from kitae.engines.fetching.web.page import HTML_TYPES, PageReading, read_page
from kitae.engines.fetching.web.page_log import PageEntry
from kitae.engines.fetching.web.refusals import TRANSIENT, Refusal, RefusedError
from kitae.engines.fetching.web.reservations import header_marks
from kitae.engines.fetching.web.urls import host_and_port, is_sitemap_name

SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt",
    "text/markdown": ".md", "text/x-markdown": ".md", "application/pdf": ".pdf",
}  # fmt: skip
MAX_TRIES = 3
LONGEST_REST_S = 300.0
MIB = 1024 * 1024


class Asker:
    """Asks for pages and says what came of it.

    Args:
        errand: What the crawl is for.
        tools: What it works with.
    """

    def __init__(self, errand: Errand, tools: Tools) -> None:
        self._source = errand.source
        self._client = tools.client
        self._pace = tools.pace
        self._log = tools.log
        self._now = tools.now

    def ask(self, item: Item) -> PageEntry:
        """Ask for one page, try again where that may help, and log what came of it."""
        host = host_and_port(item.url)[0]
        entry = self._refused(item, Refusal("host_given_up", f"{host} failed again and again"))
        if not self._pace.is_given_up(host):
            entry = self._tried(item, host)
            self._pace.count(host, has_failed=entry.reason in TRANSIENT)
        self._log.add(entry)
        return entry

    def _tried(self, item: Item, host: str) -> PageEntry:
        refusal = Refusal("unreachable")
        for attempt in range(MAX_TRIES):
            self._pace.wait(host)
            rest_s = 0.0
            try:
                answer = self._client.get(
                    item.url, self._limits(item), self._validators(item), self._look(item)
                )
                rest_s = self._rest_s(answer, attempt)
                refusal = _status_refusal(answer.status)
                if not rest_s or rest_s > LONGEST_REST_S:
                    return self._entry(item, answer, refusal)
            except RefusedError as error:
                refusal = error.refusal
                if refusal.reason != "unreachable" or attempt:
                    break
            finally:
                self._pace.finish(host, rest_s=min(rest_s, LONGEST_REST_S))
        return self._refused(item, refusal or Refusal("server_error"))

    def _limits(self, item: Item) -> Limits:
        if item.nesting is not None and is_sitemap_name(item.url):
            return Limits(sitemaps.MAX_BYTES, self._source.max_page_s)
        return Limits(int(self._source.max_page_mib * MIB), self._source.max_page_s)

    def _validators(self, item: Item) -> list[tuple[str, str]]:
        earlier = self._log.earlier(item.key)
        if earlier is None:
            return []
        pairs = (("If-None-Match", earlier.etag), ("If-Modified-Since", earlier.last_modified))
        return [(name, value) for name, value in pairs if value]

    def _look(self, item: Item) -> Callable[[Answer], None]:
        """What the headers alone refuse: the body is then never read."""

        def look(answer: Answer) -> None:
            if answer.status != 200:
                return
            refusal = header_marks(answer).refusal
            if refusal and refusal.reason != "noindex":
                raise RefusedError(refusal.reason, refusal.detail)
            kind = answer.content_type
            may_be_map = item.nesting is not None and (
                kind in sitemaps.XML_TYPES or is_sitemap_name(item.url)
            )
            if kind and kind not in SUFFIXES and not may_be_map:
                raise RefusedError("content_type", kind)

        return look

    def _rest_s(self, answer: Answer, attempt: int) -> float:
        """Seconds to wait before asking the same again; 0 when there is no use."""
        if answer.status not in (429, 500, 502, 503, 504) or attempt + 1 == MAX_TRIES:
            return 0.0
        asked = answer.header("retry-after")
        if asked.isdigit():
            return max(float(asked), 1.0)
        try:
            return max((parsedate_to_datetime(asked) - self._now()).total_seconds(), 1.0)
        except (TypeError, ValueError):
            return 5.0 * 2**attempt

    def _entry(self, item: Item, answer: Answer, refusal: Refusal | None) -> PageEntry:
        if answer.status in (301, 302, 303, 307, 308) and answer.header("location"):
            return self._blank(item, answer).model_copy(
                update={"outcome": "redirected", "location": answer.header("location")[:4000]}
            )
        if answer.status == 304 and self._log.earlier(item.key):
            return self._unchanged(item, answer)
        if refusal or answer.status != 200:
            return self._refused(item, refusal or Refusal("http_error", "304"), answer)
        if item.nesting is not None and self._is_sitemap(item, answer):
            return self._sitemap(item, answer)
        return self._page(item, answer)

    def _is_sitemap(self, item: Item, answer: Answer) -> bool:
        is_page = answer.content_type in HTML_TYPES
        return not is_page and (
            answer.content_type in sitemaps.XML_TYPES or is_sitemap_name(item.url)
        )

    def _unchanged(self, item: Item, answer: Answer) -> PageEntry:
        """304: the body of the earlier crawl stays; the marks of the new headers count."""
        refusal = header_marks(answer).refusal
        earlier = self._log.earlier(item.key)
        if refusal or earlier is None:
            return self._refused(item, refusal or Refusal("http_error", "304"), answer)
        self._log.keep_earlier(item.key)
        return earlier.model_copy(
            update={"url": item.url, "status": 304, "retrieved": self._time()}
        )

    def _sitemap(self, item: Item, answer: Answer) -> PageEntry:
        try:
            found = sitemaps.read_sitemap(answer.body, item.url)
        except RefusedError as error:
            return self._refused(item, error.refusal, answer)
        outcome = "sitemap_index" if found.is_index else "sitemap"
        return self._blank(item, answer).model_copy(
            update={"outcome": outcome, "links": found.urls}
        )

    def _page(self, item: Item, answer: Answer) -> PageEntry:
        kind = _kind(answer)
        if kind not in SUFFIXES:
            return self._refused(item, Refusal("content_type", kind or "none named"), answer)
        reading = read_page(item.url, kind, answer)
        links = tuple(dict.fromkeys(reading.links))
        if reading.marks.refusal:
            entry = self._refused(item, reading.marks.refusal, answer)
            return entry.model_copy(update={"links": links})
        stored = self._stored(item, answer, kind)
        return self._blank(item, answer).model_copy(
            update={"outcome": "stored", "links": links, **_said(reading), **stored}
        )

    def _stored(self, item: Item, answer: Answer, kind: str) -> dict[str, object]:
        body, name = answer.body, ""
        if kind != "application/pdf":
            is_html = kind in HTML_TYPES
            body, name = charset.as_utf8(body, answer.header("content-type"), is_html=is_html)
        suffix = ".md" if kind == "text/plain" and item.url.endswith(".md") else SUFFIXES[kind]
        return {
            "file": self._log.store_body(item.key, suffix, body),
            "sha256": bytes_digest(body),
            "raw_sha256": bytes_digest(answer.body),
            "bytes": len(body),
            "charset": name,
            "content_type": kind,
        }

    def _refused(self, item: Item, refusal: Refusal, answer: Answer | None = None) -> PageEntry:
        return self._blank(item, answer).model_copy(
            update={"reason": refusal.reason, "detail": refusal.detail[:500]}
        )

    def _blank(self, item: Item, answer: Answer | None) -> PageEntry:
        return PageEntry(
            key=item.key,
            url=item.url,
            outcome="refused",
            status=answer.status if answer else 0,
            etag=answer.header("etag") if answer else "",
            last_modified=answer.header("last-modified") if answer else "",
            content_type=answer.content_type if answer else "",
            retrieved=self._time(),
        )

    def _time(self) -> str:
        return self._now().isoformat(timespec="seconds")


def _said(reading: PageReading) -> dict[str, object]:
    return {"licence": reading.licence, "terms": reading.terms, "signs": reading.signs}


def _kind(answer: Answer) -> str:
    """The media type, or what the first bytes say where the server names none."""
    if answer.content_type:
        return answer.content_type
    if answer.body.startswith(b"%PDF-"):
        return "application/pdf"
    head = answer.body[:500].lstrip().lower()
    return "text/html" if head.startswith((b"<!doctype html", b"<html")) else ""


def _status_refusal(status: int) -> Refusal | None:
    if status < 400:
        return (
            None
            if status in (200, 301, 302, 303, 304, 307, 308)
            else Refusal("http_error", f"HTTP {status}")
        )
    reasons = {404: "not_found", 410: "not_found", 429: "rate_limited"}
    reasons |= dict.fromkeys((401, 402, 403, 407, 451), "forbidden")
    fallback = "server_error" if status >= 500 else "http_error"
    return Refusal(reasons.get(status, fallback), f"HTTP {status}")
