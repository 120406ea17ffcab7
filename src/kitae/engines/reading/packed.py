"""Packed bytes -> plain bytes, in bounded memory: gzip, zstandard and the members of a ZIP archive."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Literal

import pyarrow as pa

from kitae.core.errors import DataError

Packing = Literal["gz", "zst", "zip"]

FREE_BYTES = 64 * 2**20
"""Up to this size nothing is asked about how much smaller the packed form was."""
MAX_RATIO = 100
"""Real rows pack 3 to 30 times; above 100 times it is a trap or emptiness."""
MAX_UNPACKED_BYTES = 4 * 2**30
MAX_MEMBERS = 10_000

_PIECE = 2**20
_STARTS: tuple[tuple[bytes, Packing], ...] = (
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_NAME_ENCODINGS = ("utf-8", "cp932", "gb18030")
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1


def packing_of(head: bytes) -> Packing | None:
    """How bytes are packed, told by their start; office files count as `zip` too."""
    return next((packing for start, packing in _STARTS if head.startswith(start)), None)


def unpack(data: bytes, name: str) -> bytes:
    """The content of a gzip or zstandard file.

    Raises:
        DataError: It is damaged, or grows beyond what rows and documents do.
    """
    codec = "zstd" if packing_of(data) == "zst" else "gzip"
    source = pa.BufferReader(data)
    pieces: list[bytes] = []
    total = 0
    try:
        with pa.CompressedInputStream(source, codec) as stream:
            while piece := stream.read(_PIECE):
                total += len(piece)
                _check_growth(total, source.tell(), name)
                pieces.append(piece)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"The file {name!r} is damaged: {str(error)[:120]}.",
            where=name,
            fix="copy or download it again",
        ) from error
    return b"".join(pieces)


def open_archive(data: bytes, name: str) -> Archive:
    """A ZIP archive whose list of members has been looked over.

    Raises:
        DataError: It is damaged or encrypted, or its list of members is a trap.
    """
    with _damage_told(name):
        archive = zipfile.ZipFile(io.BytesIO(data))
    return Archive(archive, name)


class Archive:
    """The members of a ZIP archive; nothing is ever written to disk."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MAX_MEMBERS:
            raise _trap(name, f"holds {len(entries)} files; {MAX_MEMBERS} is the limit")
        unpacked = sum(entry.file_size for entry in entries)
        _check_growth(unpacked, sum(entry.compress_size for entry in entries), name)
        self._entries = {_shown_name(entry): entry for entry in entries}
        for inner, entry in self._entries.items():
            _check_member(inner, entry, name)

    @property
    def names(self) -> list[str]:
        """Names of all files in it, sorted."""
        return sorted(self._entries)

    def is_link(self, inner: str) -> bool:
        """Whether a member stands for another file."""
        return stat.S_ISLNK(self._entries[inner].external_attr >> 16)

    def size(self, inner: str) -> int:
        """Bytes of a member when unpacked, as the archive announces it."""
        return self._entries[inner].file_size

    def read(self, inner: str, limit: int | None = None) -> bytes:
        """The content of one member, or its first `limit` bytes.

        Raises:
            DataError: There is no such member, or it is damaged or a trap.
        """
        entry = self._entries.get(inner)
        if entry is None:
            raise DataError(
                f"The archive {self._name!r} holds no file {inner!r}.",
                where=self._name,
                fix=f"it holds: {', '.join(self.names[:8])}",
            )
        pieces: list[bytes] = []
        total = 0
        with _damage_told(f"{self._name}/{inner}"), self._archive.open(entry) as stream:
            while piece := stream.read(_PIECE if limit is None else limit - total):
                total += len(piece)
                _check_growth(total, entry.compress_size, f"{self._name}/{inner}")
                pieces.append(piece)
        return b"".join(pieces)

    def scan(self, inner: str, look: Callable[[bytes], None]) -> None:
        """Hand a member's content to `look`, piece by piece, and keep none of it."""
        entry = self._entries[inner]
        with _damage_told(f"{self._name}/{inner}"), self._archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                look(piece)


def _check_growth(unpacked: int, packed: int, name: str) -> None:
    if unpacked > MAX_UNPACKED_BYTES:
        raise _trap(name, f"unpacks to more than {MAX_UNPACKED_BYTES // 2**30} GiB")
    if unpacked > FREE_BYTES and unpacked > MAX_RATIO * max(packed, 1):
        raise _trap(name, f"unpacks to more than {MAX_RATIO} times its size")


def _check_member(inner: str, entry: zipfile.ZipInfo, name: str) -> None:
    path = PurePosixPath(inner)
    if path.is_absolute() or ".." in path.parts or "\0" in inner or ":" in path.parts[0]:
        raise DataError(
            f"The archive {name!r} holds a file whose name leads out of it: {inner[:80]!r}.",
            where=name,
            fix="do not use it unless you know who made it; pack the files again",
        )
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise DataError(
            f"The archive {name!r} is encrypted.",
            where=f"{name}/{inner}",
            fix="unpack it with its password and name the folder",
        )


def _shown_name(entry: zipfile.ZipInfo) -> str:
    """The name with `/` between folders; names from old Windows tools in their own encoding."""
    name = entry.orig_filename.replace("\\", "/")
    if name.isascii() or entry.flag_bits & _UTF8_FLAG:
        return name
    raw = name.encode("cp437", "replace")
    for encoding in _NAME_ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _trap(name: str, what: str) -> DataError:
    return DataError(
        f"The file {name!r} {what}.",
        where=name,
        fix="if you trust it, unpack it yourself and name the unpacked files",
    )


@contextmanager
def _damage_told(name: str) -> Generator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise DataError(
            f"The archive {name!r} is damaged, or packed in an unknown way: {str(error)[:120]}.",
            where=name,
            fix="copy or download it again, or pack it again as plain ZIP",
        ) from error
