"""What a crawl has done so far: one fsynced line per answer, so that a kill costs one request at most.

A crawl that starts again walks the same way and takes from here what was answered already. Each crawl has
a log of its own beside the bodies; logs of earlier crawls give ETags and bodies to the next.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import orjson

from kitae.core.config import Record
from kitae.core.hashing import bytes_digest
from kitae.engines.fetching.web.refusals import TRANSIENT
from kitae.records.durable import fsync_file, raise_resource_error

BODIES = "pages"


class PageEntry(Record):
    """What came of asking for one address."""

    kind: Literal["page"] = "page"
    key: str
    url: str
    outcome: Literal["stored", "refused", "redirected", "sitemap", "sitemap_index"]
    status: int = 0
    reason: str = ""
    detail: str = ""
    location: str = ""
    """Where a redirect leads."""
    file: str = ""
    """The body, relative to the crawl's folder."""
    sha256: str = ""
    """Of the stored file."""
    raw_sha256: str = ""
    """Of the bytes as the server sent them (unpacked)."""
    bytes: int = 0
    content_type: str = ""
    charset: str = ""
    """What the body came in; empty where nothing reads it. What could be read is stored as UTF-8."""
    etag: str = ""
    last_modified: str = ""
    retrieved: str = ""
    licence: str = "unknown"
    terms: str = ""
    signs: tuple[str, ...] = ()
    """Signs of instructions to a model in the page's source (`injection_signs`)."""
    links: tuple[str, ...] = ()
    """Addresses that the page leads to, or that the sitemap lists."""

    @property
    def is_final(self) -> bool:
        """Whether asking again would give the same."""
        return self.reason not in TRANSIENT


class HostFileEntry(Record):
    """robots.txt, ai.txt or tdmrep.json of one host."""

    kind: Literal["host_file"] = "host_file"
    url: str
    status: int = 0
    """0 when there was no answer."""
    content_type: str = ""
    text: str = ""
    reason: str = ""
    detail: str = ""
    retrieved: str = ""


class PageLog:
    """The log of one crawl.

    Args:
        folder: Where bodies and logs lie.
        name: What tells this crawl from others in the folder.
        earlier: Another folder whose crawls may be built upon.
    """

    def __init__(self, folder: Path, name: str, earlier: Path | None = None) -> None:
        self.folder = folder
        self.path = folder / f"log-{name}.jsonl"
        self.is_done = False
        self._pages: dict[str, PageEntry] = {}
        self._host_files: dict[str, HostFileEntry] = {}
        self._cut_torn_line()
        for line in _lines(self.path):
            self._remember(line)
        self._earlier = dict(self._earlier_pages([folder, *([earlier] if earlier else [])]))

    def page(self, key: str) -> PageEntry | None:
        """What was answered for an address, if asking again is of no use."""
        entry = self._pages.get(key)
        return entry if entry and (entry.is_final or self.is_done) else None

    def host_file(self, url: str) -> HostFileEntry | None:
        """The last answer for a host's file."""
        return self._host_files.get(url)

    def earlier(self, key: str) -> PageEntry | None:
        """What an earlier crawl kept of an address, its body included."""
        found = self._earlier.get(key)
        return found[1] if found else None

    def keep_earlier(self, key: str) -> None:
        """Bring the body that an earlier crawl kept into this folder."""
        folder, entry = self._earlier[key]
        target = self.folder / entry.file
        if entry.file and not target.exists():
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                _write(target, (folder / entry.file).read_bytes())
            except OSError as error:
                raise_resource_error(error, target)

    def store_body(self, key: str, suffix: str, body: bytes) -> str:
        """Write a body to disk; its name says which page it is and what it holds."""
        name = f"{bytes_digest(key.encode())[:16]}-{bytes_digest(body)[:12]}{suffix}"
        target = self.folder / BODIES / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, body)
        except OSError as error:
            raise_resource_error(error, target)
        return f"{BODIES}/{name}"

    def add(self, entry: PageEntry | HostFileEntry) -> None:
        """Append one entry; it is on disk when this returns."""
        line = entry.model_dump(mode="json")
        self._append(line)
        self._remember(line)

    def finish(self) -> None:
        """The crawl came to its end."""
        if not self.is_done:
            self._append({"kind": "done"})
            self.is_done = True

    def _append(self, line: dict[str, Any]) -> None:
        try:
            is_new = not self.path.exists()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as stream:
                stream.write(orjson.dumps(line) + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            if is_new:
                fsync_file(self.path.parent)
        except OSError as error:
            raise_resource_error(error, self.path)

    def _remember(self, line: dict[str, Any]) -> None:
        if line.get("kind") == "page":
            entry = PageEntry.model_validate(line)
            if not entry.file or (self.folder / entry.file).is_file():
                self._pages[entry.key] = entry
        elif line.get("kind") == "host_file":
            host_file = HostFileEntry.model_validate(line)
            self._host_files[host_file.url] = host_file
        elif line.get("kind") == "done":
            self.is_done = True

    def _cut_torn_line(self) -> None:
        if self.path.exists():
            raw = self.path.read_bytes()
            end = raw.rfind(b"\n") + 1
            if end < len(raw):
                os.truncate(self.path, end)

    def _earlier_pages(self, folders: list[Path]) -> Iterator[tuple[str, tuple[Path, PageEntry]]]:
        """Newest last, so that the newest wins."""
        logs = [path for folder in folders for path in folder.glob("log-*.jsonl")]
        for path in sorted(logs, key=lambda path: path.name):
            if path == self.path:
                continue
            for entry in read_page_log(path):
                is_kept = entry.outcome in ("sitemap", "sitemap_index") or (
                    entry.outcome == "stored" and (path.parent / entry.file).is_file()
                )
                if is_kept and (entry.etag or entry.last_modified):
                    yield entry.key, (path.parent, entry)


def read_page_log(path: Path) -> list[PageEntry]:
    """Every page of a crawl's log, in the order of the answers."""
    return [PageEntry.model_validate(line) for line in _lines(path) if line.get("kind") == "page"]


def _write(target: Path, body: bytes) -> None:
    """A body whole or not at all. A name that a power cut loses is no harm: the page is asked again."""
    temporary = target.with_name(f".{target.name}.tmp")
    with temporary.open("wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(target)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Acknowledged lines; a damaged one is as if the page had not been asked for."""
    if not path.exists():
        return
    for raw in path.read_bytes().split(b"\n")[:-1]:
        try:
            yield orjson.loads(raw)
        except orjson.JSONDecodeError:
            continue
