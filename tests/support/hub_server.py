"""A model hub on 127.0.0.1 that speaks the protocol of huggingface.co, so far as a download needs it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LFS = ".safetensors"


@dataclass
class HubRepository:
    """One model of the hub; its refusals and faults are set by the test."""

    files: dict[str, bytes]
    needs_token: str | None = None
    is_gated: bool = False
    break_once: set[str] = field(default_factory=set)
    """Names of files whose first answer stops in the middle."""
    fail_always: set[str] = field(default_factory=set)
    """Names of files that cannot be had."""

    @property
    def commit(self) -> str:
        """The commit's name: changes with any file."""
        whole = b"".join(name.encode() + b"\0" + self.files[name] for name in sorted(self.files))
        return hashlib.sha1(whole, usedforsecurity=False).hexdigest()

    def etag(self, name: str) -> str:
        """sha256 for what stands in large file storage, git's sha1 for the rest."""
        content = self.files[name]
        if name.endswith(LFS):
            return hashlib.sha256(content).hexdigest()
        blob = b"blob %d\0" % len(content) + content
        return hashlib.sha1(blob, usedforsecurity=False).hexdigest()


@dataclass
class HubServer:
    """The running hub.

    Attributes:
        url: What HF_ENDPOINT would be.
        repositories: `owner/name` -> its content; may be changed while it runs.
        requests: What was asked, as (method, path, Range header or empty).
    """

    url: str
    repositories: dict[str, HubRepository]
    requests: list[tuple[str, str, str]]


@contextmanager
def running_hub(repositories: dict[str, HubRepository]) -> Iterator[HubServer]:
    """A hub that answers until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    hub = HubServer(f"http://127.0.0.1:{server.server_port}", repositories, [])
    server.hub = hub  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub: HubServer = self.server.hub  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        hub.requests.append((self.command, path, self.headers.get("Range", "")))
        is_api = path.startswith("/api/models/")
        owner, name, *rest = path.removeprefix("/api/models/").removeprefix("/").split("/")
        repository = hub.repositories.get(f"{owner}/{name}")
        if repository is None:
            return self._refuse(404, "RepoNotFound", "Repository not found")
        if repository.needs_token and self._token() != repository.needs_token:
            return self._refuse(401, "RepoNotFound", "Invalid username or password.")
        if repository.is_gated and not is_api:
            return self._refuse(403, "GatedRepo", f"Access to model {owner}/{name} is restricted")
        if len(rest) > 1 and rest[1] not in ("main", "v1", repository.commit):
            return self._refuse(404, "RevisionNotFound", "Invalid rev id")
        if not is_api:
            return self._send_file(repository, "/".join(rest[2:]))
        if rest and rest[0] == "tree":
            return self._send_json(self._tree(repository))
        siblings = [{"rfilename": file} for file in sorted(repository.files)]
        return self._send_json(
            {"id": f"{owner}/{name}", "sha": repository.commit, "siblings": siblings}
        )

    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _tree(self, repository: HubRepository) -> list[dict[str, object]]:
        entries: list[dict[str, object]] = []
        for name, content in sorted(repository.files.items()):
            entry: dict[str, object] = {
                "type": "file", "path": name, "size": len(content), "oid": repository.etag(name),
            }  # fmt: skip
            if name.endswith(LFS):
                oid = repository.etag(name)
                entry["lfs"] = {"oid": oid, "size": len(content), "pointerSize": 134}
            entries.append(entry)
        return entries

    def _send_file(self, repository: HubRepository, name: str) -> None:
        if name not in repository.files:
            return self._refuse(404, "EntryNotFound", "Entry not found")
        if name in repository.fail_always:
            return self._refuse(410, "", "Gone for now")
        content = repository.files[name]
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{repository.etag(name)}"')
        self.send_header("X-Repo-Commit", repository.commit)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self._end_headers()
        if self.command == "HEAD":
            return None
        if name in repository.break_once:
            repository.break_once.discard(name)
            self.wfile.write(content[start : start + (len(content) - start) // 2])
            self.close_connection = True
            return None
        self.wfile.write(content[start:])
        return None

    def _send_json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {})

    def _refuse(self, status: int, code: str, message: str) -> None:
        headers = {"X-Error-Code": code, "X-Error-Message": message} if code else {}
        self._send(status, json.dumps({"error": message}).encode(), headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self._end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _end_headers(self) -> None:
        """One request per connection, so that a stopped hub answers nobody."""
        self.send_header("Connection", "close")
        self.end_headers()
