"""Plain text and Markdown -> sections."""

from __future__ import annotations

import re
from typing import Any

from kitae.engines.documents.findings import Finding
from kitae.engines.documents.sections import Outline, Parsed
from kitae.engines.reading.yaml_text import load_yaml

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_IMAGE = re.compile(
    r"!\[([^\]\[\n]{0,500})\]\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,500})?\)"
)
_ANCHOR = re.compile(r"<a\s(?:id|name)=\"[^\"\n<>]{0,200}\"\s?>\s?</a>")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_CHAPTER = re.compile(
    r"\s{0,8}(?:第\s?[0-9０-９一二三四五六七八九十百]{1,4}\s?([章編编部篇節节])|(?:Chapter|CHAPTER|Part|PART)\s+[0-9IVXLC]{1,6}\b)"
)
_INNER = "節节"
_LONGEST_TITLE = 80
_MOST_FRONT_MATTER = 65_536


def read_text(text: str) -> Parsed:
    """Sections of a plain text: chapters and underlined titles are headings, form feeds new pages."""
    outline = Outline()
    pages = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    line = 1
    for number, page in enumerate(pages, 1):
        outline.page(number if len(pages) > 1 else 0)
        _read_plain_lines(page.split("\n"), line, outline)
        line += page.count("\n")
    sections = outline.done()
    return Parsed(sections, tuple(outline.findings), pages=len(pages) if len(pages) > 1 else 0)


def _read_plain_lines(lines: list[str], first: int, outline: Outline) -> None:
    was_title = False
    for index, line in enumerate(lines):
        place = f"line {first + index}"
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if was_title:
            was_title = False
        elif _is_underlined(line, following):
            outline.heading(1 if following.strip()[0] == "=" else 2, line, place)
            was_title = True
        elif level := _chapter_level(line):
            outline.heading(level, line, place)
        else:
            outline.line(line, place)


def read_markdown(text: str) -> Parsed:
    """Sections of a Markdown text; pictures leave their description, tables stay as they are."""
    plain, facts, skipped_lines = _without_front_matter(text)
    outline = Outline()
    pictures = len(_IMAGE.findall(plain))
    plain = _IMAGE.sub(r"\1", _ANCHOR.sub("", _without_comments(plain)))
    lines = plain.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fence = ""
    was_title = False
    for number, line in enumerate(lines):
        place = f"line {number + 1 + skipped_lines}"
        following = lines[number + 1] if number + 1 < len(lines) else ""
        opened = _FENCE.match(line)
        if was_title:
            was_title = False
        elif fence:
            fence = "" if opened and opened[1].startswith(fence) else fence
            outline.line(line, place)
        elif opened:
            fence = opened[1]
            outline.line(line, place)
        elif found := _ATX.match(line):
            outline.heading(len(found[1]), found[2] or "", place)
        elif _is_underlined(line, following) and not line.startswith(("    ", "|", "- ", ">")):
            outline.heading(1 if following.strip()[0] == "=" else 2, line, place)
            was_title = True
        else:
            outline.line(line, place)
    if pictures:
        outline.findings.append(Finding(rule="picture", detail=str(pictures)))
    sections = outline.done()
    named_title = facts.get("title")
    title = named_title if isinstance(named_title, str) else ""
    title = title or next((s.heading[0] for s in sections if s.heading), "")
    licence = facts.get("license") or facts.get("licence")
    named = licence if isinstance(licence, str) else ""
    return Parsed(sections, tuple(outline.findings), title=title, licence=named)


def _is_underlined(line: str, following: str) -> bool:
    title = line.strip()
    return (
        0 < len(title) <= _LONGEST_TITLE
        and bool(_UNDERLINE.match(following))
        and len(following.strip()) >= 3
        and not _UNDERLINE.match(line)
        and any(char.isalnum() for char in title)
    )


def _chapter_level(line: str) -> int:
    """1 for a chapter, 2 for a section in it, 0 for plain text."""
    found = _CHAPTER.match(line)
    if (
        not found
        or len(line.strip()) > _LONGEST_TITLE
        or line.rstrip().endswith(("。", ".", "、", ","))
    ):
        return 0
    return 2 if found[1] and found[1] in _INNER else 1


def _without_front_matter(text: str) -> tuple[str, dict[str, Any], int]:
    """The text below the front matter, what stands in it, and the number of its lines."""
    found = _FRONT_MATTER.match(text[:_MOST_FRONT_MATTER])
    if not found:
        return text, {}, 0
    try:
        facts = load_yaml(found[1])
    except ValueError:
        facts = None
    lines = found[0].count("\n")
    return text[found.end() :], facts if isinstance(facts, dict) else {}, lines


def _without_comments(text: str) -> str:
    """Text without HTML comments; their line breaks stay, so that lines keep their numbers."""
    pieces: list[str] = []
    place = 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        pieces.append(text[place:start])
        pieces.append("\n" * text.count("\n", start, end))
        place = end + 3
    return "".join([*pieces, text[place:]])
