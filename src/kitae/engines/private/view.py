"""The text as the patterns see it: as long as the original, full-width forms and dashes as ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_TABLE = {
    **{0xFF01 + step: 0x21 + step for step in range(94)},
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), ord("-")),
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u202f\u3000"), ord(" ")),
}
_RUN = re.compile(r"[0-9](?:[-. ()/+]{0,3}[0-9]){6,}")
Window = tuple[int, int]
"""From where to where patterns of numbers are tried."""
_LONG_SIGN = re.compile("(?<=[0-9])ー(?=[0-9])")
WINDOW_BEFORE = 4
WINDOW_AFTER = 10
BEFORE = 40
AFTER = 16


def plain_view(text: str) -> str:
    """The text with `０９０－` as `090-` and `＠` as `@`; every character keeps its place."""
    if text.isascii():
        return text
    return _LONG_SIGN.sub("-", text.translate(_TABLE))


def number_windows(view: str) -> list[Window]:
    """Where seven or more digits stand together, with what may belong to them on both sides."""
    return [
        (max(0, found.start() - WINDOW_BEFORE), found.end() + WINDOW_AFTER)
        for found in _RUN.finditer(view)
    ]


def in_windows(
    shape: re.Pattern[str], view: str, windows: Iterable[Window]
) -> Iterator[re.Match[str]]:
    """The matches of a shape inside the windows; what stands before a window is seen too."""
    for start, end in windows:
        yield from shape.finditer(view, start, end)


def windows_around(sign: str, view: str, before: int, after: int) -> list[Window]:
    """From so far before each place of a sign to so far behind it; windows that overlap are one."""
    windows: list[Window] = []
    place = view.find(sign)
    while place >= 0:
        start, end = max(0, place - before), place + after
        if windows and start <= windows[-1][1]:
            start = windows.pop()[0]
        windows.append((start, end))
        place = view.find(sign, place + 1)
    return windows


def says_before(view: str, start: int, words: re.Pattern[str]) -> bool:
    """Whether one of the words stands at most `BEFORE` characters before a place, in the same line."""
    return words.search(_same_line(view[max(0, start - BEFORE) : start])) is not None


def says_around(view: str, start: int, end: int, words: re.Pattern[str]) -> bool:
    """Whether one of the words stands shortly before or right after a value."""
    return says_before(view, start, words) or words.search(view[end : end + AFTER]) is not None


def _same_line(before: str) -> str:
    """The line so far, and the line above where the value starts its own line."""
    line = before.rsplit("\n", 1)[-1]
    return before if not line.strip(" -*•:") else line
