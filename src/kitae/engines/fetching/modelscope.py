"""Datasets of ModelScope, through the official client (modelscope-hub, which modelscope stands on).

The client reads MODELSCOPE_ENDPOINT (and the older MODELSCOPE_DOMAIN), MODELSCOPE_API_TOKEN, MODELSCOPE_HOME
and the proxy variables by itself. It waits for a busy hub by itself, too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kitae.core.errors import NotFoundError
from kitae.core.hashing import digest
from kitae.engines.fetching.asking import (
    NO_ANSWER,
    Answer,
    Asker,
    HubName,
    Patience,
    extra_missing,
    offline,
)
from kitae.engines.fetching.bringing import Job, Machine, bring
from kitae.engines.fetching.choosing import Asked, choose_files
from kitae.engines.fetching.ledger import CARD, COMMIT, LARGEST_CARD_BYTES, Listing, RemoteFile
from kitae.engines.fetching.licences import read_licence
from kitae.engines.hubs.licences import read_front_matter
from kitae.records.source import Fetched, ModelScopeSource, Pin, RemoteSource

if TYPE_CHECKING:
    from modelscope_hub import HubApi

T = TypeVar("T")
HUB = HubName(
    name="ModelScope",
    login="set MODELSCOPE_API_TOKEN to a token of your account",
    mirror="another address is named with MODELSCOPE_ENDPOINT",
    page="the dataset's page, datasets/{name} on ModelScope",
)
MAIN = "master"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ModelScopeDatasets:
    """Fetches dataset repositories; implements `Fetcher` for `modelscope:` sources."""

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        token: str | None = None,
        is_offline: bool = False,
        machine: Machine | None = None,
    ) -> None:
        """Remember how to reach the hub; nothing is loaded or asked yet.

        Args:
            endpoint: Address of the hub; None leaves it to the client (MODELSCOPE_ENDPOINT).
            token: Credentials; None leaves them to the client (MODELSCOPE_API_TOKEN, stored login).
            is_offline: Ask nobody: only folders that are whole are of use then.
            machine: Patience, clock and disk.
        """
        self._machine = machine or Machine()
        self._is_offline = is_offline
        self._client = _Client(endpoint, token)

    def pin(self, source: RemoteSource) -> Pin:
        """The version that the revision names now, and the licence that the hub tells."""
        assert isinstance(source, ModelScopeSource)
        name, revision = source.modelscope, source.revision or MAIN
        if self._is_offline:
            return self._offline_pin(source)
        licence, terms = self._client.licence(name)
        if COMMIT.fullmatch(revision):
            return Pin(revision=revision, licence=licence, terms=terms)
        return Pin(revision=self._version(name, revision), licence=licence, terms=terms)

    def fetch(
        self,
        source: RemoteSource,
        pin: Pin,
        folder: Path,
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> Fetched:
        """The data files of the pinned version, chosen by subset and split."""
        assert isinstance(source, ModelScopeSource)
        repository = _Repository(self._client, source.modelscope, pin.revision)
        asked = Asked(source.modelscope, source.subset, source.split, source.files)
        return bring(
            Job(
                hub=HUB,
                name=source.modelscope,
                selection=asked.selection,
                pin=pin,
                folder=folder,
                list_files=lambda partial: repository.listing(asked, partial),
                download=repository.download,
                on_progress=on_progress,
                is_offline=self._is_offline,
                machine=self._machine,
            )
        )

    def _version(self, name: str, revision: str) -> str:
        """The commit of the newest file, where its tree is the revision's own.

        The hub does not name the commit of a branch. When the last commit took files away, no file
        that is left tells of it; then the version is the branch with a digest over its files, and a
        fetch later checks that they are still the same.
        """
        entries = self._client.entries(name, revision)
        dated = [e for e in entries if COMMIT.fullmatch(str(e.get("Revision") or ""))]
        newest = max(
            dated, key=lambda e: (int(e.get("CommittedDate") or 0), e["Revision"]), default=None
        )
        if newest is not None:
            commit = str(newest["Revision"])
            if _state(self._client.entries(name, commit)) == _state(entries):
                return commit
        return f"{revision}#{_state(entries)}"

    def _offline_pin(self, source: ModelScopeSource) -> Pin:
        if source.revision and COMMIT.fullmatch(source.revision):
            return Pin(revision=source.revision)
        raise offline(
            HUB,
            source.modelscope,
            f"revision {source.revision or MAIN!r}",
            "run once where there is a network; what was pinned then is kept",
        )


@dataclass(frozen=True)
class _Repository:
    """One version of one dataset."""

    client: _Client
    name: str
    version: str

    @property
    def revision(self) -> str:
        """The commit or branch to ask for."""
        return self.version.partition("#")[0]

    def listing(self, asked: Asked, partial: Path) -> Listing:
        """The chosen files with their announced sizes and digests."""
        entries = self.client.entries(self.name, self.revision)
        state = self.version.partition("#")[2]
        if state and state != _state(entries):
            raise NotFoundError(
                f"The version {self.version} of {self.name} is gone: its branch went on, and the "
                "hub did not name a commit for it.",
                where=self.name,
                fix="pin the source again with the version that is there now",
            )
        found = {file.path: file for file in map(_as_file, entries) if file is not None}
        card: dict[str, Any] = {}
        if CARD in found and (found[CARD].bytes or 0) <= LARGEST_CARD_BYTES:
            path = self.download(found[CARD], partial, lambda _: None)
            card = read_front_matter(path.read_text("utf-8", "replace"))
        chosen = choose_files(sorted(found), card, asked)
        return Listing(files=tuple(found[path] for path in chosen))

    def download(self, file: RemoteFile, partial: Path, on_bytes: Callable[[int], None]) -> Path:
        """One file, in the partial folder; the client continues a part of an earlier try."""
        return self.client.download(self.name, self.revision, file, partial, on_bytes)


@dataclass(frozen=True)
class _Client:
    """The official client; loaded at the first question."""

    endpoint: str | None
    token: str | None

    @cached_property
    def api(self) -> HubApi:
        try:
            from modelscope_hub import HubApi
            from modelscope_hub.config import HubConfig
            from modelscope_hub.errors import CacheError
        except ImportError as error:
            raise extra_missing("modelscope-hub", error) from error

        class Anonymous(HubConfig):
            """Sends no number that tells this installation from others."""

            def get_session_id(self) -> str:
                raise CacheError("no session is kept")

        logging.getLogger("modelscope_hub").setLevel(logging.ERROR)
        config = Anonymous(endpoint=self.endpoint, token=self.token)
        return HubApi(config, user_agent="kitae")

    def licence(self, name: str) -> tuple[str, str]:
        info = self._ask(
            name, f"the dataset {name}", lambda api: api.get_repo(name, "dataset").to_dict()
        )
        return read_licence(str(info.get("license") or ""))

    def entries(self, name: str, revision: str) -> list[dict[str, Any]]:
        """Every file and folder of a revision, as the hub tells of them."""
        return self._ask(
            name,
            f"the dataset {name} at revision {revision!r}",
            lambda api: api.legacy.list_repo_files(name, "dataset", revision=revision),
        )

    def download(
        self,
        name: str,
        revision: str,
        file: RemoteFile,
        partial: Path,
        on_bytes: Callable[[int], None],
    ) -> Path:
        return self._ask(
            name,
            f"the file {file.path} of {name}",
            lambda api: api.downloader.download_file(
                name,
                "dataset",
                file.path,
                revision=revision,
                cache_dir=partial,
                local_dir=partial,
                file_size=file.bytes,
                progress_callbacks=[_reporter(on_bytes)],
            ),
        )

    def _ask(self, name: str, what: str, action: Callable[[HubApi], T]) -> T:
        """The client waits for a busy hub by itself: it is asked once."""
        api = self.api
        from modelscope_hub.errors import HubError
        from requests import RequestException

        asker = Asker(HUB, Patience(tries=1), (HubError, RequestException), _read_failure)
        return asker.ask(name, what, lambda: action(api))


def _read_failure(error: Exception) -> Answer:
    from modelscope_hub.errors import APIError

    if isinstance(error, APIError):
        status = error.status_code or NO_ANSWER
        return Answer(status, error.message, getattr(error, "retry_after", None))
    return Answer(NO_ANSWER, f"{type(error).__name__}: {error}")


def _as_file(entry: Mapping[str, Any]) -> RemoteFile | None:
    """What the hub tells of a file; None for a folder."""
    path = str(entry.get("Path") or entry.get("Name") or "")
    if not path or entry.get("Type") == "tree":
        return None
    sha256 = str(entry.get("Sha256") or "").lower()
    size = entry.get("Size")
    return RemoteFile(
        path=path,
        bytes=int(size) if size is not None else None,
        sha256=sha256 if _SHA256.fullmatch(sha256) else "",
    )


def _state(entries: list[dict[str, Any]]) -> str:
    """16 hex digits over the names, sizes and digests of all files."""
    files = [file for file in map(_as_file, entries) if file is not None]
    return digest(sorted([file.path, file.bytes, file.sha256] for file in files))[:16]


def _reporter(on_bytes: Callable[[int], None]) -> type[Any]:
    from modelscope_hub import ProgressCallback

    class Reporter(ProgressCallback):
        def update(self, size: int) -> None:
            on_bytes(size)

    return Reporter
