"""Connections that go to the checked address itself and never outlast a page's time.

The name is resolved once per connection, every answer is checked, and the socket is opened to one of the
checked addresses: a DNS answer that changes later is never asked for. TLS (SNI and certificate) and the
Host header keep the name, because httpcore takes them from the request and not from here.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from kitae.engines.fetching.web.addresses import Resolve, address_refusal
from kitae.engines.fetching.web.refusals import RefusedError

Connect = Callable[[str, int, float | None], httpcore.NetworkStream]
"""(address, port, timeout_s) -> an open connection."""


def connect(address: str, port: int, timeout_s: float | None) -> httpcore.NetworkStream:
    """A TCP connection to a literal address."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout_s)


class Deadline:
    """When the present request must be over, on a monotonic clock."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._end = 0.0

    def start(self, seconds: float) -> None:
        """Begin a request that may take so long."""
        self._end = self._timer() + seconds

    def left(self, timeout_s: float | None) -> float:
        """Seconds that one more step may take.

        Raises:
            RefusedError: None are left.
        """
        left = self._end - self._timer()
        if left <= 0:
            raise RefusedError("too_slow", "the page's time was over")
        return left if timeout_s is None else min(left, timeout_s)


class PinnedBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses only.

    Args:
        resolve: Gives every address of a host.
        connect: Opens a connection to one of them.
        is_named: Whether a host and port were named as private on purpose.
        deadline: Ends slow requests.
        is_through_proxy: The one connection is to the user's proxy, which resolves names itself: then
            nothing can be checked or pinned here but addresses that are written out.
    """

    def __init__(
        self,
        resolve: Resolve,
        connect: Connect,
        is_named: Callable[[str, int], bool],
        deadline: Deadline,
        *,
        is_through_proxy: bool = False,
    ) -> None:
        self._resolve = resolve
        self._connect = connect
        self._is_named = is_named
        self._deadline = deadline
        self._is_through_proxy = is_through_proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """A connection to the first checked address that answers."""
        failure: Exception | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._connect(address, port, self._deadline.left(timeout))
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
                failure = error
                continue
            return _TimedStream(stream, self._deadline)
        raise RefusedError("unreachable", f"{host}:{port}: {failure or 'no address'}")

    def _addresses(self, host: str, port: int) -> list[str]:
        if self._is_through_proxy:
            return [host]
        try:
            addresses = list(self._resolve(host.strip("[]"), port))
        except (OSError, UnicodeError) as error:
            raise RefusedError("unreachable", f"{host} has no address: {error}") from error
        is_named = self._is_named(host, port)
        for address in addresses:
            why = address_refusal(address, is_named=is_named)
            if why:
                raise RefusedError("private_address", f"{host}: {why}")
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A connection of which every step ends with the page's time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)
