"""The fast parsers, and when their reading of a row can be trusted."""

from __future__ import annotations

import json
import re
from typing import Any

from kitae.engines.reading.rows import MAX_DEPTH, MAX_ROW_CHARACTERS

_WINDOW = 65_536
_DEEP_COST = 16_384
"""Characters that could have been read in the time that a thousand levels take."""
_SPACED_COLON = re.compile(rb'"[ \t\r]+:')


class _NotPlainError(Exception):
    """The strict parser met something that JSON allows and Kitae wants to look at."""


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _NotPlainError
    return values


def _refuse_constant(word: str) -> Any:  # noqa: ANN401
    raise _NotPlainError(word)


_STRICT = json.JSONDecoder(object_pairs_hook=_unique_pairs, parse_constant=_refuse_constant)


def is_plain(raw: bytes, value: dict[str, Any]) -> bool:
    """Whether orjson's reading of a line holds: no key twice, not too deep."""
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and depth(value) > MAX_DEPTH:
        return False
    is_counted = not _SPACED_COLON.search(raw) and _colons(raw) == count_keys(value)
    return is_counted or _is_strict(raw)


def _colons(raw: bytes) -> int:
    """How often a quote that ends a string stands before a colon: once per key that is written."""
    if b'\\\\":' in raw:
        return -1
    return raw.count(b'":') - raw.count(b'\\":')


def count_keys(value: dict[str, Any]) -> int:
    """Keys of an object and of all objects in it."""
    number = len(value)
    for part in value.values():
        if type(part) is list:
            number += _keys_in(part)
        elif type(part) is dict:
            number += count_keys(part)
    return number


def _keys_in(items: list[Any]) -> int:
    number = 0
    for item in items:
        if type(item) is dict:
            number += count_keys(item)
        elif type(item) is list:
            number += _keys_in(item)
    return number


def _is_strict(raw: bytes) -> bool:
    try:
        _STRICT.decode(raw.decode())
    except (_NotPlainError, ValueError, RecursionError):
        return False
    return True


def _fits(text: str, start: int, end: int, value: Any) -> bool:  # noqa: ANN401
    if end - start > MAX_ROW_CHARACTERS:
        return False
    brackets = text.count("{", start, end) + text.count("[", start, end)
    return brackets <= MAX_DEPTH or depth(value) <= MAX_DEPTH


def depth(value: Any) -> int:  # noqa: ANN401
    """Levels of lists and objects in a value; 0 for a plain one."""
    level, found = [value], 0
    while level := [v for v in level if isinstance(v, dict | list)]:
        found += 1
        level = [x for v in level for x in (v.values() if isinstance(v, dict) else v)]
    return found


class StrictParser:
    """The C parser of the standard library, row by row, with bounded work on what it refuses.

    It works on a window of the text, because each of its errors costs time in proportion to the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = 0
        self._window = text[:_WINDOW]
        self._credit = 4 * len(text) + 16 * _WINDOW

    def read(self, place: int) -> tuple[dict[str, Any], int] | None:
        """The object that starts at a place and where it ends; None when it is not plain JSON."""
        if self._text[place] != "{" or self._credit < 0:
            return None
        size = _WINDOW
        if place - self._start > len(self._window) // 2 and self._window_end < len(self._text):
            self._move(place, size)
        while True:
            try:
                value, end = _STRICT.raw_decode(self._window, place - self._start)
            except json.JSONDecodeError as error:
                self._credit -= error.pos - (place - self._start) + 64
                if not self._is_cut(error) or size > MAX_ROW_CHARACTERS:
                    return None
                size *= 4
                self._credit -= size
                self._move(place, size)
            except RecursionError:
                self._credit -= _DEEP_COST
                return None
            except _NotPlainError:
                return None
            else:
                end += self._start
                return (value, end) if _fits(self._text, place, end, value) else None

    @property
    def _window_end(self) -> int:
        return self._start + len(self._window)

    def _move(self, place: int, size: int) -> None:
        self._start, self._window = place, self._text[place : place + size]

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the row may go on behind the window."""
        is_at_end = error.pos >= len(self._window) - 16 or error.msg.startswith("Unterminated")
        return is_at_end and self._window_end < len(self._text)
