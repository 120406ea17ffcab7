"""Lines as they were set on a page -> paragraphs: breaks made by the width of the page are taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f々〆ー]")
_ENDS = tuple("。．.!?！？:：」』）)…;；")
_HYPHENS = ("\x02", "\ufffe", "\u00ad")
_STARTS_ITEM = re.compile(
    r"\s*(?:[-*•・●○■□◆◇▪※]|[0-9０-９]{1,3}[.)．）、]|[(（][0-9０-９a-z]{1,3}[)）])"
)
_FULL_CJK = 0.85
_FULL_LATIN = 0.6


def flowing_lines(lines: Sequence[str]) -> list[str]:
    """Paragraphs of the lines of one page; a line is joined to the next only where that is plain."""
    width = max((_width(line) for line in lines), default=0.0)
    paragraphs: list[str] = []
    previous = ""
    for line in lines:
        text = line.strip()
        if paragraphs and previous and text and (glue := _glue(previous, text, width)) is not None:
            before = paragraphs[-1].rstrip()
            is_hyphen = before.endswith((*_HYPHENS, "-")) and glue == ""
            joins_words = is_hyphen and not _CJK.match(text[0])
            paragraphs[-1] = (before[:-1] if joins_words else before) + glue + text
        else:
            paragraphs.append(text)
        previous = text
    return [_clean(paragraph) for paragraph in paragraphs]


def _glue(before: str, after: str, width: float) -> str | None:
    """What joins two lines: nothing, a blank, or None where they stay apart."""
    if _STARTS_ITEM.match(after):
        return None
    if before.endswith(_HYPHENS):
        return ""
    if before.endswith("-") and len(before) > 2 and before[-2].isalpha() and after[0].islower():
        return ""
    if before.endswith(_ENDS):
        return None
    if _CJK.match(before[-1]) or before.endswith(("、", "，")):
        is_full = _width(before) >= _FULL_CJK * width
        return "" if is_full and not after[0].isspace() else None
    is_full = _width(before) >= _FULL_LATIN * width
    return " " if is_full and (after[0].islower() or before.endswith(",")) else None


def _width(line: str) -> float:
    """How wide a line is set, in wide characters."""
    return sum(1.0 if char > "\u2e7f" else 0.5 for char in line.strip())


def _clean(text: str) -> str:
    for hyphen in _HYPHENS:
        text = text.replace(hyphen, "")
    return text
