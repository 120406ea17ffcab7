"""The server: virtual hosts by the Host header, every request written down."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Page:
    """One answer; a body of several pieces is sent without a length, piece by piece."""

    body: bytes | Callable[[], Iterable[bytes]] = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    etag: str = ""


Site = Mapping[str, Page] | Callable[["Request"], Page | None]


@dataclass(frozen=True)
class Request:
    """What was asked."""

    host: str
    path: str
    headers: Mapping[str, str]


@dataclass
class TrapSite:
    """The running site.

    Attributes:
        port: Where it listens on 127.0.0.1.
        hosts: Host name -> its pages; may be changed while it runs.
        requests: Everything that was asked, in order.
        on_request: Called with the number of requests so far.
    """

    port: int
    hosts: dict[str, Site]
    requests: list[Request] = field(default_factory=list)
    on_request: Callable[[int], None] = lambda count: None  # noqa: ARG005

    def asked(self, host: str = "") -> Counter[str]:
        """How often each path was asked."""
        return Counter(r.path for r in self.requests if not host or r.host == host)


@contextmanager
def running_site(hosts: dict[str, Site]) -> Iterator[TrapSite]:
    """A site that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.daemon_threads = True
    server.block_on_close = False
    site = TrapSite(server.server_port, hosts)
    server.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def handle(self) -> None:
        """A client that hangs up in the middle is what several traps are for."""
        try:
            super().handle()
        except (ConnectionError, TimeoutError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def do_GET(self) -> None:
        site: TrapSite = self.server.site  # type: ignore[attr-defined]
        host = self.headers.get("Host", "").partition(":")[0]
        request = Request(host, self.path, dict(self.headers.items()))
        site.requests.append(request)
        site.on_request(len(site.requests))
        page = _page(site.hosts.get(host, {}), request)
        if page.etag and self.headers.get("If-None-Match") == page.etag:
            page = Page(b"", 304, (("ETag", page.etag),))
        self._send(page)

    def _send(self, page: Page) -> None:
        if page.status == 0 and callable(page.body):
            self._drip_headers(page.body())
        self.send_response(page.status)
        for name, value in page.headers:
            self.send_header(name, value)
        if page.etag and page.status == 200:
            self.send_header("ETag", page.etag)
        if isinstance(page.body, bytes):
            if not any(name == "Content-Length" for name, _ in page.headers):
                self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)
        else:
            self.send_header("Connection", "close")
            self.end_headers()
            for piece in page.body():
                self.wfile.write(piece)
                self.wfile.flush()
        self.wfile.flush()

    def _drip_headers(self, pieces: Iterable[bytes]) -> None:
        """Never comes to the end of the headers."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()


def _page(site: Site, request: Request) -> Page:
    found = site(request) if callable(site) else site.get(request.path)
    return found or Page(b"not here", 404)
