"""EPUB -> sections: each chapter of the spine is read as the page of HTML that it is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kitae.core.errors import DataError, KitaeError
from kitae.engines.documents.findings import Finding
from kitae.engines.documents.licence_hints import licence_of_address
from kitae.engines.documents.markup import declared_encoding, read_chapter
from kitae.engines.documents.sections import Parsed
from kitae.engines.reading.encodings import decode, is_wide
from kitae.engines.reading.office import is_office, parse_part
from kitae.engines.reading.packed import Archive, open_archive

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_TEXT_BYTES = 2**28
"""Of all chapters together: a library, not a book."""
MAX_PART_BYTES = 2**24
"""Of a part that lists others."""
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_MIME = b"application/epub+zip"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_CONTENTS = "nav"


def is_epub(data: bytes) -> bool:
    """Whether the bytes are an EPUB file."""
    return _MIME in data[:128] or is_office(data, _CONTAINER)


def read_epub(data: bytes, name: str) -> Parsed:
    """Sections of a book in its reading order; a chapter without a heading takes none.

    Raises:
        DataError: It is damaged, a trap when unpacked, or its chapters are encrypted.
        DependencyError: The extra `documents` is not installed.
    """
    archive = open_archive(data, name)
    book = _book(archive, name)
    chapters = list(_chapters(archive, book, name))
    sections = [
        section._replace(place=f"chapter {number}, {section.place}")
        for number, parsed in chapters
        for section in parsed.sections
    ]
    locked = _encrypted(archive, name) & set(book.pages)
    findings = [Finding(rule="encrypted", detail=page) for page in sorted(locked)]
    findings += [
        finding.model_copy(update={"detail": f"chapter {number}: {finding.detail}".rstrip(": ")})
        for number, parsed in chapters
        for finding in parsed.findings
    ]
    spdx = licence_of_address(book.rights) or ""
    terms = "" if spdx else book.rights
    return Parsed(tuple(sections), tuple(findings), book.title, spdx, terms)


@dataclass(frozen=True)
class _Book:
    """What the package file says.

    Attributes:
        title: Of the book.
        rights: What it says about use.
        pages: Names of the chapters in the archive, in reading order.
    """

    title: str
    rights: str
    pages: tuple[str, ...]


def _book(archive: Archive, name: str) -> _Book:
    container = _part(archive, _CONTAINER, name)
    root = next((e.get("full-path") for e in container.iter() if e.tag.endswith("}rootfile")), None)
    if not root:
        raise _broken(name, _CONTAINER, "names no package file")
    package = _part(archive, root, name)
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    places = [items.get(one.get("idref")) for one in package.iter(f"{_OPF}itemref")]
    pages = [
        posixpath.normpath(posixpath.join(posixpath.dirname(root), unquote(item.get("href", ""))))
        for item in places
        if item is not None and item.get("media-type") in _PAGES and not _is_contents(item)
    ]
    if not pages:
        raise _broken(name, root, "names no chapter")
    title, rights = (package.findtext(f".//{_DC}{key}", "").strip() for key in ("title", "rights"))
    return _Book(title[:300], rights[:500], tuple(dict.fromkeys(pages)))


def _is_contents(item: Element) -> bool:
    return _CONTENTS in (item.get("properties") or "").split()


def _chapters(archive: Archive, book: _Book, name: str) -> Iterator[tuple[int, Parsed]]:
    """Each chapter that can be read, with its number from 1; what cannot be read is a finding."""
    locked = _encrypted(archive, name)
    there = set(archive.names)
    total = 0
    for number, page in enumerate(book.pages, 1):
        if page in locked:
            continue
        if page not in there:
            yield number, Parsed((), (Finding(rule="damaged_page", detail=page),))
            continue
        total += archive.size(page)
        if total > MAX_TEXT_BYTES:
            raise _broken(name, page, f"holds more than {MAX_TEXT_BYTES >> 20} MiB of text")
        yield number, _chapter(archive.read(page), f"{name}/{page}")


def _chapter(data: bytes, where: str) -> Parsed:
    declared = declared_encoding(data)
    try:
        decoded = decode(data, declared) if declared and not is_wide(data) else decode(data)
        return read_chapter(decoded.text, where)
    except DataError as error:
        return Parsed((), (Finding(rule="damaged_page", detail=error.what[:200]),))


def _encrypted(archive: Archive, name: str) -> set[str]:
    """Names of the parts that are encrypted; most books encrypt fonts alone, or nothing."""
    if _ENCRYPTION not in archive.names:
        return set()
    listed = _part(archive, _ENCRYPTION, name)
    uris = (e.get("URI") for e in listed.iter() if e.tag.endswith("}CipherReference"))
    return {posixpath.normpath(unquote(uri)) for uri in uris if uri}


def _part(archive: Archive, inner: str, name: str) -> Element:
    if inner in archive.names and archive.size(inner) > MAX_PART_BYTES:
        raise _broken(name, inner, f"is larger than {MAX_PART_BYTES >> 20} MiB")
    part = parse_part(archive, inner, name)
    if part is None:
        raise _broken(name, inner, "is not there")
    return part


def _broken(name: str, part: str, what: str) -> KitaeError:
    return DataError(
        f"The book {name!r} is damaged: {part} {what}.",
        where=name,
        fix="download it again, or open it in a reader and save its text as .html or .txt",
    )
