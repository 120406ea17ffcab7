"""One JSON object that the strict parser refused: mended by named rules, or refused with the reason.

Every character is looked at a bounded number of times. What is mended is what can be meant in one way
only; what was cut off or could mean two things is refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from kitae.engines.reading.roles import role_of
from kitae.engines.reading.rows import MAX_DEPTH

QUOTES = "\"“”„‟〝〞＂'‘’"
_STRAIGHT = '"'
_CLOSERS = {"'": "'‘’", "‘": "'‘’", "’": "'‘’"}
_DOUBLE_CLOSERS = '"“”„‟〝〞＂'

PUNCTUATION = {"，": ",", "、": ",", "：": ":", "｛": "{", "｝": "}", "［": "[", "］": "]"}
"""Full-width punctuation and what it stands for in JSON."""
FULL_STOPS = "。．."
INVISIBLE = {"\0": "nul", "\ufeff": "bom", "\u3000": "odd_blank", "\xa0": "odd_blank"}
"""What may stand between tokens without a meaning, and the rule that takes it out."""

_STRING = json.JSONDecoder(strict=False)
_BLANK = re.compile(r"[ \t\r\n]*")
_STRAIGHT_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_WORD = re.compile(r"-?[A-Za-z0-9+.\-]+")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
    "None": None,
}
_NOT_NUMBERS = ("NaN", "Infinity", "-Infinity", "nan", "inf", "-inf")

_Q = f"[{QUOTES}]"
_AFTER_BREAK = re.compile(
    rf"{_Q}[^{QUOTES}\n]{{1,60}}{_Q}[ \t]*[:：]"
    rf"|[{{｛][ \t\r\n]*{_Q}[^{QUOTES}\n]{{1,60}}{_Q}[ \t]*[:：]"
    rf"|[}}｝][ \t]*+[,，、]?[ \t\r\n]*+(?:[{{｛][ \t\r\n]*{_Q}|[\]］]|\Z)"
)
"""What follows a line break and blanks where a string was cut off: a field, a row, or the row's end."""
_ROW_START = re.compile(rf"[{{｛]\s*{_Q}([^{QUOTES}\n]{{1,60}}){_Q}\s*[:：]")
_KEY_ENDS = re.compile(r"\s*[:：]")
_VALUE_ENDS = re.compile(
    rf"\s*+(?:[,，、]\s*+(?:{_Q}|[{{｛\[［}}｝\]］]|-?\d|true|false|null)|[}}｝\]］]|[。．]?\s*+\Z)"
)
_NEXT_FIELD = re.compile(rf"{_Q}[^{QUOTES}\n]{{1,60}}{_Q}\s*[:：]")
_SMART_CLOSERS = re.compile("[”“＂]")
_BREAKS = re.compile(r"\n[ \t\r\n]*+")
_CONTROL = re.compile(r"\n[ \t\r\n]*+|[\x00-\x1f]")
"""A run of blanks from a line break on is one match, so that what follows it is looked at once."""


class BrokenRowError(Exception):
    """The row cannot be read; where, and why."""

    def __init__(self, rule: str, position: int, detail: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.position = position
        self.detail = detail


@dataclass
class RowParser:
    """Reads one object from a text; `position` moves on as it reads.

    Attributes:
        text: All of the text; reading never goes past what belongs to the row.
        position: Where it is.
        repairs: (rule, position, detail) in the order met.
        refusal: Why the row must not be used although its end was found.
        first_key: The name that the row starts with.
        resume: From where a next row is looked for when this one breaks off.
    """

    text: str
    position: int
    repairs: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])
    refusal: tuple[str, int, str] | None = None
    resume: int = 0
    first_key: str = ""
    _rules: set[str] = field(default_factory=set[str])
    _depth: int = 0
    _after: Literal["open", "close", "string", "word"] = "open"

    def read_object(self) -> dict[str, Any]:
        """The object that starts here.

        Raises:
            BrokenRowError: It breaks off, or cannot be understood.
        """
        start = self.position
        self._enter()
        values: dict[str, Any] = {}
        while self._has_next("}", start):
            key_at = self.position
            key = self._read_key()
            self.first_key = self.first_key or key
            value = self._read_value()
            if key in values:
                self._note_double(key, values[key], value, key_at)
            else:
                values[key] = value
        self._depth -= 1
        return values

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BrokenRowError("too_deep", self.position, f"> {MAX_DEPTH}")
        self._take()
        self._after = "open"

    def _has_next(self, closer: str, start: int) -> bool:
        """Whether another item follows; steps over the comma, or over the closing bracket."""
        self._skip_blank()
        is_first = self._after == "open"
        char = self._peek()
        if char == ",":
            if is_first:
                self._repair("trailing_comma")
            self._take()
            is_first = True
            self._skip_commas()
            if self._peek() == closer:
                self._repair("trailing_comma")
        elif self._is_full_stop():
            is_first = self._skip_full_stop()
        char = self._peek()
        if char == closer:
            self._take()
            self._after = "close"
            return False
        if not is_first:
            self._expect_missing_comma(start)
        return True

    def _skip_commas(self) -> None:
        self._skip_blank()
        while self._peek() == ",":
            self._repair("trailing_comma")
            self._take()
            self._skip_blank()

    def _is_full_stop(self) -> bool:
        return (
            self._after in ("string", "close")
            and self._peek() != ""
            and self.text[self.position] in FULL_STOPS
        )

    def _skip_full_stop(self) -> bool:
        """Step over a full stop; it ends the list, or stands for a comma when more follows."""
        self._repair("fullwidth_punctuation", self.text[self.position])
        self.position += 1
        self._skip_blank()
        return self._peek() in ("{", "[", '"')

    def _expect_missing_comma(self, start: int) -> None:
        """A comma may be missing where the next line starts with a field; nothing else may."""
        if not self.text[self.position : self.position + 1]:
            raise BrokenRowError("truncated", self.position)
        is_new_line = "\n" in self.text[max(start, self.position - 200) : self.position]
        if is_new_line and _NEXT_FIELD.match(self.text, self.position):
            self._repair("missing_comma")
            return
        if _ROW_START.match(self.text, self.position):
            raise BrokenRowError("truncated", self.position)
        rule = "stray_quote" if self._after == "string" else "unreadable"
        raise BrokenRowError(rule, self.position, self.text[self.position : self.position + 40])

    def _read_key(self) -> str:
        self._skip_blank()
        if self.text[self.position : self.position + 1] not in QUOTES or self._peek() == "":
            rule = "truncated" if self._peek() == "" else "unreadable"
            raise BrokenRowError(rule, self.position, self.text[self.position : self.position + 40])
        key = self._read_string(is_key=True)
        self._skip_blank()
        if self._peek() != ":":
            rule = "truncated" if self._peek() == "" else "stray_quote"
            raise BrokenRowError(rule, self.position, self.text[self.position : self.position + 40])
        self._take()
        return key

    def _read_value(self) -> Any:  # noqa: ANN401
        self._skip_blank()
        char = self._peek()
        if char == '"':
            return self._read_string(is_key=False)
        if char == "{":
            self._expect_no_row()
            return self.read_object()
        if char == "[":
            return self._read_array()
        return self._read_word()

    def _expect_no_row(self) -> None:
        """An object that starts like this row is the next row: this one was cut before its value."""
        found = _ROW_START.match(self.text, self.position)
        if self._depth == 1 and found and found[1] == self.first_key and role_of(found[1]):
            raise BrokenRowError("truncated", self.position)

    def _read_array(self) -> list[Any]:
        start = self.position
        self._enter()
        items: list[Any] = []
        while self._has_next("]", start):
            items.append(self._read_value())
        self._depth -= 1
        return items

    def _read_word(self) -> Any:  # noqa: ANN401
        found = _WORD.match(self.text, self.position)
        if not found:
            rule = "missing_value" if self._peek() in (",", "}", "]") else "unreadable"
            rule = "truncated" if self.position >= len(self.text) else rule
            raise BrokenRowError(rule, self.position, self.text[self.position : self.position + 40])
        word = found.group()
        self._after = "word"
        if _NUMBER.fullmatch(word):
            self.position = found.end()
            return float(word) if set(word) & set(".eE") else _whole_number(word)
        if word in _WORDS or word in _NOT_NUMBERS:
            if word in _NOT_NUMBERS:
                self._repair("nan", word)
            elif word[0].isupper():
                self._repair("python_word", word)
            self.position = found.end()
            return _WORDS.get(word)
        is_cut = any(known.startswith(word) for known in _WORDS) and word not in _WORDS
        rule = "truncated" if is_cut or found.end() == len(self.text) else "unreadable"
        raise BrokenRowError(rule, self.position, word[:40])

    def _read_string(self, *, is_key: bool) -> str:
        self.resume = self.position
        is_straight = self.text[self.position] == _STRAIGHT
        read = self._read_straight if is_straight else self._read_by_neighbours
        text = read(is_key=is_key)
        self._after = "string"
        return text

    def _read_straight(self, *, is_key: bool) -> str:
        """A string in straight quotes: it ends at the next one, as JSON says."""
        start = self.position
        found = _STRAIGHT_STRING.match(self.text, start)
        if not found:
            cut = _first_break(self.text, start + 1, len(self.text))
            raise BrokenRowError("truncated", cut)
        end = found.end()
        ends = _KEY_ENDS if is_key else _VALUE_ENDS
        if not ends.match(self.text, end):
            closed = self._closed_by_smart_quote(start, end, is_key=is_key)
            if closed is not None:
                return closed
        self._check_breaks(start + 1, end - 1)
        self.position = end
        try:
            return _STRING.decode(found.group())
        except ValueError as error:
            place = start + getattr(error, "pos", 0)
            raise BrokenRowError("bad_escape", place, self.text[place : place + 10]) from error

    def _closed_by_smart_quote(self, start: int, end: int, *, is_key: bool) -> str | None:
        """The string when a smart quote ended it before the straight one that was found."""
        ends = _KEY_ENDS if is_key else _VALUE_ENDS
        for found in _SMART_CLOSERS.finditer(self.text, start + 1, end - 1):
            place = found.start()
            if ends.match(self.text, place + 1):
                self._repair("smart_quotes", self.text[place])
                self._check_breaks(start + 1, place)
                self.position = place + 1
                return self._unescape(start + 1, place)
        return None

    def _read_by_neighbours(self, *, is_key: bool) -> str:
        """A string in other quotes: it ends at the first closing one that JSON goes on after."""
        start = self.position
        opener = self.text[start]
        closers = _CLOSERS.get(opener, _DOUBLE_CLOSERS)
        self._repair("single_quotes" if opener in "'‘’" else "smart_quotes", opener)
        ends = _KEY_ENDS if is_key else _VALUE_ENDS
        place = start + 1
        stops = _stops(closers)
        while found := stops.search(self.text, place):
            char = found.group()[0]
            if char in closers and ends.match(self.text, found.end()):
                self._check_breaks(start + 1, found.start())
                self.position = found.end()
                return self._unescape(start + 1, found.start())
            if char in "{｛" and _ROW_START.match(self.text, found.start()):
                raise BrokenRowError("truncated", found.start())
            place = found.end()
        raise BrokenRowError("truncated", len(self.text))

    def _check_breaks(self, start: int, end: int) -> None:
        """Note raw line breaks and tabs in a string; refuse where it was cut off at one."""
        for found in _CONTROL.finditer(self.text, start, end):
            run = found.group()
            char = run[0]
            if char == "\n" and _AFTER_BREAK.match(self.text, found.end()):
                raise BrokenRowError("truncated", found.start())
            if char in "\r\n":
                self._repair("raw_line_break", at=found.start(), is_once=True)
            if "\t" in run:
                self._repair("raw_tab", at=found.start() + run.index("\t"), is_once=True)
            if char not in "\t\r\n":
                rule = "nul_in_text" if char == "\0" else "raw_control_character"
                self._refuse(rule, found.start(), f"U+{ord(char):04X}")

    def _unescape(self, start: int, end: int) -> str:
        raw = self.text[start:end].replace("\\'", "'")
        if "\\" not in raw:
            return raw
        closed = re.sub(r'(\\.)|"', lambda m: m.group(1) or '\\"', raw, flags=re.DOTALL)
        try:
            return _STRING.decode(f'"{closed}"')
        except ValueError as error:
            raise BrokenRowError("bad_escape", start, raw[:40]) from error

    def _note_double(self, key: str, first: Any, second: Any, place: int) -> None:  # noqa: ANN401
        if _same(first, second):
            self._repair("duplicate_key", key, at=place)
        else:
            self._refuse("duplicate_key", place, f"{key}: {_short(first)} ≠ {_short(second)}")

    def _refuse(self, rule: str, place: int, detail: str) -> None:
        if self.refusal is None:
            self.refusal = (rule, place, detail)

    def _repair(
        self, rule: str, detail: str = "", *, at: int | None = None, is_once: bool = False
    ) -> None:
        if is_once and rule in self._rules:
            return
        self._rules.add(rule)
        self.repairs.append((rule, self.position if at is None else at, detail))

    def _peek(self) -> str:
        """The next character as JSON's own: full-width ones as what they stand for."""
        char = self.text[self.position : self.position + 1]
        if char and char in QUOTES:
            return '"'
        return PUNCTUATION.get(char, char)

    def _take(self) -> None:
        char = self.text[self.position]
        if char in PUNCTUATION:
            self._repair("fullwidth_punctuation", char)
        self.position += 1

    def _skip_blank(self) -> None:
        while True:
            found = _BLANK.match(self.text, self.position)
            self.position = found.end() if found else self.position
            rule = INVISIBLE.get(self.text[self.position : self.position + 1])
            if rule is None:
                return
            self._repair(rule, is_once=True)
            self.position += 1


def _whole_number(word: str) -> int | float:
    return int(word) if len(word) < 400 else float(word)


def _first_break(text: str, start: int, end: int) -> int:
    """Where a string was cut: the first line break that structure follows, or the end."""
    for found in _BREAKS.finditer(text, start, end):
        if _AFTER_BREAK.match(text, found.end()):
            return found.start()
    return end


_STOPS: dict[str, re.Pattern[str]] = {}


def _stops(closers: str) -> re.Pattern[str]:
    if closers not in _STOPS:
        _STOPS[closers] = re.compile(rf"\\.|[{closers}{{｛]", re.DOTALL)
    return _STOPS[closers]


def _same(first: Any, second: Any) -> bool:  # noqa: ANN401
    return type(first) is type(second) and first == second


def _short(value: Any) -> str:  # noqa: ANN401
    text = value if isinstance(value, str) else repr(value)
    return f"{text[:40]!r}"
