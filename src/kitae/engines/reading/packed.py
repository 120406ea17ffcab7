"""Packed bytes -> plain bytes, in bounded memory: gzip, zstandard, bzip2, xz, and the members of a ZIP."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Literal

import pyarrow as pa

from kitae.core.errors import DataError

Packing = Literal["gz", "zst", "bz2", "xz", "zip", "tar"]
STREAMS: tuple[Packing, ...] = ("gz", "zst", "bz2", "xz")
"""Packings of one file; `zip` and `tar` hold several."""
HEAD_BYTES = 512
"""So much of a file tells how it is packed."""

FREE_BYTES = 64 * 2**20
"""Up to this size nothing is asked about how much smaller the packed form was."""
MAX_RATIO = 100
"""Real rows pack 3 to 30 times; above 100 times it is a trap or emptiness."""
MAX_UNPACKED_BYTES = 4 * 2**30
MAX_MEMBERS = 10_000

PIECE = 2**20
PEEK_BYTES = 4096
_FEED = 2**16
_MOST_XZ_MEMORY = 2**28
"""`xz -9` needs a quarter of this."""
_BZ2_BLOCK, _BZ2_END = b"1AY&SY", b"\x17rE8P\x90"
_TAR_PLACE, _TAR_MARK = 257, b"ustar"
_STARTS: tuple[tuple[bytes, Packing], ...] = (
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_NAME_ENCODINGS = ("utf-8", "cp932", "gb18030")
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(tarfile.TarError, NotImplementedError, RuntimeError, ValueError, IndexError, OverflowError),
)
"""What the standard library raises for archives that are not as they should be."""
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1


def packing_of(head: bytes) -> Packing | None:
    """How bytes are packed, told by their first `HEAD_BYTES`; office files count as `zip` too."""
    if head.startswith(b"BZh") and head[4:10] in (_BZ2_BLOCK, _BZ2_END):
        return "bz2"
    if head[_TAR_PLACE : _TAR_PLACE + len(_TAR_MARK)] == _TAR_MARK:
        return "tar"
    return next((packing for start, packing in _STARTS if head.startswith(start)), None)


def unpack(data: bytes, name: str) -> bytes:
    """The content of a file that is packed in one of the `STREAMS`.

    Raises:
        DataError: It is damaged, or grows beyond what rows and documents do.
    """
    pieces: list[bytes] = []
    total = 0
    try:
        for piece, consumed in _pieces(data):
            total += len(piece)
            check_growth(total, consumed, name)
            pieces.append(piece)
    except (pa.ArrowException, lzma.LZMAError, OSError, ValueError, EOFError) as error:
        raise DataError(
            f"The file {name!r} is damaged: {str(error)[:120]}.",
            where=name,
            fix="copy or download it again",
        ) from error
    return b"".join(pieces)


def peek(data: bytes) -> bytes:
    """The first bytes of what is packed, at least `HEAD_BYTES` where there are so many; empty where damaged.

    Args:
        data: The packed file, or enough of its start.
    """
    found = b""
    try:
        for piece, _ in _pieces(data, PEEK_BYTES):
            found += piece
            if len(found) >= PEEK_BYTES:
                break
    except (pa.ArrowException, lzma.LZMAError, OSError, ValueError, EOFError):
        return found
    return found


def _pieces(data: bytes, size: int = PIECE) -> Iterator[tuple[bytes, int]]:
    """Each piece of what is packed, and how many packed bytes were read for all so far."""
    packing = packing_of(data)
    if packing == "bz2":
        yield from _stream_pieces(data, size, bz2.BZ2Decompressor)
    elif packing == "xz":
        make = partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, _MOST_XZ_MEMORY)
        yield from _stream_pieces(data, size, make)
    else:
        source = pa.BufferReader(data)
        with pa.CompressedInputStream(source, "zstd" if packing == "zst" else "gzip") as stream:
            while piece := stream.read(size):
                yield piece, source.tell()


def _stream_pieces(data: bytes, size: int, make: Callable[[], Any]) -> Iterator[tuple[bytes, int]]:
    """What the decompressors of the standard library give, several streams after one another."""
    rest, place = memoryview(data), 0
    while len(rest):
        unpacker = make()
        while not unpacker.eof:
            fed = bytes(rest[place : place + _FEED]) if unpacker.needs_input else b""
            if unpacker.needs_input and not fed:
                raise EOFError("it ends in the middle")
            place += len(fed)
            yield unpacker.decompress(fed, size), len(data) - len(rest) + place
        rest = rest[place - len(unpacker.unused_data) :]
        place = 0
        if packing_of(bytes(rest[:HEAD_BYTES])) not in ("bz2", "xz"):
            return


def open_archive(data: bytes, name: str) -> Archive:
    """A ZIP archive whose list of members has been looked over.

    Raises:
        DataError: It is damaged or encrypted, or its list of members is a trap.
    """
    with damage_told(name):
        archive = zipfile.ZipFile(io.BytesIO(data))
    return Archive(archive, name, len(data))


class Archive:
    """The members of a ZIP archive; nothing is ever written to disk."""

    def __init__(self, archive: zipfile.ZipFile, name: str, num_bytes: int) -> None:
        self._archive = archive
        self._name = name
        entries = [e for e in archive.infolist() if not e.filename.endswith("/")]
        if len(entries) > MAX_MEMBERS:
            raise trap(name, f"holds {len(entries)} files; {MAX_MEMBERS} is the limit")
        unpacked = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        check_growth(unpacked, min(packed, num_bytes), name)
        self._entries = {_shown_name(entry): entry for entry in entries}
        if len(self._entries) < len(entries):
            raise trap(name, "holds two files of the same name")
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
        with damage_told(f"{self._name}/{inner}"), self._archive.open(entry) as stream:
            while piece := stream.read(PIECE if limit is None else limit - total):
                total += len(piece)
                check_growth(total, entry.compress_size, f"{self._name}/{inner}")
                pieces.append(piece)
        return b"".join(pieces)

    def scan(self, inner: str, look: Callable[[bytes], None]) -> None:
        """Hand a member's content to `look`, piece by piece, and keep none of it."""
        entry = self._entries[inner]
        with damage_told(f"{self._name}/{inner}"), self._archive.open(entry) as stream:
            while piece := stream.read(PIECE):
                look(piece)


def check_growth(unpacked: int, packed: int, name: str) -> None:
    """Stop where bytes grow beyond what rows and documents do.

    Raises:
        DataError: They do.
    """
    if unpacked > MAX_UNPACKED_BYTES:
        raise trap(name, f"unpacks to more than {MAX_UNPACKED_BYTES // 2**30} GiB")
    if unpacked > FREE_BYTES and unpacked > MAX_RATIO * max(packed, 1):
        raise trap(name, f"unpacks to more than {MAX_RATIO} times its size")


def check_inner_name(inner: str, name: str) -> None:
    """Stop at a member whose name leads out of its archive.

    Raises:
        DataError: It does.
    """
    path = PurePosixPath(inner)
    is_nowhere = not path.parts or "\0" in inner
    if is_nowhere or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise DataError(
            f"The archive {name!r} holds a file whose name leads out of it: {inner[:80]!r}.",
            where=name,
            fix="do not use it unless you know who made it; pack the files again",
        )


def _check_member(inner: str, entry: zipfile.ZipInfo, name: str) -> None:
    check_inner_name(inner, name)
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


def trap(name: str, what: str) -> DataError:
    """The error for an archive that is made to do harm, or too large."""
    return DataError(
        f"The file {name!r} {what}.",
        where=name,
        fix="if you trust it, unpack it yourself and name the unpacked files",
    )


@contextmanager
def damage_told(name: str) -> Generator[None]:
    """What the standard library raises for damaged archives becomes a `DataError`."""
    try:
        yield
    except _DAMAGES as error:
        raise DataError(
            f"The archive {name!r} is damaged, or packed in an unknown way: {str(error)[:120]}.",
            where=name,
            fix="copy or download it again, or pack it again as plain ZIP",
        ) from error
