"""PDF -> sections, page by page; headings from the outline, else from the size of letters."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from kitae.core.errors import DataError
from kitae.engines.documents import pdf_child
from kitae.engines.documents.findings import Finding
from kitae.engines.documents.flowing import flowing_lines
from kitae.engines.documents.needs import need
from kitae.engines.documents.sections import Outline, Parsed
from kitae.engines.reading.packed import FREE_BYTES, MAX_RATIO

MAX_PDF_BYTES = 512 * 2**20
_STREAM = re.compile(rb"stream\r?\n(?=[\x08-\x78])")
_LEAST_SUSPICIOUS = FREE_BYTES // 1100
"""The densest packing is 1032 times; shorter streams stay below what is free."""
_PIECE = 2**20
_TRUST = "print it into a new PDF"
_PATIENCE_S = 3600
_LARGER = 1.15
"""Letters this much larger than the text make a heading."""
_LONGEST_HEADING = 100
_MOST_HEADINGS = 0.2
_MOST_UNMAPPED = 0.05
_LEAST_PAGES = 4
_DIGITS = re.compile(r"[0-9０-９]+")


class _Line(NamedTuple):
    text: str
    size: float


class _Page(NamedTuple):
    page: int
    lines: list[_Line]
    pictures: int
    has_grid: bool
    unmapped: int
    is_damaged: bool


def read_pdf(data: bytes, name: str) -> Parsed:
    """Sections of a PDF, none of them longer than a page; an encrypted one gives a finding only.

    Raises:
        DataError: It is damaged, has too many pages, or wants more memory or time than documents do.
        DependencyError: The extra `documents` is not installed.
    """
    need("pypdfium2", "PDF")
    if len(data) > MAX_PDF_BYTES:
        raise _refusal(name, f"is larger than {MAX_PDF_BYTES >> 20} MiB", "split it")
    _refuse_bombs(data, name)
    answers = _ask_child(data, name)
    about = answers[0]
    if about.get("error") == "encrypted":
        return Parsed((), (Finding(rule="encrypted"),))
    pages = [
        _Page(**answer)._replace(lines=[_Line(*line) for line in answer["lines"]])
        for answer in answers[1:]
        if "lines" in answer
    ]
    findings: list[Finding] = []
    if not about["may_copy"]:
        findings.append(Finding(rule="copying_not_allowed"))
    pages = _without_running_lines(pages, findings)
    outline = Outline()
    headings = _Headings(about["outline"], pages)
    for page in pages:
        _read_page(page, headings, outline, findings)
    sections = outline.done()
    ordered = sorted([*findings, *outline.findings], key=lambda finding: finding.page)
    return Parsed(sections, tuple(ordered), title=about["title"].strip(), pages=about["pages"])


def _refuse_bombs(data: bytes, name: str) -> None:
    """Stop at a packed stream that grows as only traps do, before the slow parser meets it."""
    place = 0
    while (found := _STREAM.search(data, place)) is not None:
        start = found.end()
        end = data.find(b"endstream", start)
        place = end if end >= 0 else len(data)
        if place - start < _LEAST_SUSPICIOUS:
            continue
        unpacker = zlib.decompressobj()
        rest, total = data[start:place], 0
        try:
            while rest and not unpacker.eof and total <= FREE_BYTES:
                total += len(unpacker.decompress(rest, _PIECE))
                rest = unpacker.unconsumed_tail
        except zlib.error:
            continue
        if total > FREE_BYTES and total > MAX_RATIO * (place - start - len(rest)):
            raise _refusal(
                name, f"holds a stream that unpacks to more than {MAX_RATIO} times its size", _TRUST
            )


def _ask_child(data: bytes, name: str) -> list[dict[str, Any]]:
    script = Path(pdf_child.__file__)
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(script)],
            input=data,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal(name, "takes hours to read", "print it into a new PDF") from error
    answers = [json.loads(line) for line in done.stdout.split(b"\n") if line.endswith(b"}")]
    last = answers[-1] if answers else {"error": "damaged"}
    problem = last.get("error")
    if problem == "encrypted" or last.get("done"):
        return answers
    reached = len(answers)
    reasons = {
        "damaged": ("is damaged", "open it in a viewer and print it into a new PDF"),
        "pages": (f"has {last.get('pages')} pages; {pdf_child.MAX_PAGES} is the limit", "split it"),
        "characters": (f"holds more than {pdf_child.MAX_CHARACTERS} characters", "split it"),
    }
    memory_gib = pdf_child.MEMORY_BYTES >> 30
    gave_up = (
        f"wants more than {memory_gib} GiB of memory or {pdf_child.CPU_SECONDS} s at page {reached}",
        "print it into a new PDF, or leave that page out",
    )
    raise _refusal(name, *reasons.get(str(problem), gave_up))


def _refusal(name: str, what: str, fix: str) -> DataError:
    return DataError(f"The PDF {name!r} {what}.", where=name, fix=fix)


def _read_page(page: _Page, headings: _Headings, outline: Outline, findings: list[Finding]) -> None:
    outline.page(page.page)
    place = f"page {page.page}"
    for level, title in headings.unplaced(page):
        outline.heading(level, title, place)
    paragraph: list[str] = []
    for line in page.lines:
        if level := headings.level(page.page, line):
            _put(paragraph, outline, place)
            outline.heading(level, line.text, place)
        else:
            paragraph.append(line.text)
    _put(paragraph, outline, place)
    findings.extend(_page_findings(page))


def _put(paragraph: list[str], outline: Outline, place: str) -> None:
    for line in flowing_lines(paragraph):
        outline.line(line, place)
    paragraph.clear()


def _page_findings(page: _Page) -> list[Finding]:
    text = "".join(line.text for line in page.lines)
    if page.is_damaged:
        return [Finding(rule="damaged_page", page=page.page)]
    if not text.strip() and page.unmapped:
        return [Finding(rule="unmapped_text", page=page.page, detail=str(page.unmapped))]
    if not text.strip():
        rule = "scanned_page" if page.pictures else "empty_page"
        return [Finding(rule=rule, page=page.page)]
    found: list[Finding] = []
    if page.unmapped > _MOST_UNMAPPED * len(text):
        found.append(Finding(rule="unmapped_text", page=page.page, detail=str(page.unmapped)))
    if page.pictures:
        found.append(Finding(rule="picture", page=page.page, detail=str(page.pictures)))
    if page.has_grid:
        found.append(Finding(rule="table_shape", page=page.page))
    return found


class _Headings:
    """Which lines are headings: those that the outline names, else those in larger letters."""

    def __init__(self, outline: list[tuple[int, str, int]], pages: list[_Page]) -> None:
        self._by_page: dict[int, dict[str, tuple[int, str]]] = {}
        for level, title, page in outline:
            self._by_page.setdefault(page, {})[_squeezed(title)] = (level, title)
        self._sizes = {} if outline else _heading_sizes(pages)

    def unplaced(self, page: _Page) -> list[tuple[int, str]]:
        """Headings of the outline that no line of their page repeats: they start at its top."""
        titles = self._by_page.get(page.page, {})
        present = {_squeezed(line.text) for line in page.lines}
        return [heading for title, heading in titles.items() if title not in present]

    def level(self, page: int, line: _Line) -> int:
        """1 for the outermost; 0 for plain text."""
        named = self._by_page.get(page, {}).get(_squeezed(line.text))
        if named:
            return named[0]
        return self._sizes.get(line.size, 0) if _could_be_heading(line) else 0


def _heading_sizes(pages: list[_Page]) -> dict[float, int]:
    """Size of letters -> level; empty where sizes do not tell headings from text."""
    letters: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            letters[line.size] += len(line.text)
    if not letters:
        return {}
    body = max(letters.items(), key=lambda pair: (pair[1], pair[0]))[0]
    larger = sorted((size for size in letters if size >= body * _LARGER), reverse=True)
    if sum(letters[size] for size in larger) > _MOST_HEADINGS * letters.total():
        return {}
    return {size: min(rank, 4) for rank, size in enumerate(larger, 1)}


def _could_be_heading(line: _Line) -> bool:
    text = line.text.strip()
    return (
        1 < len(text) <= _LONGEST_HEADING
        and any(char.isalpha() for char in text)
        and not text.endswith(("。", "、", ",", ";", "；"))
    )


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def _without_running_lines(pages: list[_Page], findings: list[Finding]) -> list[_Page]:
    """Pages without the lines at their top and bottom that run on, page numbers aside."""
    if len(pages) < _LEAST_PAGES:
        return pages
    edges = [{_edge(line) for line in (*page.lines[:1], *page.lines[-1:])} for page in pages]
    running: set[str] = set()
    for step in (1, 2):
        for three in zip(edges, edges[step:], edges[2 * step :], strict=False):
            running |= set.intersection(*three)
    shown: dict[str, str] = {}
    for line in (line for page in pages for line in (*page.lines[:1], *page.lines[-1:])):
        if _edge(line) in running:
            shown.setdefault(_edge(line), line.text.strip()[:120])
    findings.extend(Finding(rule="running_line", detail=text) for text in shown.values())
    return [page._replace(lines=_inside(page.lines, running)) for page in pages]


def _inside(lines: list[_Line], running: set[str]) -> list[_Line]:
    start = 1 if lines and _edge(lines[0]) in running else 0
    end = len(lines) - 1 if len(lines) > start and _edge(lines[-1]) in running else len(lines)
    return lines[start:end]


def _edge(line: _Line) -> str:
    return _DIGITS.sub("#", _squeezed(line.text))
