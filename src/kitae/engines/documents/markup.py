"""HTML -> sections: the main text where it can be told, else the whole page. Fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kitae.core.errors import DataError
from kitae.engines.documents.findings import Finding
from kitae.engines.documents.licence_hints import licence_of_address
from kitae.engines.documents.needs import need
from kitae.engines.documents.sections import Outline, Parsed
from kitae.engines.documents.tables import has_lost_shape, table_lines

MAX_HTML_BYTES = 16 * 2**20
"""A parsed page takes about 20 times its size in memory."""
MAX_TAGS = 600_000
"""Opening and closing ones together; so many take 3 s and 400 MB."""
MAX_MAIN_TEXT_ELEMENTS = 10_000
"""Finding the main text grows with the square of the elements: 1 s for 10,000, minutes for 100,000."""
MAX_DEPTH = 250
"""The parser drops what lies deeper than 256."""

_LEAST_MAIN_TEXT = 80
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_SILENT = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "head",
        "object",
        "select",
        "button",
        "input",
        "textarea",
        "nav",
        "canvas",
    }
)
_BLOCKS = frozenset(
    {
        *("p", "div", "section", "article", "main", "header", "footer", "aside", "blockquote"),
        *("ul", "ol", "dl", "dt", "dd", "li", "item", "list", "quote", "figure", "figcaption"),
        *(
            "form",
            "address",
            "details",
            "summary",
            "fieldset",
            "caption",
            "body",
            "html",
            "hr",
            "center",
        ),
    }
)
_ITEMS = frozenset({"li", "item"})
_VERBATIM = frozenset({"pre", "code"})
_TABLES = frozenset({"table"})
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_BREAKS = frozenset({"br", "lb"})
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_CLOSED = re.compile(r"<(title|script|style|textarea|iframe)\b([^<>]*)/>", re.IGNORECASE)
"""What XHTML closes in one tag, and HTML would read on and on."""
_RESERVED = ("noai", "noimageai", "noml")


def declared_encoding(data: bytes) -> str | None:
    """The encoding that a page names in its head."""
    found = _CHARSET.search(data[:4096])
    return found[1].decode("ascii", "ignore") if found else None


def read_html(text: str, name: str) -> Parsed:
    """Sections of an HTML page, with its title and what it says about licence and use.

    Raises:
        DataError: It is too large or nested too deep.
        DependencyError: The extra `documents` is not installed.
    """
    need("trafilatura", "HTML")
    tree = _parse(text, name)
    main = _main_text(text, name) if _number_of_elements(tree) <= MAX_MAIN_TEXT_ELEMENTS else None
    findings: list[Finding] = []
    reader = _Reader()
    if main is None:
        findings.append(Finding(rule="whole_page"))
        reader.read(tree)
    else:
        reader.read(main)
    reader.flush()
    pictures = sum(1 for _ in tree.iter("img"))
    if pictures:
        findings.append(Finding(rule="picture", detail=str(pictures)))
    sections = reader.outline.done()
    title = _title(tree) or next((s.heading[0] for s in sections if s.heading), "")
    licence, terms = _rights(tree)
    return Parsed(sections, (*findings, *reader.outline.findings), title, licence, terms)


def read_chapter(text: str, name: str) -> Parsed:
    """Sections of a page that is text from its first to its last element, as chapters of books are.

    Raises:
        DataError: It is too large or nested too deep.
        DependencyError: The extra `documents` is not installed.
    """
    need("lxml", "EPUB")
    tree = _parse(_CLOSED.sub(r"<\1\2></\1>", text), name)
    reader = _Reader()
    reader.read(tree)
    reader.flush()
    pictures = sum(1 for _ in tree.iter("img", "image"))
    findings = [Finding(rule="picture", detail=str(pictures))] if pictures else []
    sections = reader.outline.done()
    return Parsed(sections, (*findings, *reader.outline.findings), _title(tree))


def _parse(text: str, name: str) -> Any:  # noqa: ANN401
    from lxml import html as lxml_html
    from lxml.etree import LxmlError

    data = text.encode("utf-8", "replace")
    if len(data) > MAX_HTML_BYTES:
        raise DataError(
            f"The page {name!r} is {len(data) / 2**20:.0f} MiB; {MAX_HTML_BYTES >> 20} is the limit.",
            where=name,
            fix="split it, or save its text as .txt",
        )
    if (tags := data.count(b"<")) > MAX_TAGS:
        raise DataError(
            f"The page {name!r} holds {tags} tags; {MAX_TAGS} is the limit.",
            where=name,
            fix="split it, or save its text as .txt",
        )
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        tree = lxml_html.document_fromstring(data, parser=parser)
    except (LxmlError, ValueError) as error:
        raise DataError(
            f"The page {name!r} holds no text.", where=name, fix="name another file"
        ) from error
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise DataError(
            f"The page {name!r} is nested more than {MAX_DEPTH} elements deep.",
            where=name,
            fix="open it in a browser and save its text as .txt",
        )
    return tree


def _number_of_elements(tree: Any) -> int:  # noqa: ANN401
    return sum(1 for _ in tree.iter())


def _main_text(text: str, name: str) -> Any:  # noqa: ANN401
    """The page's article as a small tree; None where it cannot be told."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            text, include_comments=False, include_tables=True, fast=True, with_metadata=False
        )
    except Exception as error:
        raise DataError(
            f"The page {name!r} cannot be taken apart: {str(error)[:120]}.",
            where=name,
            fix="open it in a browser and save its text as .txt",
        ) from error
    if found is None or isinstance(found, dict) or len(found.text or "") < _LEAST_MAIN_TEXT:
        return None
    return found.body


@dataclass
class _Reader:
    """Walks a tree of HTML, or of the extraction's own tags."""

    outline: Outline = field(default_factory=Outline)
    _inline: list[str] = field(default_factory=list[str])
    _number: int = 0

    def read(self, element: Any) -> None:  # noqa: ANN401
        """Everything below an element, in reading order."""
        tag = element.tag
        level = _heading_level(element)
        if not isinstance(tag, str) or (tag in _SILENT and not level):
            return
        if level:
            self.flush()
            self._number += 1
            self.outline.heading(level, _text_of(element), self._place)
        elif tag in _TABLES:
            self._read_table(element)
        elif _is_verbatim(element):
            self.flush()
            self._put("".join(element.itertext()).strip("\n"))
        elif tag in _BREAKS:
            self._inline.append("\n")
        else:
            self._read_children(element, is_block=tag in _BLOCKS)

    def flush(self) -> None:
        """End of a block: what was said in it becomes a line."""
        lines = "".join(self._inline).split("\n")
        self._inline.clear()
        text = "\n".join(_BLANKS.sub(" ", line).strip() for line in lines).strip()
        if text and text != "-":
            self._put(text)

    def _read_children(self, element: Any, *, is_block: bool) -> None:  # noqa: ANN401
        if is_block:
            self.flush()
        if element.tag in _ITEMS:
            self._inline.append("- ")
        self._inline.append(_flat(element.text))
        for child in element:
            self.read(child)
            self._inline.append(_flat(child.tail))
        if is_block:
            self.flush()

    def _read_table(self, table: Any) -> None:  # noqa: ANN401
        if any(True for inner in table.iter(*_TABLES) if inner is not table):
            self._read_children(table, is_block=True)
            return
        self.flush()
        rows = [_cells(row) for row in table.iter(*_ROWS)]
        lines = table_lines(rows)
        if has_lost_shape([row for row in rows if len(row) > 1]):
            self._number += 1
            self.outline.findings.append(Finding(rule="table_shape", detail=self._place))
        if lines:
            self._put("\n".join(lines))

    def _put(self, text: str) -> None:
        self._number += 1
        self.outline.line(text, self._place)
        self.outline.line("", self._place)

    @property
    def _place(self) -> str:
        return f"block {self._number}"


def _is_verbatim(element: Any) -> bool:  # noqa: ANN401
    """Whether line breaks count; the extraction writes code without inner marks as a quote."""
    is_code = element.tag in _VERBATIM or (element.tag == "quote" and len(element) == 0)
    return is_code and "\n" in "".join(element.itertext()).strip()


def _cells(row: Any) -> list[str]:  # noqa: ANN401
    """Texts of a row; a cell over several columns stands in each of them."""
    cells: list[str] = []
    for cell in row:
        if cell.tag in _CELLS:
            width = str(cell.get("colspan") or cell.get("span") or "1")
            times = min(int(width), 64) if width.isascii() and width.isdigit() else 1
            cells.extend([_text_of(cell)] * max(times, 1))
    return cells


def _heading_level(element: Any) -> int:  # noqa: ANN401
    if element.tag == "head" and element.get("rend"):
        return _HEADINGS.get(element.get("rend"), 6)
    return _HEADINGS.get(element.tag, 0)


def _text_of(element: Any) -> str:  # noqa: ANN401
    return _BLANKS.sub(" ", " ".join(element.itertext())).strip()


def _flat(text: str | None) -> str:
    return _BLANKS.sub(" ", text) if text else ""


def _title(tree: Any) -> str:  # noqa: ANN401
    named = tree.xpath("string(//meta[@property='og:title']/@content)")
    return _flat(str(named) or str(tree.xpath("string(//head/title)"))).strip()[:300]


def _rights(tree: Any) -> tuple[str, str]:  # noqa: ANN401
    """(licence as SPDX or empty, other hints about use)."""
    addresses = tree.xpath("//*[self::a or self::link][@rel]")
    named = [
        str(element.get("href"))
        for element in addresses
        if "license" in str(element.get("rel")).lower().split() and element.get("href")
    ]
    licences = {spdx for address in named if (spdx := licence_of_address(address))}
    hints = [address for address in dict.fromkeys(named) if not licence_of_address(address)]
    hints.extend(_reservations(tree))
    return (licences.pop() if len(licences) == 1 else ""), "; ".join(hints)[:500]


def _reservations(tree: Any) -> Iterator[str]:  # noqa: ANN401
    """Marks by which a page forbids that machines learn from it."""
    for meta in tree.iter("meta"):
        name = str(meta.get("name") or "").lower()
        content = str(meta.get("content") or "").lower()
        if name == "tdm-reservation" and content.strip() == "1":
            yield "tdm-reservation"
        elif name in ("robots", "googlebot"):
            words = re.split(r"[\s,]+", content)
            yield from (word for word in _RESERVED if word in words)
        elif name in ("dcterms.rights", "dc.rights", "copyright"):
            yield _flat(str(meta.get("content"))).strip()
