"""What a crawl is sent for, and what it works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kitae.core.errors import UsageError
from kitae.engines.fetching.web.client import Client
from kitae.engines.fetching.web.pace import Pace
from kitae.engines.fetching.web.page_log import PageLog
from kitae.engines.fetching.web.urls import DEFAULT_PORTS, Scope, canonical, host_and_port
from kitae.records.source import WebSource


class NamedHosts:
    """Hosts and ports that a recipe names on purpose.

    Args:
        private: `host` or `host:port` of private hosts.
        urls: Start addresses and scope: a port written there is named for its host.
    """

    def __init__(self, private: tuple[str, ...], urls: tuple[str, ...]) -> None:
        self._private = {name.strip().lower() for name in private}
        self._ports = {host_and_port(url) for url in urls}

    def is_private(self, host: str, port: int) -> bool:
        """Whether a host may lie on a private address."""
        bare = host.strip("[]").lower()
        return bare in self._private or f"{bare}:{port}" in self._private

    def has_port(self, host: str, port: int) -> bool:
        """Whether a host may be asked on a port."""
        is_named = (host, port) in self._ports or f"{host}:{port}" in self._private
        return is_named or port in DEFAULT_PORTS.values()


@dataclass(frozen=True)
class Errand:
    """A web source with what follows from it.

    Attributes:
        source: What the recipe says.
        starts: Its start addresses in their canonical spelling.
        scope: Where pages may lie.
        hosts: The hosts and ports that it names.
    """

    source: WebSource
    starts: tuple[str, ...]
    scope: Scope
    hosts: NamedHosts

    @classmethod
    def of(cls, source: WebSource) -> Errand:
        """Read a source.

        Raises:
            UsageError: One of its addresses is none of a web page.
        """
        starts = _canonical(source.web, "web")
        named = _canonical(source.scope, "scope")
        hosts = NamedHosts(source.private_hosts, (*starts, *named))
        return cls(source, starts, Scope.of(starts, named), hosts)


@dataclass(frozen=True)
class Tools:
    """What every part of a crawl works with.

    Attributes:
        client: Sends the requests.
        pace: Keeps the rests between them.
        log: Knows what has been done, and takes the bodies.
        now: The time.
    """

    client: Client
    pace: Pace
    log: PageLog
    now: Callable[[], datetime]


def _canonical(urls: tuple[str, ...], key: str) -> tuple[str, ...]:
    found: list[str] = []
    for url in urls:
        spelled = canonical(url)
        if spelled is None:
            raise UsageError(
                f"{url!r} is no address of a web page.",
                where=f"web source, key {key!r}",
                fix="write it as https://host/path",
            )
        found.append(spelled)
    return tuple(found)
