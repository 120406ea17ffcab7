"""Reads a PDF in a process of its own, under limits: a hostile file can only harm this process.

Started as a script: PDF bytes on standard input, one JSON object per line on standard output. The first
line is about the document, each further one about a page. Imports nothing of Kitae, to start fast.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys
from typing import Any

MEMORY_BYTES = 2**30
CPU_SECONDS = 30
CPU_SECONDS_PER_PAGE = 0.1
MAX_PAGES = 10_000
MAX_CHARACTERS = 64 * 2**20
_MAX_OBJECTS = 2000
_THIN = 3.0
"""Points: a line or rectangle this thin may be the rule of a table."""
_IMAGE, _PATH = 3, 2
_KEPT_CONTROLS = (2, 9)
"""A hyphen at the end of a line, and a tab."""
_MAY_COPY = 1 << 4


def limit_memory() -> None:
    """Set the limits of this process, where the system has them."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, resource.RLIM_INFINITY))


def allow_time(pages_read: int) -> None:
    """Give a long document more time than a short one, page by page as it earns it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        seconds = int(CPU_SECONDS + CPU_SECONDS_PER_PAGE * pages_read)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def write(value: dict[str, Any]) -> None:
    """One line of the answer, written at once: what is there stays there if a later page fails."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the PDF on standard input."""
    limit_memory()
    import pypdfium2 as pdfium

    data = sys.stdin.buffer.read()
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        write({"error": "encrypted" if "assword" in str(error) else "damaged"})
        return
    num_pages = len(document)
    if num_pages > MAX_PAGES:
        write({"error": "pages", "pages": num_pages})
        return
    write(about(document, num_pages))
    characters = 0
    for number in range(num_pages):
        allow_time(number)
        page = read_page(document, number)
        characters += sum(len(line[0]) for line in page["lines"])
        if characters > MAX_CHARACTERS:
            write({"error": "characters", "page": number + 1})
            return
        write(page)
    write({"done": True})


def about(document: Any, num_pages: int) -> dict[str, Any]:  # noqa: ANN401
    """Title, permission to copy, and the outline as (level, title, page) with pages from 1."""
    import pypdfium2.raw as raw

    outline: list[tuple[int, str, int]] = []
    with contextlib.suppress(Exception):
        for bookmark in document.get_toc(max_depth=8):
            target = bookmark.get_dest()
            index = target.get_index() if target else None
            if index is not None and len(outline) < MAX_PAGES:
                outline.append((bookmark.level + 1, bookmark.get_title(), index + 1))
    permissions = raw.FPDF_GetDocUserPermissions(document.raw)
    return {
        "pages": num_pages,
        "title": document.get_metadata_value("Title") or "",
        "may_copy": bool(permissions & _MAY_COPY),
        "outline": outline,
    }


def read_page(document: Any, number: int) -> dict[str, Any]:  # noqa: ANN401
    """Lines as (text, size in points), letters without a meaning, pictures, and rules of a table."""
    import pypdfium2 as pdfium

    lines: list[tuple[str, float]] = []
    pictures, has_grid, unmapped, is_damaged = 0, False, 0, False
    try:
        page = document[number]
        text_page = page.get_textpage()
        lines, unmapped = read_lines(text_page)
        text_page.close()
        pictures, has_grid = look_at_objects(page)
        page.close()
    except pdfium.PdfiumError:
        is_damaged = True
    return {
        "page": number + 1,
        "lines": lines,
        "pictures": pictures,
        "has_grid": has_grid,
        "unmapped": unmapped,
        "is_damaged": is_damaged,
    }


def read_lines(text_page: Any) -> tuple[list[tuple[str, float]], int]:  # noqa: ANN401
    """The lines of a page, each with the size of its largest letters; and letters without meaning."""
    import pypdfium2.raw as raw

    lines: list[tuple[str, float]] = []
    letters: list[int] = []
    size, unmapped = 0.0, 0
    handle = text_page.raw
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, index)
        if code in (10, 13):
            if letters:
                lines.append((spelled(letters), round(size, 1)))
            letters, size = [], 0.0
            continue
        unmapped += is_unmapped(code)
        if code > 32 and len(letters) % 8 == 0:
            size = max(size, raw.FPDFText_GetFontSize(handle, index))
        letters.append(code)
    if letters:
        lines.append((spelled(letters), round(size, 1)))
    return lines, unmapped


def is_unmapped(code: int) -> bool:
    """Whether a code stands for no character: the font does not say which."""
    is_control = code < 32 and code not in (*_KEPT_CONTROLS, 12)
    return is_control or 0xE000 <= code <= 0xF8FF or code in (0xFFFD, 0xFFFF)


def spelled(codes: list[int]) -> str:
    """Text of character codes; halves of UTF-16 pairs are put together, half ones replaced."""
    text = "".join(chr(code) for code in codes if code > 31 or code in _KEPT_CONTROLS)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def look_at_objects(page: Any) -> tuple[int, bool]:  # noqa: ANN401
    """(number of pictures, whether horizontal and vertical rules cross as in a table)."""
    import pypdfium2.raw as raw

    pictures, across, down = 0, 0, 0
    edges = [ctypes.c_float() for _ in range(4)]
    for index in range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page.raw, index)
        kind = raw.FPDFPageObj_GetType(item)
        pictures += kind == _IMAGE
        if kind != _PATH or not raw.FPDFPageObj_GetBounds(item, *edges):
            continue
        left, bottom, right, top = (edge.value for edge in edges)
        width, height = right - left, top - bottom
        across += height <= _THIN < width
        down += width <= _THIN < height
    return pictures, across >= 2 and down >= 2


if __name__ == "__main__":
    main()
