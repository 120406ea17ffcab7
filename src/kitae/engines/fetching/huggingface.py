"""Datasets of a hub that speaks Hugging Face's protocol, through the official client.

The client reads HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_DISABLE_TELEMETRY and
the proxy variables by itself. Data files only: a dataset's script is never fetched and never run.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kitae.core.errors import NotFoundError
from kitae.engines.fetching.asking import (
    NO_ANSWER,
    Answer,
    Asker,
    HubName,
    Patience,
    extra_missing,
    offline,
    retry_after_s,
)
from kitae.engines.fetching.bringing import Job, Machine, NotHereError, bring
from kitae.engines.fetching.choosing import Asked, choose_files, missing_shards
from kitae.engines.fetching.ledger import CARD, COMMIT, LARGEST_CARD_BYTES, Listing, RemoteFile
from kitae.engines.fetching.licences import read_card_licence
from kitae.engines.hubs.licences import read_front_matter
from kitae.records.source import Fetched, HuggingFaceSource, Pin, RemoteSource

if TYPE_CHECKING:
    from huggingface_hub import DatasetInfo, HfApi

T = TypeVar("T")
HUB = HubName(
    name="Hugging Face",
    login="set HF_TOKEN to a token of your account, or type `hf auth login`",
    mirror="a mirror is named with HF_ENDPOINT",
    page="the dataset's page, datasets/{name} on the hub",
)


class HuggingFaceDatasets:
    """Fetches dataset repositories; implements `Fetcher` for `hub:` sources."""

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        token: str | None = None,
        cache: Path | None = None,
        is_offline: bool = False,
        machine: Machine | None = None,
    ) -> None:
        """Remember how to reach the hub; nothing is loaded or asked yet.

        Args:
            endpoint: Address of the hub; None leaves it to the client (HF_ENDPOINT).
            token: Credentials; None leaves them to the client (HF_TOKEN, then the stored login).
            cache: Where the client keeps what others fetched; None leaves it to the client.
            is_offline: Ask nobody; HF_HUB_OFFLINE says the same.
            machine: Patience, clock and disk.
        """
        self._machine = machine or Machine()
        self._client = _Client(endpoint, token, cache, is_offline, self._machine.patience)

    def pin(self, source: RemoteSource) -> Pin:
        """The commit that the source's revision names now, and the licence on its card."""
        assert isinstance(source, HuggingFaceSource)
        if self._client.is_offline:
            return Pin(revision=self._cached_commit(source.hub, source.revision))
        info = self._client.info(source.hub, source.revision)
        card: dict[str, Any] = info.card_data.to_dict() if info.card_data else {}
        licence, terms = read_card_licence({**_licence_of_tags(info.tags or []), **card})
        return Pin(revision=str(info.sha), licence=licence, terms=terms)

    def fetch(
        self,
        source: RemoteSource,
        pin: Pin,
        folder: Path,
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> Fetched:
        """The data files of the pinned commit, chosen by subset and split."""
        assert isinstance(source, HuggingFaceSource)
        repository = _Repository(self._client, source.hub, pin.revision)
        asked = Asked(source.hub, source.subset, source.split, source.files)
        return bring(
            Job(
                hub=HUB,
                name=source.hub,
                selection=asked.selection,
                pin=pin,
                folder=folder,
                list_files=lambda partial: repository.listing(asked, partial),
                download=repository.download,
                on_progress=on_progress,
                is_offline=self._client.is_offline,
                has_cache=True,
                machine=self._machine,
            )
        )

    def _cached_commit(self, name: str, revision: str | None) -> str:
        if revision and COMMIT.fullmatch(revision):
            return revision
        folder = self._client.cached_snapshot(name, revision)
        if folder is None:
            raise _not_cached(name, f"revision {revision or 'main'!r}")
        return folder.name


@dataclass(frozen=True)
class _Repository:
    """One commit of one dataset."""

    client: _Client
    name: str
    commit: str

    def listing(self, asked: Asked, partial: Path) -> Listing:
        """The chosen files with their announced sizes and digests."""
        found = self._cached_files() if self.client.is_offline else self._announced_files()
        card: dict[str, Any] = {}
        if CARD in found and (found[CARD].bytes or 0) <= LARGEST_CARD_BYTES:
            path = self.download(found[CARD], partial, lambda _: None)
            card = read_front_matter(path.read_text("utf-8", "replace"))
        chosen = choose_files(sorted(found), card, asked)
        if self.client.is_offline and (missing := missing_shards(chosen)):
            raise _not_cached(self.name, f"the file {missing[0]}")
        return Listing(files=tuple(found[path] for path in chosen))

    def download(self, file: RemoteFile, partial: Path, on_bytes: Callable[[int], None]) -> Path:
        """One file, in the partial folder."""
        if self.client.is_offline:
            return self._copy_from_cache(file.path, partial)
        return self.client.download(self.name, self.commit, file.path, partial, on_bytes)

    def _announced_files(self) -> dict[str, RemoteFile]:
        entries = self.client.tree(self.name, self.commit)
        files: dict[str, RemoteFile] = {}
        for entry in entries:
            if type(entry).__name__ == "RepoFile":
                large = entry.lfs
                digest = {"sha256": large.sha256} if large else {"git_sha1": entry.blob_id}
                files[entry.path] = RemoteFile(path=entry.path, bytes=entry.size, **digest)
        return files

    def _cached_files(self) -> dict[str, RemoteFile]:
        folder = self.client.cached_snapshot(self.name, self.commit)
        if folder is None:
            raise _not_cached(self.name, f"commit {self.commit}")
        names = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        return {name: RemoteFile(path=name) for name in names}

    def _copy_from_cache(self, path: str, partial: Path) -> Path:
        from huggingface_hub import try_to_load_from_cache

        cached = try_to_load_from_cache(
            self.name, path, cache_dir=self.client.cache, revision=self.commit, repo_type="dataset"
        )
        if not isinstance(cached, str):
            raise NotHereError(path)
        target = partial / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(cached, target)
        return target


@dataclass(frozen=True)
class _Client:
    """The official client, asked with patience; loaded at the first question."""

    endpoint: str | None
    token: str | None
    cache: Path | None
    says_offline: bool
    patience: Patience

    @cached_property
    def api(self) -> HfApi:
        try:
            from huggingface_hub import HfApi
        except ImportError as error:
            raise extra_missing("huggingface_hub", error) from error
        return HfApi(endpoint=self.endpoint, token=self.token, library_name="kitae")

    @property
    def is_offline(self) -> bool:
        try:
            from huggingface_hub import constants
        except ImportError as error:
            raise extra_missing("huggingface_hub", error) from error
        return self.says_offline or constants.HF_HUB_OFFLINE

    def info(self, name: str, revision: str | None) -> DatasetInfo:
        at = f" at revision {revision!r}" if revision else ""
        return self._ask(
            name,
            f"the dataset {name}{at}",
            lambda api: api.dataset_info(name, revision=revision),
        )

    def tree(self, name: str, commit: str) -> list[Any]:
        return self._ask(
            name,
            f"the list of files of {name}",
            lambda api: list(
                api.list_repo_tree(name, recursive=True, revision=commit, repo_type="dataset")
            ),
        )

    def download(
        self, name: str, commit: str, path: str, partial: Path, on_bytes: Callable[[int], None]
    ) -> Path:
        arrived = self._ask(
            name,
            f"the file {path} of {name}",
            lambda api: api.hf_hub_download(
                name,
                path,
                repo_type="dataset",
                revision=commit,
                cache_dir=self.cache,
                local_dir=partial,
                tqdm_class=_silent_bar(on_bytes),
            ),
        )
        return Path(arrived)

    def cached_snapshot(self, name: str, revision: str | None) -> Path | None:
        """The folder of a revision in the client's cache, as far as it was fetched."""
        from huggingface_hub import constants
        from huggingface_hub.file_download import repo_folder_name

        root = Path(self.cache or constants.HF_HUB_CACHE)
        root = root / repo_folder_name(repo_id=name, repo_type="dataset")
        reference = root / "refs" / (revision or "main")
        commit = reference.read_text("utf-8").strip() if reference.is_file() else revision or ""
        folder = root / "snapshots" / commit
        return folder if commit and folder.is_dir() else None

    def _ask(self, name: str, what: str, action: Callable[[HfApi], T]) -> T:
        api = self.api
        from huggingface_hub.errors import HTTPError, OfflineModeIsEnabled  # pyright: ignore[reportPrivateImportUsage]

        failures = (HTTPError, OfflineModeIsEnabled, OSError)
        asker = Asker(HUB, self.patience, failures, _read_failure)
        return asker.ask(name, what, lambda: action(api))


def _read_failure(error: Exception) -> Answer | None:
    """What the hub answered, from the client's exception; None for a full disk and the like."""
    from huggingface_hub import errors

    cause = error.__cause__
    if isinstance(error, errors.LocalEntryNotFoundError) and isinstance(cause, Exception):
        return _read_failure(cause)
    if isinstance(error, errors.HfHubHTTPError):
        headers = error.response.headers
        return Answer(
            status=error.response.status_code,
            words=error.server_message or "",
            retry_after_s=retry_after_s(headers.get("Retry-After"), time.time()),
            is_gated=isinstance(error, errors.GatedRepoError),
        )
    if isinstance(error, OSError) and error.errno is not None and error.filename is not None:
        return None
    return Answer(NO_ANSWER, f"{type(error).__name__}: {error}")


def _silent_bar(on_bytes: Callable[[int], None]) -> type[Any]:
    """A progress bar for the client that draws nothing and passes the bytes on."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        def __init__(self, *_: object, **__: object) -> None:
            super().__init__(disable=True)

        def update(self, n: float | None = 1) -> bool | None:
            on_bytes(int(n or 0))
            return None

    return Bar


def _licence_of_tags(tags: list[str]) -> dict[str, Any]:
    found = [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    return {"license": found} if found else {}


def _not_cached(name: str, what: str) -> NotFoundError:
    return offline(
        HUB,
        name,
        what,
        "HF_HUB_OFFLINE is set: run once where there is a network, or type "
        f"`HF_HUB_OFFLINE=0 hf download {name} --repo-type dataset` there",
    )
