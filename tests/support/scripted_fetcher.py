"""A remote source that is a dictionary: for tests of those who use fetchers."""

from __future__ import annotations

import hashlib

from kitae.core.errors import NetworkError
from kitae.records.source import Fetched, FetchedFile, Pin


class ScriptedFetcher:
    """Serves files from memory, counts how often it is asked, and can be taken off the network."""

    def __init__(self, files, licence="CC-BY-4.0", revision="c0ffee"):
        self.files = dict(files)
        self.licence = licence
        self.revision = revision
        self.is_reachable = True
        self.asked = []
        self.refused = ()
        self.signs = {}

    def __call__(self):
        """The fetcher as `Engines.fetchers` hands it out."""
        return self

    def pin(self, source):
        """The version there is now."""
        self._ask("pin")
        return Pin(revision=self.revision, licence=self.licence, terms="be kind")

    def fetch(self, source, pin, folder, on_progress=None):
        """All files, written to the folder."""
        self._ask("fetch")
        folder.mkdir(parents=True, exist_ok=True)
        found = []
        for number, (name, content) in enumerate(sorted(self.files.items()), 1):
            data = content.encode() if isinstance(content, str) else content
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
            if on_progress:
                on_progress(number, len(self.files))
            found.append(
                FetchedFile(
                    path=name,
                    origin=f"owner/name@{pin.revision}/{name}",
                    sha256=hashlib.sha256(data).hexdigest(),
                    bytes=len(data),
                    signs=self.signs.get(name, ()),
                    retrieved=f"2026-01-0{len(self.asked)}T00:00:00+00:00",
                )
            )
        return Fetched(pin=pin, files=tuple(found), refused=tuple(self.refused))

    def _ask(self, what):
        if not self.is_reachable:
            raise NetworkError("The network is off.", fix="turn it on")
        self.asked.append(what)
