"""What all hubs of the tests share: a server on a free port of loopback, and faults on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Request:
    """One question as it came in.

    Attributes:
        method: GET, HEAD or POST.
        path: Without the query, unquoted.
        query: Name -> first value.
        headers: By lower-case name.
        body: Parsed JSON of a POST, else None.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None

    @property
    def first_byte(self) -> int:
        """Where the asked range starts."""
        return int(self.headers.get("range", "bytes=0-").removeprefix("bytes=").split("-")[0])

    @property
    def token(self) -> str:
        """What stands behind `Bearer`."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass
class Faults:
    """What goes wrong; set by the test, files by their path in the repository.

    Attributes:
        break_once: The first answer stops in the middle.
        break_always: Every answer stops in the middle of what is left.
        corrupt: The content has other bytes of the same number.
        busy: Part of a path -> answers (status, headers) that are given first, one each.
        down: Every question is answered with 503.
    """

    break_once: set[str] = field(default_factory=set)
    break_always: set[str] = field(default_factory=set)
    corrupt: set[str] = field(default_factory=set)
    busy: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    down: bool = False


@dataclass
class HubState:
    """What a running hub knows; subclasses add their repositories.

    Attributes:
        url: Its address.
        requests: What was asked, in order.
    """

    url: str = ""
    faults: Faults = field(default_factory=Faults)
    requests: list[Request] = field(default_factory=list)

    def asked(self, part: str, method: str = "") -> list[Request]:
        """The questions whose path holds a text."""
        return [r for r in self.requests if part in r.path and r.method.startswith(method)]


@contextmanager
def running(state: HubState, answers: type[Answers]) -> Iterator[None]:
    """Serve until the block ends; `state.url` is set."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    server.daemon_threads = True
    server.state = state  # type: ignore[attr-defined]
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Answers(BaseHTTPRequestHandler):
    """Reads a question, lets faults go first, and hands it to `answer`."""

    protocol_version = "HTTP/1.1"
    busy_body: ClassVar[dict[str, Any]] = {"message": "not now", "error": "not now"}

    def answer(self, request: Request) -> None:
        """Answer one question."""
        raise NotImplementedError

    @property
    def state(self) -> Any:
        return self.server.state  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._take()

    def do_GET(self) -> None:
        self._take()

    def do_POST(self) -> None:
        self._take()

    def _take(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=json.loads(body) if body else None,
        )
        self.state.requests.append(request)
        if self.state.faults.down:
            return self.send_json({"message": "down"}, 503)
        for part, answers in self.state.faults.busy.items():
            if part in request.path and answers:
                status, headers = answers.pop(0)
                return self.send_json(self.busy_body, status, headers)
        return self.answer(request)

    def send_json(
        self, value: object, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self.send_whole(
            json.dumps(value).encode(),
            status,
            {"Content-Type": "application/json", **(headers or {})},
        )

    def send_whole(self, body: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self._end()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_file(
        self, path: str, content: bytes, request: Request, headers: dict[str, str] | None = None
    ) -> None:
        """A file with ranges, broken or corrupt where the test asks for it."""
        faults: Faults = self.state.faults
        if path in faults.corrupt:
            content = bytes(255 - byte for byte in content)
        first = request.first_byte
        if first and first >= len(content):
            return self.send_json({}, 416, {"Content-Range": f"bytes */{len(content)}"})
        left = content[first:]
        told = {"Accept-Ranges": "bytes", "Content-Length": str(len(left)), **(headers or {})}
        if "range" in request.headers and first:
            told["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        self.send_response(206 if "Content-Range" in told else 200)
        for name, value in told.items():
            self.send_header(name, value)
        self._end()
        if self.command == "HEAD":
            return None
        if path in faults.break_once or path in faults.break_always:
            faults.break_once.discard(path)
            left = left[: len(left) // 2]
            self.close_connection = True
        self.wfile.write(left)
        return None

    def _end(self) -> None:
        """One request per connection, so that a stopped hub answers nobody."""
        self.send_header("Connection", "close")
        self.end_headers()
