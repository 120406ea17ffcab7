"""A path, or a member of an archive -> plain bytes: one layer of packing is taken off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kitae.core.errors import DataError
from kitae.engines.reading.archives import Parcel, is_office_archive, is_parcel, open_parcel
from kitae.engines.reading.files import check_file, load_file
from kitae.engines.reading.kinds import is_noise
from kitae.engines.reading.packed import HEAD_BYTES, STREAMS, packing_of, unpack

PACKED_SUFFIXES = (".gz", ".gzip", ".zst", ".zstd", ".bz2", ".bzip2", ".xz")


@dataclass(frozen=True)
class Content:
    """What is in a file.

    Attributes:
        data: Without the packing.
        name: File name without the suffix of the packing; tells by its suffix what to expect.
        where: For errors: the path, and the member in it.
    """

    data: bytes
    name: str
    where: str

    @property
    def suffix(self) -> str:
        """The end of the name, in small letters, with its dot."""
        return PurePosixPath(self.name).suffix.lower()


def load_content(path: Path, inner: str = "") -> Content:
    """The content of a file; of what is packed (gz, zst, bz2, xz, an archive of one file) what is in it.

    Args:
        path: The file, or the archive.
        inner: Name of a member of the archive; empty for the file itself.

    Raises:
        NotFoundError: There is nothing at this path.
        ResourceError: The file may not be read.
        DataError: It is empty, damaged, a trap, packed twice, or an archive of several files.
    """
    if inner:
        check_file(path)
        plain = Content(_parcel(path).read(inner), inner, f"{path}/{inner}")
        _refuse_nested(plain)
        return plain
    data = load_file(path)
    packing = packing_of(data[:HEAD_BYTES])
    if packing is not None and is_parcel(path):
        plain = _only_member(open_parcel(path), path)
    elif packing in STREAMS:
        plain = Content(unpack(data, path.name), name_unpacked(path.name), str(path))
    else:
        return Content(data, path.name, str(path))
    _refuse_nested(plain)
    return plain


def _parcel(path: Path) -> Parcel:
    if is_parcel(path):
        return open_parcel(path)
    raise DataError(
        f"The file {path.name!r} is no archive.", where=str(path), fix="name the file by itself"
    )


def name_unpacked(name: str) -> str:
    """The name of a packed file without the suffix of the packing."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in PACKED_SUFFIXES else name


def _only_member(archive: Parcel, path: Path) -> Content:
    names = [name for name in archive.names if not is_noise(name) and not archive.is_link(name)]
    if len(names) != 1:
        shown = ", ".join(names[:8])
        raise DataError(
            f"The archive {path.name!r} holds {len(names)} files to choose from: {shown}",
            where=str(path),
            fix="name the archive as a source of its own, or unpack it and name the file",
        )
    return Content(archive.read(names[0]), names[0], f"{path}/{names[0]}")


def _refuse_nested(content: Content) -> None:
    """Stop at an archive inside an archive: unpacking without end is how traps work."""
    data = content.data
    packing = packing_of(data[:HEAD_BYTES])
    if packing == "tar":
        kind, fix = "a tar archive", "unpack it with `tar xf` and name the folder"
    elif packing in STREAMS or (packing == "zip" and not is_office_archive(data)):
        kind, fix = "packed once more", "unpack the outer one and name what is in it"
    elif not data.strip(b" \t\r\n\0\xef\xbb\xbf\xfe\xff"):
        kind, fix = "empty", "put at least one example in it, or name another file"
    else:
        return
    raise DataError(f"What is packed in {content.where!r} is {kind}.", where=content.where, fix=fix)
