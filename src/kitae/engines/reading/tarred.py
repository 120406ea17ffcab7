"""The members of a tar archive, plain or unpacked before; nothing is ever written to disk."""

from __future__ import annotations

import io
import tarfile

from kitae.core.errors import DataError
from kitae.engines.reading.packed import (
    MAX_MEMBERS,
    PIECE,
    check_growth,
    check_inner_name,
    damage_told,
    trap,
)


def open_tar(data: bytes, num_packed: int, name: str) -> TarArchive:
    """A tar archive whose list of members has been looked over.

    Args:
        data: The archive, unpacked.
        num_packed: Bytes that it had on disk.
        name: For errors.

    Raises:
        DataError: It is damaged, or its list of members is a trap.
    """
    with damage_told(name):
        archive = tarfile.TarFile(fileobj=io.BytesIO(data))
        opened = TarArchive(archive, num_packed, name)
    if data[archive.offset : archive.offset + tarfile.BLOCKSIZE].strip(b"\0"):
        raise DataError(
            f"The archive {name!r} is damaged after its first {len(opened.names)} files.",
            where=name,
            fix="copy or download it again",
        )
    return opened


class TarArchive:
    """The members of a tar archive. What is neither a file nor a link (devices, pipes) is not there."""

    def __init__(self, archive: tarfile.TarFile, num_packed: int, name: str) -> None:
        self._archive = archive
        self._name = name
        self._entries: dict[str, tarfile.TarInfo] = {}
        total = 0
        while (entry := archive.next()) is not None:
            if not (entry.isfile() or entry.issym() or entry.islnk()):
                continue
            inner = entry.name.removeprefix("./")
            check_inner_name(inner, name)
            self._entries[inner] = entry
            total += entry.size
            check_growth(total, num_packed, name)
            if len(self._entries) > MAX_MEMBERS:
                raise trap(name, f"holds more than {MAX_MEMBERS} files")

    @property
    def names(self) -> list[str]:
        """Names of all files in it, sorted; of two with one name the later counts, as in `tar`."""
        return sorted(self._entries)

    def is_link(self, inner: str) -> bool:
        """Whether a member stands for another file."""
        return not self._entries[inner].isfile()

    def size(self, inner: str) -> int:
        """Bytes of a member."""
        return self._entries[inner].size

    def read(self, inner: str, limit: int | None = None) -> bytes:
        """The content of one member, or its first `limit` bytes.

        Raises:
            DataError: There is no such member, or it is damaged.
        """
        entry = self._entries.get(inner)
        if entry is None or not entry.isfile():
            raise DataError(
                f"The archive {self._name!r} holds no file {inner!r}.",
                where=self._name,
                fix=f"it holds: {', '.join(self.names[:8])}",
            )
        wanted = entry.size if limit is None else min(limit, entry.size)
        pieces: list[bytes] = []
        with damage_told(f"{self._name}/{inner}"):
            stream = self._archive.extractfile(entry)
            while stream is not None and wanted and (piece := stream.read(min(PIECE, wanted))):
                wanted -= len(piece)
                pieces.append(piece)
        if wanted:
            raise DataError(
                f"The archive {self._name!r} is damaged: {inner!r} ends too early.",
                where=f"{self._name}/{inner}",
                fix="copy or download it again",
            )
        return b"".join(pieces)
