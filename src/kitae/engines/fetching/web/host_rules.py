"""The rules of each host, asked once and kept in the log: robots.txt, ai.txt and tdmrep.json.

What cannot be read because of an error counts as a no for the whole host.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kitae.engines.fetching.web.client import Answer, Limits
from kitae.engines.fetching.web.errand import Tools
from kitae.engines.fetching.web.page_log import HostFileEntry
from kitae.engines.fetching.web.refusals import Refusal, RefusedError
from kitae.engines.fetching.web.reservations import MiningRules
from kitae.engines.fetching.web.robots import MAX_BYTES, RobotsRules, rules_text
from kitae.engines.fetching.web.urls import canonical, host_and_port, origin

MAX_REDIRECTS = 5
MAX_DELAY_S = 300.0
"""A host that wants longer rests than this is left alone."""
KEPT_FOR = timedelta(hours=24)
"""RFC 9309, 2.4: a robots.txt should not be used for longer."""


@dataclass(frozen=True)
class HostRules:
    """What one host allows."""

    refusal: Refusal | None = None
    """Why nothing of it may be fetched."""
    files: tuple[RobotsRules, ...] = ()
    mining: MiningRules = field(default_factory=MiningRules)

    def refusal_of(self, url: str) -> Refusal | None:
        """Why one address may not be fetched; None when it may."""
        by_file = (rules.refusal(url) for rules in self.files)
        return self.refusal or next((r for r in by_file if r), None) or self.mining.refusal(url)


class RuleBook:
    """The rules of all hosts of one crawl.

    Args:
        tools: What the crawl works with.
        seconds: Most time for one file.
    """

    def __init__(self, tools: Tools, seconds: float) -> None:
        self._client = tools.client
        self._pace = tools.pace
        self._log = tools.log
        self._now = tools.now
        self._seconds = seconds
        self._rules: dict[str, HostRules] = {}

    def rules_for(self, url: str) -> HostRules:
        """The rules of an address's host; the host is asked at the first call."""
        host = origin(url)
        if host not in self._rules:
            self._rules[host] = self._read(host)
        return self._rules[host]

    def _read(self, host: str) -> HostRules:
        entry = self._file(f"{host}/robots.txt")
        if _is_unreadable(entry):
            is_private = entry.reason == "private_address"
            reason = "private_address" if is_private else "robots_unreachable"
            return HostRules(Refusal(reason, entry.detail or f"HTTP {entry.status}"))
        robots = RobotsRules(entry.text)
        delay = robots.delay_s()
        if delay > MAX_DELAY_S:
            return HostRules(Refusal("crawl_delay", f"robots.txt asks for {delay:g} s"))
        self._pace.ask_for(host_and_port(host + "/")[0], delay)
        try:
            files = (robots, *self._ai_txt(host, robots))
            return HostRules(None, files, self._mining(host, robots))
        except RefusedError as error:
            return HostRules(error.refusal)

    def _ai_txt(self, host: str, robots: RobotsRules) -> tuple[RobotsRules, ...]:
        entry = self._optional(f"{host}/ai.txt", robots)
        is_rules = entry.status == 200 and entry.content_type in ("", "text/plain")
        return (RobotsRules(entry.text, "ai_txt"),) if is_rules else ()

    def _mining(self, host: str, robots: RobotsRules) -> MiningRules:
        entry = self._optional(f"{host}/.well-known/tdmrep.json", robots)
        is_page = entry.content_type == "text/html" or entry.text.lstrip().startswith("<")
        if entry.status != 200 or is_page:
            return MiningRules()
        try:
            return MiningRules.parse(entry.text.encode("utf-8", "replace"))
        except ValueError as error:
            raise RefusedError("tdm_reserved", f"tdmrep.json is no JSON: {error}") from error

    def _optional(self, url: str, robots: RobotsRules) -> HostFileEntry:
        """A file that most hosts lack.

        Raises:
            RefusedError: An error hides whether it is there.
        """
        if robots.refusal(url):
            return HostFileEntry(url=url, status=404)
        entry = self._file(url)
        if _is_unreadable(entry):
            detail = entry.detail or f"HTTP {entry.status}"
            raise RefusedError("reservation_unreadable", f"{url}: {detail}")
        return entry

    def _file(self, url: str) -> HostFileEntry:
        entry = self._log.host_file(url)
        if entry and (self._log.is_done or (not _is_unreadable(entry) and self._is_fresh(entry))):
            return entry
        asked = self._ask(url)
        self._log.add(asked)
        return asked

    def _is_fresh(self, entry: HostFileEntry) -> bool:
        return self._now() - datetime.fromisoformat(entry.retrieved) < KEPT_FOR

    def _ask(self, url: str) -> HostFileEntry:
        retrieved = self._now().isoformat(timespec="seconds")
        try:
            answer = self._followed(url)
        except RefusedError as error:
            return HostFileEntry(
                url=url,
                reason=error.refusal.reason,
                detail=error.refusal.detail,
                retrieved=retrieved,
            )
        return HostFileEntry(
            url=url,
            status=answer.status,
            content_type=answer.content_type,
            text=rules_text(answer.body),
            retrieved=retrieved,
        )

    def _followed(self, url: str) -> Answer:
        target = url
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._once(target) if target == url else self._hop(target)
            location = answer.header("location")
            if answer.status not in (301, 302, 303, 307, 308) or not location:
                return answer
            target = _allowed_hop(canonical(location, target), url)
        raise RefusedError("too_many_redirects", f"more than {MAX_REDIRECTS}, last to {target}")

    def _hop(self, target: str) -> Answer:
        """What lies behind a redirect; a private address there says nothing about the host itself."""
        try:
            return self._once(target)
        except RefusedError as error:
            raise RefusedError("unreachable", f"{target}: {error}") from error

    def _once(self, url: str) -> Answer:
        host = host_and_port(url)[0]
        self._pace.wait(host)
        try:
            return self._client.get(url, Limits(MAX_BYTES, self._seconds, is_cut=True))
        finally:
            self._pace.finish(host)


def _allowed_hop(target: str | None, first: str) -> str:
    """A redirect's target, if it may be asked; its address is checked by the connection."""
    if target is None:
        raise RefusedError("scheme", "redirected to what is no http(s) address")
    if host_and_port(target)[1] not in (80, 443) and origin(target) != origin(first):
        raise RefusedError("port", f"redirected to {target}")
    return target


def _is_unreadable(entry: HostFileEntry) -> bool:
    """RFC 9309, 2.3.1: 4xx means that there are no rules; all else but 2xx that they are not known."""
    return not (200 <= entry.status < 300 or 400 <= entry.status < 500) or entry.status == 429
