"""Archives of several files, whatever their kind: ZIP, tar, and tar that is packed once more."""

from __future__ import annotations

from pathlib import Path

from kitae.core.errors import DataError
from kitae.engines.reading.packed import (
    HEAD_BYTES,
    STREAMS,
    Archive,
    open_archive,
    packing_of,
    peek,
    unpack,
)
from kitae.engines.reading.tarred import TarArchive, open_tar

Parcel = Archive | TarArchive

_OFFICE_PARTS = (
    *("[Content_Types].xml", "mimetype", "META-INF/manifest.xml"),
    "META-INF/container.xml",
)
_PEEKED = 2**20
"""Nothing comes out of bzip2 before a whole block of it, at most 900 kB, is there."""
_KEPT_BYTES = 2**28
"""A larger archive is unpacked anew for each of its members: slower, but nothing stays in memory."""


def is_parcel(path: Path) -> bool:
    """Whether a file is an archive of several files; office files and EPUBs are documents."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        packing = packing_of(head)
        if packing in STREAMS:
            head += stream.read(_PEEKED)
    if packing == "zip":
        return not is_office_archive(path.read_bytes())
    return packing == "tar" or (packing in STREAMS and packing_of(peek(head)) == "tar")


def open_parcel(path: Path) -> Parcel:
    """The archive at a path, for which `is_parcel` holds.

    Raises:
        DataError: It is damaged, encrypted or a trap.
    """
    status = path.stat()
    key = (str(path), status.st_size, status.st_mtime_ns)
    if key not in _LAST:
        data = path.read_bytes()
        if packing_of(data[:HEAD_BYTES]) == "zip":
            return open_archive(data, path.name)
        if packing_of(data[:HEAD_BYTES]) == "tar":
            return open_tar(data, len(data), path.name)
        plain = unpack(data, path.name)
        opened = open_tar(plain, len(data), path.name)
        _LAST.clear()
        if len(plain) > _KEPT_BYTES:
            return opened
        _LAST[key] = opened
    return _LAST[key]


_LAST: dict[tuple[str, int, int], TarArchive] = {}
"""The last packed tar: its members are read one after another."""


def is_office_archive(data: bytes) -> bool:
    """Whether a ZIP is one document (office file, EPUB) rather than a parcel of files."""
    try:
        names = open_archive(data, "").names
    except DataError:
        return any(part.encode() in data[:4096] for part in _OFFICE_PARTS)
    return any(part in names for part in _OFFICE_PARTS)
