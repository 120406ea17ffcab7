"""Datasets of Kaggle, through its official clients (kagglehub for credentials, kagglesdk for questions).

They read KAGGLE_API_TOKEN, KAGGLE_USERNAME with KAGGLE_KEY, KAGGLE_CONFIG_DIR, the files in `~/.kaggle` and the
proxy variables by themselves. Kaggle has no mirrors; KAGGLE_API_ENVIRONMENT names its own other servers.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import time
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from kitae.core.errors import DataError, NetworkError, NotFoundError
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
from kitae.engines.fetching.bringing import DOWNLOAD_TRIES, Job, Machine, bring, refused
from kitae.engines.fetching.choosing import is_material, is_readable, matching
from kitae.engines.fetching.ledger import Listing, RemoteFile
from kitae.engines.fetching.licences import read_licence
from kitae.engines.fetching.transfer import NOTHING_THERE, Body, ShortBodyError, continue_into
from kitae.records.source import Fetched, KaggleSource, Pin, RemoteSource

if TYPE_CHECKING:
    import requests
    from kagglesdk import KaggleClient

T = TypeVar("T")
HUB = HubName(
    name="Kaggle",
    login="set KAGGLE_API_TOKEN, or KAGGLE_USERNAME and KAGGLE_KEY, or put kaggle.json into ~/.kaggle",
    mirror="Kaggle has no mirrors",
    page="the dataset's page, datasets/{name} on Kaggle",
)
TIMEOUT_S = 30.0
PAGE_SIZE = 200
CHUNK_BYTES = 2**16
ROOM_BYTES = 64 * 2**20
LARGEST_RATIO = 200
"""A zip that holds more than this times its own size, and more than was announced, is no data; a body
may be this much larger than the size in Kaggle's list, which is not exact."""


class KaggleDatasets:
    """Fetches datasets; implements `Fetcher` for `kaggle:` sources."""

    def __init__(self, *, is_offline: bool = False, machine: Machine | None = None) -> None:
        """Nothing is loaded or asked yet; credentials and proxies are left to Kaggle's clients.

        Args:
            is_offline: Ask nobody: only folders that are whole are of use then.
            machine: Patience, clock and disk.
        """
        self._machine = machine or Machine()
        self._is_offline = is_offline
        self._client = _Client(self._machine.patience)

    def pin(self, source: RemoteSource) -> Pin:
        """The version number, the newest where none is named, with the licence."""
        assert isinstance(source, KaggleSource)
        if self._is_offline:
            return _offline_pin(source)
        found = self._client.dataset(source.kaggle)
        version = source.version or found.current_version_number
        licence, terms = read_licence(found.license_name)
        return Pin(revision=str(version), licence=licence, terms=terms)

    def fetch(
        self,
        source: RemoteSource,
        pin: Pin,
        folder: Path,
        on_progress: Callable[[int, int], None] = lambda done, total: None,  # noqa: ARG005
    ) -> Fetched:
        """The readable files of the pinned version, or those that the patterns name."""
        assert isinstance(source, KaggleSource)
        version = _Version(self._client, source, pin)
        return bring(
            Job(
                hub=HUB,
                name=source.kaggle,
                selection={"files": list(source.files)},
                pin=pin,
                folder=folder,
                list_files=version.listing,
                download=version.download,
                on_progress=on_progress,
                is_offline=self._is_offline,
                machine=self._machine,
            )
        )


@dataclass(frozen=True)
class _Version:
    """One version of one dataset."""

    client: _Client
    source: KaggleSource
    pin: Pin

    def listing(self, _: Path) -> Listing:
        """The wanted files; the sizes that Kaggle lists are for planning."""
        sizes = self.client.files(self.source.kaggle, int(self.pin.revision))
        named = matching(sizes, self.source.files) if self.source.files else list(sizes)
        is_wanted = is_readable if self.source.files else is_material
        wanted = sorted(path for path in named if is_wanted(path))
        if not wanted:
            raise _nothing(self.source, sorted(sizes))
        left_out = sorted(set(named) - set(wanted)) if self.source.files else []
        return Listing(
            files=tuple(RemoteFile(path=path, about_bytes=sizes[path]) for path in wanted),
            refused=tuple(
                refused(self.source.kaggle, self.pin, p, "not_readable") for p in left_out
            ),
        )

    def download(self, file: RemoteFile, partial: Path, on_bytes: Callable[[int], None]) -> Path:
        """One file, in the partial folder, taken out of its zip where Kaggle packed it."""
        part = partial / f"{file.path}.part"
        told = self.client.bring(self.source.kaggle, int(self.pin.revision), file, part, on_bytes)
        if not told.is_packed or not zipfile.is_zipfile(part):
            return part
        return _unpacked(part, PurePosixPath(file.path).name, file.about_bytes)


@dataclass
class _Told:
    """What the storage said of a body."""

    md5: str = ""
    is_packed: bool = False


@dataclass(frozen=True)
class _Client:
    """Kaggle's client, asked with patience; loaded at the first question."""

    patience: Patience

    @cached_property
    def api(self) -> KaggleClient:
        """The client with the user's credentials; every question ends in time."""
        try:
            from kagglehub.config import get_kaggle_credentials
            from kagglesdk import KaggleClient
            from kagglesdk.kaggle_env import get_env
            from requests.adapters import HTTPAdapter
        except ImportError as error:
            raise extra_missing("kagglehub", error) from error

        class InTime(HTTPAdapter):
            """The client itself would wait for ever."""

            def send(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401
                return super().send(*args, **{**kwargs, "timeout": TIMEOUT_S})

        try:
            known = get_kaggle_credentials()
        except ValueError as error:
            raise NetworkError(str(error), fix=HUB.login) from error
        words: dict[str, Any] = {"env": get_env(), "user_agent": "kitae"}
        if known:
            words |= {"username": known.username, "password": known.key, "api_token": known.api_key}
        client = KaggleClient(**words)
        client.__enter__()
        session: Any = client.http_client()._session  # pyright: ignore[reportPrivateUsage]
        session.mount("https://", InTime())
        session.mount("http://", InTime())
        return client

    @cached_property
    def questions(self) -> Any:  # noqa: ANN401
        """The module of the client's questions about datasets."""
        try:
            from kagglesdk.datasets.types import dataset_api_service
        except ImportError as error:
            raise extra_missing("kagglehub", error) from error
        return dataset_api_service

    def dataset(self, name: str) -> Any:  # noqa: ANN401
        """What Kaggle tells of a dataset."""
        request = _named(self.questions.ApiGetDatasetRequest(), name)
        return self._ask(name, f"the dataset {name}", lambda api: api.get_dataset(request))

    def files(self, name: str, version: int) -> dict[str, int]:
        """Path -> announced size, of every file of a version."""
        sizes: dict[str, int] = {}
        token = ""
        while True:
            request = _named(self.questions.ApiListDatasetFilesRequest(), name)
            request.dataset_version_number = version
            request.page_size = PAGE_SIZE
            request.page_token = token or None
            what = f"version {version} of {name}"
            page: Any = self._ask(name, what, _listing(request))
            sizes |= {file.name: int(file.total_bytes) for file in page.dataset_files}
            token = page.next_page_token
            if not token:
                return sizes

    def bring(
        self, name: str, version: int, file: RemoteFile, part: Path, on_bytes: Callable[[int], None]
    ) -> _Told:
        """Bring a part file to its end, and compare it with the checksum that the storage told."""
        told, path = _Told(), file.path
        most = LARGEST_RATIO * file.about_bytes + ROOM_BYTES if file.about_bytes else None
        for _ in range(DOWNLOAD_TRIES):
            self._ask(
                name,
                f"the file {path} of {name}",
                lambda _: continue_into(
                    part,
                    lambda start: self._opened(name, version, path, start, told),
                    on_bytes,
                    most,
                ),
            )
            if told.md5 in ("", _md5(part)):
                return told
            part.unlink()
        raise DataError(
            f"The content of {path} is not what Kaggle announced (md5 {told.md5}), twice.",
            where=f"{name}@{version}/{path}",
            fix="try again later; if it stays so, tell the maker of the dataset",
        )

    @contextmanager
    def _opened(
        self, name: str, version: int, path: str, start: int, told: _Told
    ) -> Generator[Body]:
        from kagglehub.integrity import get_md5_checksum_from_response

        request = _named(self.questions.ApiDownloadDatasetRequest(), name)
        request.dataset_version_number = version
        request.file_name = path
        response: Any = self.api.datasets.dataset_api_client.download_dataset(request)
        if start:
            response.close()
            response = _rest(response.url, start)
        with response:
            told.md5 = get_md5_checksum_from_response(response) or ""
            told.is_packed = urlsplit(response.url).path.endswith(f"{PurePosixPath(path).name}.zip")
            headers = {key.lower(): value for key, value in response.headers.items()}
            yield Body(response.status_code, headers, response.iter_content(CHUNK_BYTES))

    def _ask(self, name: str, what: str, action: Callable[[Any], T]) -> T:
        api = self.api.datasets.dataset_api_client
        from requests import RequestException

        asker = Asker(HUB, self.patience, (RequestException, ShortBodyError), _read_failure)
        return asker.ask(name, what, lambda: action(api))


def _listing(request: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    return lambda api: api.list_dataset_files(request)


def _rest(url: str, start: int) -> requests.Response:
    """The rest of a body from the storage, whose signed address needs no credentials."""
    import requests

    headers = {"Range": f"bytes={start}-", "Accept-Encoding": "identity"}
    response = requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S)
    if response.status_code != NOTHING_THERE:
        response.raise_for_status()
    return response


def _named(request: Any, name: str) -> Any:  # noqa: ANN401
    request.owner_slug, _, request.dataset_slug = name.partition("/")
    return request


def _md5(path: Path) -> str:
    """The checksum as Google's storage tells it: md5 in base64."""
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    return base64.b64encode(found.digest()).decode()


def _unpacked(packed: Path, name: str, announced_bytes: int) -> Path:
    """The one file of a zip, beside it.

    Raises:
        DataError: It is not in there, damaged, or larger than can be believed.
    """
    target = packed.with_suffix(".whole")
    try:
        with zipfile.ZipFile(packed) as archive:
            entry = archive.getinfo(name)
            most = max(announced_bytes, LARGEST_RATIO * packed.stat().st_size)
            if entry.file_size > most:
                raise DataError(
                    f"{name} would grow from {packed.stat().st_size:,} to {entry.file_size:,} bytes.",
                    where=str(packed),
                    fix="leave the file out: name the wanted ones in `files`",
                )
            with archive.open(entry) as stream, target.open("wb") as out:
                shutil.copyfileobj(stream, out, CHUNK_BYTES)
    except (zipfile.BadZipFile, KeyError) as error:
        packed.unlink()
        raise DataError(
            f"Kaggle sent {name} in a zip that is damaged or holds something else ({error}).",
            where=str(packed),
            fix="try again; if it stays so, tell the maker of the dataset",
        ) from error
    packed.unlink()
    return target


def _read_failure(error: Exception) -> Answer:
    response: Any = getattr(error, "response", None)
    if response is None:
        return Answer(NO_ANSWER, f"{type(error).__name__}: {error}")
    wait_s = retry_after_s(response.headers.get("Retry-After"), time.time())
    return Answer(int(response.status_code), "", wait_s)


def _nothing(source: KaggleSource, paths: list[str]) -> NotFoundError:
    asked = f" that match {', '.join(source.files)}" if source.files else ""
    example = f", e.g. {paths[0]}" if paths else ""
    return NotFoundError(
        f"{source.kaggle} has no files{asked} that can be read as rows or documents ({len(paths)} files"
        f"{example}).",
        where=source.kaggle,
        fix="name others in `files`, or take another dataset",
    )


def _offline_pin(source: KaggleSource) -> Pin:
    if source.version is not None:
        return Pin(revision=str(source.version))
    raise offline(
        HUB,
        source.kaggle,
        "the newest version",
        "name a `version`, or run once where there is a network",
    )
