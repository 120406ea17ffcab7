"""One GET at a time: bounded in bytes (before and after decompression) and seconds, no redirect followed."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

from kitae.engines.fetching.web.connection import Deadline, PinnedBackend
from kitae.engines.fetching.web.refusals import RefusedError

ACCEPT = (
    "text/html,application/xhtml+xml,text/markdown,text/plain;q=0.9,application/pdf;q=0.9,*/*;q=0.1"
)
STEP_S = 15.0
"""Most seconds for one connect or read, however long the page may take."""
_PIECE = 65536


@dataclass(frozen=True)
class Limits:
    """What one answer may cost."""

    bytes: int
    seconds: float
    is_cut: bool = False
    """A larger body is cut after its last whole line that fits, instead of being refused."""


@dataclass(frozen=True)
class Answer:
    """What a server said; header names in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every header of that name."""
        return tuple(value for key, value in self.headers if key == name)

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case; nothing when the server names none."""
        return self.header("content-type").partition(";")[0].strip().lower()


class Client:
    """Sends requests that say who asks; not to be used by two threads at once.

    Args:
        user_agent: Sent with every request.
        backend: Opens the connections.
        deadline: The one that `backend` obeys.
        ssl_context: Checks certificates.
        proxy: Address of an HTTP proxy that the user has chosen; it then resolves the names.
    """

    def __init__(
        self,
        user_agent: str,
        backend: PinnedBackend,
        deadline: Deadline,
        ssl_context: ssl.SSLContext,
        proxy: str | None = None,
    ) -> None:
        self._headers = [
            ("User-Agent", user_agent),
            ("Accept", ACCEPT),
            ("Accept-Encoding", "gzip, deflate"),
        ]
        self._deadline = deadline
        self._pool = (
            httpcore.HTTPProxy(proxy, ssl_context=ssl_context, network_backend=backend)
            if proxy
            else httpcore.ConnectionPool(
                ssl_context=ssl_context, network_backend=backend, keepalive_expiry=5.0
            )
        )

    def close(self) -> None:
        """Let all connections go."""
        self._pool.close()

    def get(
        self,
        url: str,
        limits: Limits,
        headers: Sequence[tuple[str, str]] = (),
        look: Callable[[Answer], None] = lambda answer: None,  # noqa: ARG005
    ) -> Answer:
        """Ask once. The body is read of a 200 alone, and only after `look` let its headers pass.

        Raises:
            RefusedError: The answer did not come, was not let pass, or was more than the limits.
        """
        self._deadline.start(limits.seconds)
        step = min(STEP_S, limits.seconds)
        timeouts = {"connect": step, "read": step, "write": step, "pool": step}
        request = [*self._headers, *headers]
        try:
            with self._pool.stream(
                "GET", _ascii(url), headers=request, extensions={"timeout": timeouts}
            ) as response:
                answer = Answer(response.status, _plain(response.headers))
                look(answer)
                if answer.status != 200:
                    return answer
                body = _body(answer, response.iter_stream(), limits)
                return Answer(answer.status, answer.headers, body)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise _refusal(error) from error
        except (httpcore.ProxyError, httpcore.UnsupportedProtocol, OSError) as error:
            raise RefusedError("unreachable", str(error)) from error


def _ascii(url: str) -> httpcore.URL:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return httpcore.URL(
        scheme=parts.scheme.encode(),
        host=(parts.hostname or "").encode("ascii"),
        port=parts.port,
        target=target.encode("ascii"),
    )


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((k.decode("latin-1").lower(), v.decode("latin-1").strip()) for k, v in headers)


def _refusal(error: Exception) -> RefusedError:
    detail = str(error) or type(error).__name__
    if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
        return RefusedError("tls", detail)
    if isinstance(error, httpcore.ReadTimeout | httpcore.WriteTimeout):
        return RefusedError("too_slow", detail)
    return RefusedError("unreachable", detail)


def _body(answer: Answer, pieces: Iterable[bytes], limits: Limits) -> bytes:
    announced = answer.header("content-length")
    if announced.isdigit() and int(announced) > limits.bytes and not limits.is_cut:
        raise RefusedError("too_large", f"{announced} bytes announced, {limits.bytes} allowed")
    body = bytearray()
    encoding = answer.header("content-encoding")
    try:
        for piece in _decoded(_counted(pieces, limits.bytes), encoding, limits.bytes):
            body += piece
    except RefusedError as error:
        if not limits.is_cut or error.refusal.reason != "too_large":
            raise
        return bytes(body.rpartition(b"\n")[0])
    return bytes(body)


def _counted(pieces: Iterable[bytes], limit: int) -> Iterable[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise RefusedError("too_large", f"more than {limit} bytes on the wire")
        yield piece


def _decoded(pieces: Iterable[bytes], encoding: str, limit: int) -> Iterable[bytes]:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return pieces
    if name in ("gzip", "x-gzip", "deflate"):
        return inflated(pieces, limit)
    raise RefusedError("content_encoding", f"{encoding} was not asked for")


def inflated(pieces: Iterable[bytes], limit: int) -> Iterable[bytes]:
    """Decompressed gzip or deflate, never more than a little over `limit` bytes in memory.

    Raises:
        RefusedError: It is broken, ends too early, or unpacks to more than `limit`.
    """
    unpack, given, is_first = zlib.decompressobj(47), 0, True
    try:
        for piece in pieces:
            if is_first and piece[:1] not in (b"\x1f", b"\x78"):
                unpack = zlib.decompressobj(-zlib.MAX_WBITS)
            is_first, rest = False, piece
            while rest:
                if unpack.eof and rest[:1] != b"\x1f":
                    break
                unpack = zlib.decompressobj(47) if unpack.eof else unpack
                out = unpack.decompress(rest, _PIECE)
                given += len(out)
                if given > limit:
                    raise RefusedError("too_large", f"unpacks to more than {limit} bytes")
                yield out
                rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    except zlib.error as error:
        raise RefusedError("broken_body", f"not decompressible: {error}") from error
    if not unpack.eof and not is_first:
        raise RefusedError("broken_body", "the compressed body ends too early")
