"""Bringing the files of one pinned source into one folder, the same for every hub.

List, check the room, bring each file through a partial folder, verify, seal. A broken try is continued:
what is there and right stays, and a partial file is never taken for whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kitae.core.errors import DataError
from kitae.core.hashing import digest
from kitae.engines.fetching.asking import HubName, Patience, offline
from kitae.engines.fetching.ledger import (
    MANIFEST,
    PARTIAL,
    Listing,
    RemoteFile,
    check_room,
    digests,
    seal_folder,
    store_listing,
    stored_listing,
    whole_folder,
)
from kitae.engines.fetching.signs import signs_in_document
from kitae.engines.hubs.checksums import is_plain_name
from kitae.records.durable import raise_resource_error
from kitae.records.source import Fetched, FetchedFile, Pin, RefusedItem

DOWNLOAD_TRIES = 2
"""A file whose content is not what was announced is fetched once more from its first byte."""
_LONGEST_LIST = 5
_ONCE_ONLINE = "run once where there is a network: what was fetched before is kept"


class NotHereError(Exception):
    """Offline, and the file is in no cache either."""


def _now() -> datetime:
    return datetime.now(UTC)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Machine:
    """What a fetcher uses of the machine it runs on; tests hand in another.

    Attributes:
        patience: How long a busy hub is waited for.
        clock: Now, in UTC.
        free_bytes: Room on a folder's disk.
    """

    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], datetime] = _now
    free_bytes: Callable[[Path], int] = _free_bytes


@dataclass(frozen=True)
class Job:
    """One source to bring.

    Attributes:
        hub: Its names for error texts.
        name: `owner/name`.
        selection: What of it is wanted; with the version it decides whether a folder is whole.
        pin: The version.
        folder: Where the files go.
        list_files: Ask the hub what there is; may use the partial folder for what it has to read.
        download: (file, partial folder, report of bytes) -> where the file lies now.
        on_progress: (done, total), in bytes where all sizes are known, else in files.
        is_offline: Whether the network may not be used.
        has_cache: Whether `list_files` and `download` are of use offline too.
        machine: Its clock and disk.
    """

    hub: HubName
    name: str
    selection: Mapping[str, object]
    pin: Pin
    folder: Path
    list_files: Callable[[Path], Listing]
    download: Callable[[RemoteFile, Path, Callable[[int], None]], Path]
    on_progress: Callable[[int, int], None]
    is_offline: bool = False
    has_cache: bool = False
    machine: Machine = field(default_factory=Machine)

    @property
    def key(self) -> str:
        """Hash over all that decides which files belong into the folder."""
        return digest([self.hub.name, self.name, self.pin.revision, dict(self.selection)])


def bring(job: Job) -> Fetched:
    """The files of a source, in the job's folder; a folder that is whole is only looked at.

    Raises:
        NotFoundError: Offline, and something is missing.
        NetworkError: The hub refuses, or cannot be reached.
        DataError: A file's content is not what the hub announced, twice.
        ResourceError: The disk has no room.
    """
    whole = whole_folder(job.folder, job.key)
    if whole is not None:
        return whole
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        (job.folder / MANIFEST).unlink(missing_ok=True)
        listing = _listing(job)
        fetched = _all_files(job, listing)
        seal_folder(job.folder, job.key, fetched)
    except OSError as error:
        raise_resource_error(error, Path(error.filename or job.folder))
    return fetched


def _listing(job: Job) -> Listing:
    stored = stored_listing(job.folder, job.key)
    if stored is not None:
        return stored
    if job.is_offline and not job.has_cache:
        raise offline(job.hub, job.name, f"version {job.pin.revision}", _ONCE_ONLINE)
    partial = job.folder / PARTIAL
    partial.mkdir(parents=True, exist_ok=True)
    listed = job.list_files(partial)
    unsafe = tuple(file for file in listed.files if not _is_safe(file.path))
    listing = Listing(
        files=tuple(file for file in listed.files if file not in unsafe),
        refused=(
            *listed.refused,
            *(refused(job.name, job.pin, f.path, "unsafe_path") for f in unsafe),
        ),
    )
    store_listing(job.folder, job.key, listing)
    return listing


def _all_files(job: Job, listing: Listing) -> Fetched:
    waiting = {file.path for file in listing.files if not _is_right(job.folder / file.path, file)}
    wanted_bytes = sum(f.bytes or f.about_bytes for f in listing.files if f.path in waiting)
    check_room(job.folder, wanted_bytes, job.machine.free_bytes(job.folder))
    count = _Count(job, listing, waiting)
    files: list[FetchedFile] = []
    missing: list[str] = []
    for file in listing.files:
        try:
            if file.path in waiting:
                _bring_one(job, file, count)
            files.append(_as_fetched(job, file, is_new=file.path in waiting))
        except NotHereError:
            missing.append(file.path)
    if missing:
        raise _missing(job, missing, len(listing.files))
    return Fetched(pin=job.pin, files=tuple(files), refused=listing.refused)


class _Count:
    """Progress over all files: bytes where every size is known, else files."""

    def __init__(self, job: Job, listing: Listing, waiting: set[str]) -> None:
        self._say = job.on_progress
        self._is_in_bytes = all(file.bytes is not None for file in listing.files)
        there = [file for file in listing.files if file.path not in waiting]
        self._done = sum(self._size(file) for file in there)
        self._total = sum(self._size(file) for file in listing.files)
        self._within = 0
        self._most = 0
        self._say(self._done, self._total)

    def begin(self, file: RemoteFile) -> None:
        """A file begins, or begins again."""
        self._within = 0
        self._most = self._size(file)

    def add(self, num_bytes: int) -> None:
        """Bytes of the present file; a broken try may count some of them twice."""
        if self._is_in_bytes:
            self._within = max(0, min(self._within + num_bytes, self._most))
            self._say(self._done + self._within, self._total)

    def end(self, file: RemoteFile) -> None:
        """The present file is there."""
        self._done += self._size(file)
        self._say(self._done, self._total)

    def _size(self, file: RemoteFile) -> int:
        return (file.bytes or 0) if self._is_in_bytes else 1


def _bring_one(job: Job, file: RemoteFile, count: _Count) -> None:
    if job.is_offline and not job.has_cache:
        raise NotHereError(file.path)
    partial = job.folder / PARTIAL
    for _ in range(DOWNLOAD_TRIES):
        partial.mkdir(parents=True, exist_ok=True)
        count.begin(file)
        arrived = job.download(file, partial, count.add)
        if _is_right(arrived, file):
            target = job.folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            arrived.replace(target)
            count.end(file)
            return
        arrived.unlink()
    raise DataError(
        f"The content of {file.path} is not what {job.hub.name} announced "
        f"({_announced(file)}), twice.",
        where=origin(job.name, job.pin, file.path),
        fix=f"try again later; {job.hub.mirror}; if it stays so, tell the maker of the dataset",
    )


def _is_right(path: Path, file: RemoteFile) -> bool:
    """Whether a file is there whole, so far as the hub announced what it should be."""
    if not path.is_file() or (file.bytes is not None and path.stat().st_size != file.bytes):
        return False
    if not file.sha256 and not file.git_sha1:
        return True
    sha256, git_sha1 = digests(path)
    return file.sha256 in ("", sha256) and file.git_sha1 in ("", git_sha1)


def _as_fetched(job: Job, file: RemoteFile, *, is_new: bool) -> FetchedFile:
    path = job.folder / file.path
    status = path.stat()
    time = job.machine.clock() if is_new else datetime.fromtimestamp(int(status.st_mtime), UTC)
    return FetchedFile(
        path=file.path,
        origin=origin(job.name, job.pin, file.path),
        sha256=digests(path)[0],
        bytes=status.st_size,
        retrieved=time.replace(microsecond=0).isoformat(),
        licence=job.pin.licence,
        terms=job.pin.terms,
        signs=signs_in_document(path),
    )


def origin(name: str, pin: Pin, path: str) -> str:
    """`owner/name@revision/path`."""
    return f"{name}@{pin.revision}/{path}"


def refused(name: str, pin: Pin, path: str, reason: str, detail: str = "") -> RefusedItem:
    """Something of a source that is not fetched."""
    return RefusedItem(origin=origin(name, pin, path), reason=reason, detail=detail)


def _is_safe(path: str) -> bool:
    return is_plain_name(path) and not path.split("/")[0].startswith(".")


def _announced(file: RemoteFile) -> str:
    told = [f"{file.bytes:,} bytes" if file.bytes is not None else "", file.sha256 or file.git_sha1]
    return ", ".join(text for text in told if text)


def _missing(job: Job, missing: list[str], total: int) -> Exception:
    named = ", ".join(missing[:_LONGEST_LIST])
    more = f" and {len(missing) - _LONGEST_LIST} more" if len(missing) > _LONGEST_LIST else ""
    return offline(
        job.hub,
        job.name,
        f"{len(missing)} of {total} files ({named}{more})",
        _ONCE_ONLINE,
    )
