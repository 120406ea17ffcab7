"""A path -> Documents, with what could not be read. The one way in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kitae.core.errors import DataError, KitaeError
from kitae.engines.documents import epub, markup, pdf, plain, word
from kitae.engines.documents.findings import DocumentFinding, Finding
from kitae.engines.documents.sections import Parsed
from kitae.engines.reading.contents import Content, load_content
from kitae.engines.reading.encodings import Decoded, decode, is_wide
from kitae.engines.reading.files import refuse_binary
from kitae.records.document import Document, document_id

DocumentFormat = Literal["text", "markdown", "html", "pdf", "docx", "epub"]

MAX_TEXT_BYTES = 64 * 2**20
READABLE = "text, Markdown, HTML, PDF, DOCX or EPUB"

_MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdx")
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_HTML_STARTS = (b"<!doctype html", b"<html", b"<?xml")
_UNWRITABLE = re.compile("[\ud800-\udfff]")
_OLE_START = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class DocumentOptions:
    """What is known about a file before it is read.

    Attributes:
        format: A `DocumentFormat` or `auto`.
        encoding: Name of the text encoding; None to find out.
        licence: What the recipe or the hub says; `unknown` lets the document speak for itself.
        terms: What else is known about use.
        retrieved: ISO 8601 time for what was fetched.
        origin: Put before every locator, e.g. an address; empty for local files.
    """

    format: DocumentFormat | Literal["auto"] = "auto"
    encoding: str | None = None
    licence: str = "unknown"
    terms: str = ""
    retrieved: str = ""
    origin: str = ""


@dataclass(frozen=True)
class DocumentReading:
    """A file, read.

    Attributes:
        format: What it was read as.
        documents: In reading order; none where nothing could be read, which the findings explain.
        findings: What could not be read, in reading order.
        title: As the file names itself; may be empty.
        pages: Number of pages; 0 where there are none.
        encoding: Of text formats; empty for others.
        is_guess: Whether the encoding is a guess.
        confidence: Of that guess.
    """

    format: DocumentFormat
    documents: tuple[Document, ...]
    findings: tuple[DocumentFinding, ...]
    title: str = ""
    pages: int = 0
    encoding: str = ""
    is_guess: bool = False
    confidence: float = 1.0


def read_documents(
    path: Path, options: DocumentOptions, source: str, inner: str = ""
) -> DocumentReading:
    """All sections of a document, and what could not be read in it.

    Args:
        path: Where it is; what is packed (gz, zst, bz2, xz, an archive of one file) is unpacked.
        options: What is known about it.
        source: Its name, for the evidence.
        inner: Name of a member, where `path` is an archive of several files.

    Raises:
        NotFoundError: There is no such file.
        ResourceError: It may not be read.
        DataError: It is empty, damaged, a trap, or its encoding is unclear.
        DependencyError: The extra `documents` is not installed.
    """
    content = load_content(path, inner)
    try:
        return _read(content, options, source)
    except KitaeError as error:
        if error.where in (None, content.name):
            error.where = content.where
        raise


def read_document_bytes(
    data: bytes, name: str, options: DocumentOptions, source: str
) -> DocumentReading:
    """As `read_documents`, for bytes that are at hand; `name` tells the format by its suffix."""
    return _read(Content(data, name, name), options, source)


def _read(content: Content, options: DocumentOptions, source: str) -> DocumentReading:
    data = content.data
    if data.startswith(_OLE_START):
        return _encrypted_office(content, source)
    kind = _format_of(content) if options.format == "auto" else options.format
    if kind == "pdf":
        return _reading(kind, pdf.read_pdf(data, content.name), None, options, source)
    if kind == "docx":
        return _reading(kind, word.read_word(data, content.name), None, options, source)
    if kind == "epub":
        return _reading(kind, epub.read_epub(data, content.name), None, options, source)
    decoded = _decode(content, kind, options.encoding)
    text, lost = _writable(decoded.text)
    readers: dict[str, Callable[[], Parsed]] = {
        "text": lambda: plain.read_text(text),
        "markdown": lambda: plain.read_markdown(text),
        "html": lambda: markup.read_html(text, content.name),
    }
    parsed = readers[kind]()
    if lost:
        finding = Finding(rule="undecodable", detail=str(lost))
        parsed = parsed._replace(findings=(finding, *parsed.findings))
    return _reading(kind, parsed, decoded, options, source)


def _format_of(content: Content) -> DocumentFormat:
    data, suffix = content.data, content.suffix
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if word.is_word(data):
        return "docx"
    if epub.is_epub(data):
        return "epub"
    if data.startswith(b"PK\x03\x04"):
        raise DataError(
            f"The file {content.name!r} is an archive or office file that is no DOCX or EPUB.",
            where=content.where,
            fix=f"save it as {READABLE}",
        )
    if suffix in _HTML_SUFFIXES or data[:256].lstrip().lower().startswith(_HTML_STARTS):
        return "html"
    return "markdown" if suffix in _MARKDOWN_SUFFIXES else "text"


def _decode(content: Content, kind: DocumentFormat, encoding: str | None) -> Decoded:
    data = content.data
    limit = markup.MAX_HTML_BYTES if kind == "html" else MAX_TEXT_BYTES
    if len(data) > limit:
        raise DataError(
            f"The file {content.name!r} is {len(data) / 2**20:.0f} MiB; {limit >> 20} is the limit.",
            where=content.where,
            fix="split it into several files",
        )
    if encoding is None:
        refuse_binary(data, Path(content.where), is_wide=is_wide(data))
    declared = markup.declared_encoding(data) if kind == "html" else None
    if encoding is None and declared is not None and not is_wide(data):
        try:
            return decode(data, declared)
        except KitaeError:
            return decode(data)
    return decode(data, encoding)


def _writable(text: str) -> tuple[str, int]:
    """Text that can be written as UTF-8, and how many characters had to be replaced."""
    lost = len(_UNWRITABLE.findall(text))
    return (_UNWRITABLE.sub("\ufffd", text), lost) if lost else (text, 0)


def _encrypted_office(content: Content, source: str) -> DocumentReading:
    if _ENCRYPTED_PACKAGE in content.data:
        finding = DocumentFinding(source=source, rule="encrypted")
        return DocumentReading("docx", (), (finding,))
    raise DataError(
        f"The file {content.name!r} is an office file of the old kind (.doc, .ppt).",
        where=content.where,
        fix="open it in a word processor and save it as .docx",
    )


def _reading(
    kind: DocumentFormat,
    parsed: Parsed,
    decoded: Decoded | None,
    options: DocumentOptions,
    source: str,
) -> DocumentReading:
    return DocumentReading(
        format=kind,
        documents=_documents(parsed, options, source),
        findings=tuple(finding.of(source) for finding in parsed.findings),
        title=parsed.title,
        pages=parsed.pages,
        encoding=decoded.encoding if decoded else "",
        is_guess=bool(decoded and decoded.is_guess),
        confidence=decoded.confidence if decoded else 1.0,
    )


def _documents(parsed: Parsed, options: DocumentOptions, source: str) -> tuple[Document, ...]:
    """Sections with their provenance; places that repeat are counted, so that locators differ."""
    licence = options.licence if options.licence != "unknown" else parsed.licence or "unknown"
    terms = "; ".join(dict.fromkeys(part for part in (options.terms, parsed.terms) if part))
    seen: dict[str, int] = {}
    documents: list[Document] = []
    for section in parsed.sections:
        times = seen[section.place] = seen.get(section.place, 0) + 1
        place = section.place if times == 1 else f"{section.place}, part {times}"
        locator = f"{options.origin}, {place}" if options.origin else place
        documents.append(
            Document(
                id=document_id(source, locator, section.text),
                text=section.text,
                title=parsed.title,
                heading=section.heading,
                page=section.page,
                source=source,
                locator=locator,
                licence=licence,
                terms=terms,
                retrieved=options.retrieved,
            )
        )
    return tuple(documents)
