"""The ZIP around an office file (XLSX, DOCX): looked over before any XML in it is parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from kitae.core.errors import DataError
from kitae.engines.reading.packed import Archive, open_archive

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_XML_BYTES = 2**30
MAX_TAGS = 5_000_000
"""Of a part that is held as a tree: a book of a thousand pages has half as many."""
_XML_NAMES = (".xml", ".rels", ".vml")
_DOCTYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
_OVERLAP = max(len(mark) for mark in _DOCTYPES) - 1


def is_office(data: bytes, part: str) -> bool:
    """Whether bytes are an office file that has a given part, e.g. `word/document.xml`."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        return part in open_archive(data, part).names
    except DataError:
        return part.encode() in data[:65536]


def open_office(data: bytes, name: str) -> Archive:
    """The parts of an office file.

    Raises:
        DataError: It is damaged, a trap when unpacked, or declares entities of its own.
    """
    archive = open_archive(data, name)
    parts = [inner for inner in archive.names if inner.lower().endswith(_XML_NAMES)]
    unpacked = sum(archive.size(inner) for inner in parts)
    if unpacked > MAX_XML_BYTES:
        raise DataError(
            f"The office file {name!r} unpacks to {unpacked / 2**30:.1f} GiB; 1 GiB is the limit.",
            where=name,
            fix="save the sheet as CSV (UTF-8), or the text in several files",
        )
    for inner in parts:
        if count_marks(archive, inner, _DOCTYPES):
            raise DataError(
                f"The office file {name!r} declares entities of its own, as traps do.",
                where=f"{name}/{inner}",
                fix="do not use it unless you know who made it; save it again in its program",
            )
    return archive


def count_marks(archive: Archive, inner: str, marks: tuple[bytes, ...]) -> int:
    """How often any of some byte strings stands in a part; streamed, so memory stays small."""
    counter = _MarkCounter(marks)
    archive.scan(inner, counter.look)
    return counter.count


def parse_part(archive: Archive, inner: str, name: str) -> Element | None:
    """The XML of a part; None where the file has no such part.

    Raises:
        DataError: It is no XML, or XML that defends itself against being read.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if inner not in archive.names:
        return None
    tags = count_marks(archive, inner, (b"<",))
    if tags > MAX_TAGS:
        raise DataError(
            f"The office file {name!r} holds {tags} tags in one part; {MAX_TAGS} is the limit.",
            where=f"{name}/{inner}",
            fix="save the text in several files",
        )
    try:
        return fromstring(archive.read(inner), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise DataError(
            f"The office file {name!r} is damaged: {str(error)[:120]}.",
            where=f"{name}/{inner}",
            fix="open it in its program and save it again",
        ) from error


@dataclass
class _MarkCounter:
    marks: tuple[bytes, ...]
    count: int = 0
    _tail: bytes = field(default=b"")

    def look(self, piece: bytes) -> None:
        """Count in one piece; a mark across the edge of two pieces is counted once."""
        for mark in self.marks:
            tail = self._tail[-(len(mark) - 1) :] if len(mark) > 1 else b""
            self.count += (tail + piece).count(mark)
        self._tail = (self._tail + piece)[-_OVERLAP:]
