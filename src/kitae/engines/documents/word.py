"""DOCX -> sections. The XML is read here, through a parser that refuses entities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kitae.core.errors import DataError
from kitae.engines.documents.findings import Finding
from kitae.engines.documents.sections import Outline, Parsed
from kitae.engines.documents.tables import has_lost_shape, table_lines
from kitae.engines.reading.office import is_office, open_office, parse_part

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_RIGHTS = "{http://purl.org/dc/elements/1.1/}rights"
_BODY_LEVEL = 9
"""Outline level that stands for body text."""
_TITLE_LEVEL = -1
_DELETED = frozenset(f"{_W}{name}" for name in ("del", "moveFrom", "delText", "instrText"))
_PICTURES = frozenset(f"{_W}{name}" for name in ("drawing", "pict"))
_NOTES = frozenset(
    f"{_W}{name}" for name in ("footnoteReference", "endnoteReference", "commentReference")
)
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "customXml"))
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_MAX_DEPTH = 200


def is_word(data: bytes) -> bool:
    """Whether the bytes are a DOCX file."""
    return is_office(data, "word/document.xml")


def read_word(data: bytes, name: str) -> Parsed:
    """Sections of a DOCX file; tracked deletions are left out, insertions taken.

    Raises:
        DataError: It is damaged, a trap when unpacked, or declares entities.
    """
    archive = open_office(data, name)
    document = parse_part(archive, "word/document.xml", name)
    body = document.find(f"{_W}body") if document is not None else None
    if body is None:
        raise DataError(
            f"The document {name!r} has no body.",
            where=name,
            fix="open it in a word processor and save it again as .docx",
        )
    styles = parse_part(archive, "word/styles.xml", name)
    core = parse_part(archive, "docProps/core.xml", name)
    reader = _Reader(_heading_levels(styles) if styles is not None else {})
    reader.read(body)
    sections = reader.outline.done()
    title = _core_text(core, _TITLE) or next((s.heading[0] for s in sections if s.heading), "")
    findings = (*reader.outline.findings, *reader.findings())
    return Parsed(sections, findings, title=title, terms=_core_text(core, _RIGHTS))


@dataclass
class _Reader:
    levels: dict[str, int]
    outline: Outline = field(default_factory=Outline)
    _paragraph: int = 0
    _tables: int = 0
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def read(self, parent: Element, depth: int = 0) -> None:
        """All blocks below an element, in reading order."""
        for block in parent:
            if block.tag == f"{_W}p":
                self._read_paragraph(block)
            elif block.tag == f"{_W}tbl":
                self._read_table(block)
            elif depth < _MAX_DEPTH and block.tag not in _DELETED and block.tag != f"{_W}sectPr":
                self.read(block, depth + 1)

    def findings(self) -> list[Finding]:
        """What was counted along the way."""
        rules = ("picture", "embedded_object", "notes_left_out")
        return [Finding(rule=r, detail=str(self._counts[r])) for r in rules if r in self._counts]

    def _read_paragraph(self, paragraph: Element) -> None:
        self._paragraph += 1
        place = f"paragraph {self._paragraph}"
        text = self._text(paragraph)
        level = self._level(paragraph)
        if level < _BODY_LEVEL and text.strip():
            self.outline.heading(level + 1, text, place)
        elif text.strip():
            mark = "- " if paragraph.find(f"{_W}pPr/{_W}numPr") is not None else ""
            self.outline.line(mark + text, place)
        else:
            self.outline.line("", place)

    def _level(self, paragraph: Element) -> int:
        own = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if own is not None:
            return _number(own.get(f"{_W}val"), _BODY_LEVEL)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = style.get(f"{_W}val") if style is not None else None
        return self.levels.get(name or "", _BODY_LEVEL)

    def _text(self, element: Element) -> str:
        return "".join(self._pieces(element, 0))

    def _pieces(self, element: Element, depth: int) -> Iterator[str]:
        if depth > _MAX_DEPTH:
            return
        for child in element:
            tag = child.tag
            if tag == f"{_W}t":
                yield child.text or ""
            elif tag in _BREAKS:
                yield _BREAKS[tag]
            elif rule := self._counted_as(child):
                self._counts[rule] = self._counts.get(rule, 0) + 1
            elif tag not in _DELETED and tag != f"{_MC}Fallback":
                yield from self._pieces(child, depth + 1)
                if tag == f"{_W}p":
                    yield "\n"

    def _counted_as(self, element: Element) -> str:
        """The rule for what holds no text; a drawing with a text box in it does hold some."""
        if element.tag in _NOTES:
            return "notes_left_out"
        if element.tag == f"{_W}object":
            return "embedded_object"
        is_picture = element.tag in _PICTURES and element.find(f".//{_W}txbxContent") is None
        return "picture" if is_picture else ""

    def _read_table(self, table: Element) -> None:
        self._tables += 1
        above: list[str] = []
        rows: list[list[str]] = []
        for row in _own(table, f"{_W}tr"):
            cells = self._cells(row, above)
            rows.append(cells)
            above = cells
        place = f"table {self._tables}"
        if has_lost_shape(rows) or table.find(f".//{_W}tc//{_W}tbl") is not None:
            self.outline.findings.append(Finding(rule="table_shape", detail=place))
        self.outline.line("", place)
        for line in table_lines(rows):
            self.outline.line(line, place)
        self.outline.line("", place)

    def _cells(self, row: Element, above: list[str]) -> list[str]:
        """Texts of a row; a cell merged over several columns or rows stands in each of them."""
        cells: list[str] = []
        for cell in _own(row, f"{_W}tc"):
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merged is not None and merged.get(f"{_W}val", "continue") == "continue"
            text = above[len(cells)] if goes_on and len(cells) < len(above) else self._text(cell)
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            width = _number(span.get(f"{_W}val"), 1) if span is not None else 1
            cells.extend([text.strip()] * max(1, min(width, 64)))
        return cells


def _own(parent: Element, tag: str, depth: int = 0) -> Iterator[Element]:
    """Elements of a kind below a parent, but not those of a table inside it."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS and depth < _MAX_DEPTH:
            yield from _own(child, tag, depth + 1)


def _heading_levels(styles: Element) -> dict[str, int]:
    """Style id -> outline level from 0, also where a style inherits it."""
    own: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in styles.iter(f"{_W}style"):
        style_id = style.get(f"{_W}styleId") or ""
        level = style.find(f"{_W}pPr/{_W}outlineLvl")
        name = style.find(f"{_W}name")
        shown = (name.get(f"{_W}val") or "").casefold() if name is not None else ""
        if level is not None:
            own[style_id] = _number(level.get(f"{_W}val"), _BODY_LEVEL)
        elif shown.startswith("heading ") and shown[8:].isdigit():
            own[style_id] = int(shown[8:]) - 1
        elif shown == "title":
            own[style_id] = _TITLE_LEVEL
        based = style.find(f"{_W}basedOn")
        if based is not None:
            parents[style_id] = based.get(f"{_W}val") or ""
    return {style_id: _inherited(style_id, own, parents) for style_id in {*own, *parents}}


def _inherited(style_id: str, own: dict[str, int], parents: dict[str, str]) -> int:
    for _ in range(16):
        if style_id in own:
            return own[style_id]
        if style_id not in parents:
            break
        style_id = parents[style_id]
    return _BODY_LEVEL


def _core_text(core: Element | None, tag: str) -> str:
    found = core.find(tag) if core is not None else None
    return (found.text or "").strip() if found is not None else ""


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else otherwise
