"""The crawler behind the Fetcher protocol: `web:` sources. Light to import; the rest loads when it fetches.

A proxy is used only where the one who makes the crawler hands one in; the environment is not read. Behind
a proxy the names are resolved by it: checking and pinning addresses is then the proxy's business, and only
addresses that are written out are still refused here.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kitae.core.errors import DependencyError, UsageError
from kitae.core.hashing import digest
from kitae.core.version import __version__
from kitae.records.source import Fetched, Pin, RemoteSource, WebSource

if TYPE_CHECKING:
    from kitae.engines.fetching.web.addresses import Resolve
    from kitae.engines.fetching.web.client import Client
    from kitae.engines.fetching.web.connection import Connect
    from kitae.engines.fetching.web.errand import Errand


@dataclass(frozen=True)
class Surroundings:
    """What a crawl meets outside itself; tests hand in their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    clock: Callable[[], float] = time.monotonic
    """For the rests between requests."""
    sleep: Callable[[float], None] = time.sleep
    timer: Callable[[], float] = time.monotonic
    """For the time that a page may take."""
    resolve: Resolve | None = None
    connect: Connect | None = None
    ssl_context: ssl.SSLContext | None = None
    proxy: str | None = None
    """Address of an HTTP proxy."""
    earlier: Path | None = None
    """Folder of an earlier crawl whose ETags and bodies may be used, beside the crawl's own folder."""


class WebCrawler:
    """Fetches the pages of a `WebSource`, politely and within bounds.

    Args:
        surroundings: Time, network and proxy; left out, the real ones without a proxy.
    """

    def __init__(self, surroundings: Surroundings | None = None) -> None:
        self._around = surroundings or Surroundings()

    def pin(self, source: RemoteSource) -> Pin:
        """The crawl's start time; asks nobody."""
        _web_source(source)
        return Pin(revision=self._around.now().isoformat(timespec="seconds"))

    def fetch(
        self,
        source: RemoteSource,
        pin: Pin,
        folder: Path,
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> Fetched:
        """Fetch what the start addresses lead to; goes on where a broken try stopped.

        Raises:
            DependencyError: The packages for the web are not installed.
            NetworkError: A start address cannot be reached.
            NotFoundError: A start address is not there.
            DataError: A start address must not be fetched: robots.txt, a reservation, or its address.
        """
        _check_installed()
        from kitae.engines.fetching.web.crawl import Crawl
        from kitae.engines.fetching.web.errand import Errand, Tools
        from kitae.engines.fetching.web.pace import Pace
        from kitae.engines.fetching.web.page_log import PageLog

        web, around = _web_source(source), self._around
        errand = Errand.of(web)
        name = f"{re.sub(r'[^0-9A-Za-z.+-]', '', pin.revision)}-{digest(web.model_dump(mode='json'))[:8]}"
        log = PageLog(folder, name, around.earlier)
        pace = Pace(web.pause_s, around.clock, around.sleep)
        client = self._client(errand)
        try:
            return Crawl(errand, Tools(client, pace, log, around.now)).run(pin, on_progress)
        finally:
            client.close()

    def _client(self, errand: Errand) -> Client:
        import httpx

        from kitae.engines.fetching.web.addresses import resolve
        from kitae.engines.fetching.web.client import Client
        from kitae.engines.fetching.web.connection import Deadline, PinnedBackend, connect

        around = self._around
        deadline = Deadline(around.timer)
        backend = PinnedBackend(
            around.resolve or resolve,
            around.connect or connect,
            errand.hosts.is_private,
            deadline,
            is_through_proxy=around.proxy is not None,
        )
        ssl_context = around.ssl_context or httpx.create_ssl_context()
        user_agent = f"kitae/{__version__} (+{errand.source.contact})"
        return Client(user_agent, backend, deadline, ssl_context, around.proxy)


def _web_source(source: RemoteSource) -> WebSource:
    if not isinstance(source, WebSource):
        raise UsageError(f"The crawler cannot fetch a source of kind {type(source).__name__}.")
    return source


def _check_installed() -> None:
    try:
        import httpcore  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import httpx  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import lxml  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import protego  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise DependencyError(
            f"Fetching web pages needs a package that is not installed: {error.name}.",
            fix='type `pip install "kitae[web]"`',
        ) from error
