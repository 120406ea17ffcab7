"""Running the server: a port, a token, a file that says where it is, an orderly end."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import secrets
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import orjson

from kitae.core.errors import ConflictError, DependencyError, ResourceError, UsageError
from kitae.core.text import Language, say
from kitae.engines.protocols import LanguageModel
from kitae.records.durable import raise_resource_error
from kitae.services.serve.limits import ServeLimits

if TYPE_CHECKING:
    from fastapi import FastAPI

INFO_FILE = "serve.json"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
HEADER_BYTES = 16_384
GRACE_S = 5
"""How much longer the web server waits than running answers may take."""


@dataclass(frozen=True)
class ServeSettings:
    """How a server stands in the world; the defaults are the safe ones.

    Attributes:
        host: The address to listen on; anything but loopback is open to the network.
        hosts: Further Host names that clients may use.
        token: What clients must send; empty makes a new one.
        limits: What it takes on at once.
        fingerprint: Told to clients as `system_fingerprint`.
        language: Of what it says to the person who started it.
    """

    host: str = "127.0.0.1"
    hosts: tuple[str, ...] = ()
    token: str = ""
    limits: ServeLimits = field(default_factory=ServeLimits)
    fingerprint: str = ""
    language: Language = "en"

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Host names besides the loopback's; off loopback, any plain address too."""
        return self.hosts if self.host in LOOPBACK else (self.host, "*", *self.hosts)


def serve(
    model: LanguageModel | Callable[[], LanguageModel],
    *,
    name: str,
    port: int = 8080,
    on_ready: Callable[[str], None] = lambda text: None,  # noqa: ARG005
    folder: Path | None = None,
    settings: ServeSettings | None = None,
) -> None:
    """Serve a model until it is stopped (Ctrl-C or SIGTERM); running answers may finish first.

    Args:
        model: The model, or a function that loads it: it is called once the port is ours.
        name: What clients call it.
        port: 0 takes a free one.
        on_ready: Called with what a person needs to know: address, token, a command to try.
        folder: Where `serve.json` (address and token, readable by its owner only) is kept meanwhile.
        settings: Address, token, limits.

    Raises:
        ConflictError: The port is in use.
        UsageError: There is no such address or port.
        DependencyError: The web libraries are not installed.
    """
    need_web()
    from kitae.services.serve.app import make_app

    settings = settings or ServeSettings()
    token = settings.token or secrets.token_urlsafe(32)
    with open_port(settings.host, port) as listener:
        url = address_of(listener)
        app = make_app(
            model() if callable(model) else model,
            name,
            token,
            limits=settings.limits,
            hosts=settings.allowed_hosts,
            fingerprint=settings.fingerprint,
        )
        with info_file(folder, {"url": url, "token": token, "model": name, "pid": os.getpid()}):
            text = say("serve.ready", settings.language, name=name, url=url, token=token)
            Service(app, listener, settings.limits, lambda: on_ready(text)).run()


def need_web() -> None:
    """Check that the web libraries are installed, without loading them.

    Raises:
        DependencyError: One is missing.
    """
    from importlib.util import find_spec

    missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if missing:
        raise DependencyError(
            f"Serving needs {' and '.join(missing)}, which is not installed.",
            fix='type `pip install "kitae[local]"`',
        )


def open_port(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        ConflictError: The port is in use.
        ResourceError: The port may not be opened by this user.
        UsageError: There is no such address or port.
    """
    if not 0 <= port <= 65535:
        raise UsageError(f"There is no port {port}.", where="--port", fix="use 1024 to 65535, or 0")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
    except OSError as error:
        raise UsageError(
            f"There is no address {host!r}.", where="--host", fix="127.0.0.1"
        ) from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise _port_error(error, host, port) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


@contextmanager
def info_file(folder: Path | None, content: dict[str, Any]) -> Generator[None]:
    """Keep a file with address and token, for its owner's eyes only, while the block runs."""
    if folder is None:
        yield
        return
    path = folder / INFO_FILE
    try:
        _write_private(path, orjson.dumps(content, option=orjson.OPT_INDENT_2))
    except OSError as error:
        raise_resource_error(error, path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


class Service:
    """A web server on an open socket, that ends in order.

    The first stop lets running answers finish (they get `drain_s`, then an error event); the second
    one stops them at once.

    Args:
        app: From `make_app`.
        listener: From `open_port`.
        limits: How long running answers may take when it stops.
        on_ready: Called when requests are answered.
    """

    def __init__(
        self,
        app: FastAPI,
        listener: socket.socket,
        limits: ServeLimits,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        import uvicorn

        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            proxy_headers=False,
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_graceful_shutdown=round(limits.drain_s) + GRACE_S,
        )
        self._desk = app.state.desk
        self._drain_s = limits.drain_s
        self._listener = listener
        self._on_ready = on_ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server = _server(config, self._started, self.stop)

    def run(self) -> None:
        """Answer requests until stopped."""
        logging.getLogger("uvicorn").addHandler(logging.NullHandler())
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self._desk.close()

    def stop(self) -> None:
        """Stop in order; a second call stops at once. May be called from any thread or a signal."""
        if self._server.should_exit:
            self._server.force_exit = True
            self._on_loop(self._desk.stop_all)
            return
        self._server.should_exit = True
        self._on_loop(self._desk.drain, self._drain_s)

    def _started(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_ready()

    def _on_loop(self, call: Callable[..., None], *values: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *values)


def _server(config: Any, started: Callable[[], None], stop: Callable[[], None]) -> Any:  # noqa: ANN401
    """A uvicorn server that treats SIGTERM and Ctrl-C as a wish to end, not as a death."""
    import uvicorn

    class _Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            del sig, frame
            stop()

    return _Server(config)


def _port_error(error: OSError, host: str, port: int) -> Exception:
    if error.errno == errno.EADDRINUSE:
        return ConflictError(
            f"Port {port} is already in use by another program.",
            where=f"{host}:{port}",
            fix=f"stop the other program, or take another port: `kitae serve --port {_free_port(host)}`",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return ResourceError(
            f"Port {port} may not be opened by this user.",
            where=f"{host}:{port}",
            fix="take a port above 1023, e.g. `kitae serve --port 8080`",
        )
    return UsageError(
        f"The address {host}:{port} cannot be opened: {error.strerror or error}.",
        where="--host",
        fix="leave --host out to listen on 127.0.0.1",
    )


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def _write_private(path: Path, data: bytes) -> None:
    """Replace a file in one step; at no moment is it readable by others."""
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
    temporary.replace(path)
