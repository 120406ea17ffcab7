"""What stands in front of every route: Host, Origin, token, size. Loopback alone is no border.

A page of any site can send requests to 127.0.0.1 from its visitor's browser; a foreign name can point
there (DNS rebinding). So: known Host names only, no writing from other origins, a token for everything
but the two health routes, and no CORS headers at all.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

import orjson

from kitae.services.serve.api_errors import ApiError, unauthorized
from kitae.services.serve.limits import ServeLimits

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

PUBLIC_PATHS = frozenset({"/healthz", "/readyz"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """ASGI middleware that lets through what may pass.

    Args:
        app: What it stands in front of.
        token: The bearer token.
        hosts: Host names that clients may use besides the loopback's own.
        limits: Size of a request.
    """

    def __init__(self, app: AsgiApp, token: str, hosts: Iterable[str], limits: ServeLimits) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = LOOPBACK_NAMES | {host.lower().strip("[]") for host in hosts}
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse in the shape of the API."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
        except ApiError as error:
            await _refuse(error, send)
            return
        await self._app(scope, self._measured(receive), _with_security_headers(send))

    def _check(self, scope: Scope) -> None:
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        host = headers.get("host", b"").decode("latin-1").lower()
        self._check_host(host)
        if scope["method"] not in SAFE_METHODS:
            _check_origin(scope.get("scheme", "http"), host, headers)
        if scope["path"] not in PUBLIC_PATHS:
            self._check_token(headers.get("authorization", b""))
        length = headers.get("content-length", b"0")
        if not length.isdigit() or int(length) > self._limits.body_bytes:
            raise self._too_large()

    def _check_host(self, host: str) -> None:
        name = _host_name(host)
        if name in self._hosts or ("*" in self._hosts and _is_address(name)):
            return
        raise ApiError(400, f"This server does not answer to the name {name!r}.", "invalid_host")

    def _check_token(self, header: bytes) -> None:
        scheme, _, given = header.partition(b" ")
        is_right = hmac.compare_digest(given.strip(), self._token)
        if scheme.lower() != b"bearer" or not is_right:
            raise unauthorized()

    def _measured(self, receive: Receive) -> Receive:
        """Counts a body that comes without its length."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limits.body_bytes:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> ApiError:
        return ApiError(
            413, f"A request has at most {self._limits.body_bytes} bytes.", "request_too_large"
        )


def _check_origin(scheme: str, host: str, headers: Mapping[str, bytes]) -> None:
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", b"none")
    is_own = origin is None or origin.decode("latin-1").lower() == f"{scheme}://{host}"
    if not is_own or site not in (b"same-origin", b"none"):
        raise ApiError(403, "Requests from other web pages are refused.", "cross_origin")


def _host_name(host: str) -> str:
    """The name of a Host header without its port: `[::1]:80` -> `::1`."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _is_address(name: str) -> bool:
    """Whether a host is written as an address: DNS rebinding needs a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(error: ApiError, send: Send) -> None:
    body = orjson.dumps(error.body())
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *((k.lower().encode(), v.encode()) for k, v in error.headers.items()),
        *SECURITY_HEADERS,
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_security_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *SECURITY_HEADERS]
        await send(message)

    return sent
