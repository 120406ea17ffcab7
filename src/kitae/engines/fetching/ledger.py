"""What a folder of fetched files says of itself: the list of what is wanted, and at the end a manifest.

The manifest is written last: a folder without one is not whole. The list is kept from the first try on,
so that a broken fetch goes on without asking again, and can name what is missing where there is no network.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import orjson
from pydantic import ValidationError

from kitae.core.config import Record
from kitae.core.errors import ResourceError
from kitae.records.durable import write_atomic
from kitae.records.source import Fetched, RefusedItem

CARD = "README.md"
"""Where a hub keeps what it says of a repository, with front matter."""
LARGEST_CARD_BYTES = 5_000_000
COMMIT = re.compile(r"[0-9a-f]{40}")
MANIFEST = ".fetched.json"
LISTING = ".listing.json"
PARTIAL = ".partial"
MARGIN_BYTES = 64 * 2**20
"""Room that has to stay on the disk after all files are there."""
_CHUNK_BYTES = 2**20

_known: dict[tuple[int, int, int, int], tuple[str, str]] = {}


class RemoteFile(Record):
    """One file that a hub announces."""

    path: str
    """Relative to the folder; `/` between the parts."""
    bytes: int | None = None
    """Size as announced; None where it is not."""
    about_bytes: int = 0
    """Size for planning, where the announced one is not exact."""
    sha256: str = ""
    git_sha1: str = ""
    """Git's name for the content, where that is what the hub announces."""


class Listing(Record):
    """What is wanted of one version of a source, and what was left out."""

    files: tuple[RemoteFile, ...]
    refused: tuple[RefusedItem, ...] = ()


class Stamp(Record):
    """What a file looked like when its content was last checked."""

    bytes: int
    mtime_ns: int


class Manifest(Record):
    """A whole folder: what was asked for, what came, and how the files looked then."""

    key: str
    """Hash over the kind of source, its version and the selection."""
    fetched: Fetched
    stamps: dict[str, Stamp]


class KeyedListing(Record):
    """A listing and what it is a listing of."""

    key: str
    listing: Listing


def whole_folder(folder: Path, key: str) -> Fetched | None:
    """What is in the folder, when it is whole and unchanged; else None.

    A file whose size and time of change are those of the manifest is taken as it is; one that was
    touched is read and compared.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None
    if manifest.key != key:
        return None
    for file in manifest.fetched.files:
        path = folder / file.path
        if not path.is_file():
            return None
        if stamp(path) != manifest.stamps.get(file.path) and digests(path)[0] != file.sha256:
            return None
    return manifest.fetched


def seal_folder(folder: Path, key: str, fetched: Fetched) -> None:
    """Write the manifest and clear away what was only needed on the way."""
    stamps = {file.path: stamp(folder / file.path) for file in fetched.files}
    manifest = Manifest(key=key, fetched=fetched, stamps=stamps)
    write_atomic(folder / MANIFEST, _bytes(manifest))
    shutil.rmtree(folder / PARTIAL, ignore_errors=True)


def stored_listing(folder: Path, key: str) -> Listing | None:
    """The list of an earlier try of the same version and selection."""
    try:
        kept = KeyedListing.model_validate_json((folder / LISTING).read_bytes())
    except (OSError, ValidationError):
        return None
    return kept.listing if kept.key == key else None


def store_listing(folder: Path, key: str, listing: Listing) -> None:
    """Keep the list for the next try."""
    write_atomic(folder / LISTING, _bytes(KeyedListing(key=key, listing=listing)))


def check_room(folder: Path, wanted_bytes: int, free_bytes: int) -> None:
    """Refuse to start what cannot end.

    Raises:
        ResourceError: The disk has no room for the files that are still wanted.
    """
    if wanted_bytes and wanted_bytes + MARGIN_BYTES > free_bytes:
        raise ResourceError(
            f"The files need {wanted_bytes / 1e9:.2f} GB, and {free_bytes / 1e9:.2f} GB are free.",
            where=str(folder),
            fix="free some space, or take less: one `split`, one `subset`, or fewer `files`",
        )


def digests(path: Path) -> tuple[str, str]:
    """(sha256, git's sha1) of a file; an unchanged one is read once in a process, moved or not."""
    status = path.stat()
    key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    if key not in _known:
        _known[key] = _read_digests(path, status.st_size)
    return _known[key]


def _read_digests(path: Path, num_bytes: int) -> tuple[str, str]:
    sha256 = hashlib.sha256()
    git = hashlib.sha1(b"blob %d\0" % num_bytes, usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            sha256.update(chunk)
            git.update(chunk)
    return sha256.hexdigest(), git.hexdigest()


def stamp(path: Path) -> Stamp:
    """How a file looks now, without reading it."""
    status = path.stat()
    return Stamp(bytes=status.st_size, mtime_ns=status.st_mtime_ns)


def _bytes(record: Record) -> bytes:
    return orjson.dumps(record.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n"
