"""JSON as one text -> rows: arrays, objects one after another, and what stands between them.

Sound rows go through the fast parser; around a broken one, the rest is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kitae.engines.reading.json_row import (
    FULL_STOPS,
    INVISIBLE,
    PUNCTUATION,
    QUOTES,
    BrokenRowError,
    RowParser,
)
from kitae.engines.reading.json_strict import StrictParser
from kitae.engines.reading.rows import MAX_ROW_CHARACTERS, Findings, RawRow

_FIRST_KEYS = (
    "instruction|prompt|question|conversations|conversation|messages|dialog|id|system|input|query|text"
    "|指令|指示|问题|問題|質問|输入|輸入|入力|系统|システム|prompt_id|category|name|title|context|tools"
)
_JUNK = re.compile(r"[^\n{｛\[\]［］]+")


@dataclass
class Brackets:
    """What stands between rows: brackets and commas, and what is odd about them."""

    depth: int = 0
    arrays: int = 0
    is_after_row: bool = False
    is_after_comma: bool = False
    is_lenient: bool = False

    def open(self) -> str | None:
        """A `[`; the rule it breaks, if any."""
        self.depth += 1
        self.arrays += 1
        is_second = self.arrays > 1 and self.depth == 1
        self._reset()
        return "several_arrays" if is_second else None

    def close(self) -> str | None:
        """A `]`; the rule it breaks, if any."""
        broken = "trailing_comma" if self.is_after_comma else None
        if self.depth == 0 and not self.is_lenient:
            broken = "stray_bracket"
        self.depth = max(0, self.depth - 1)
        self._reset()
        return broken

    def comma(self) -> str | None:
        """A `,`; the rule it breaks, if any."""
        is_expected = self.is_lenient or (self.is_after_row and not self.is_after_comma)
        is_between_arrays = self.depth == 0 and self.arrays > 0
        self.is_after_comma = True
        if is_between_arrays or (is_expected and self.depth > 0):
            return None
        return "trailing_comma"

    def row(self) -> str | None:
        """A row; the rule it breaks, if any."""
        is_missing = self.depth > 0 and self.is_after_row and not self.is_after_comma
        broken = "missing_comma" if is_missing and not self.is_lenient else None
        self.is_after_row, self.is_after_comma, self.is_lenient = True, False, False
        return broken

    def piece(self) -> None:
        """Something unreadable: what follows it is not held against anybody."""
        self.is_after_row, self.is_after_comma, self.is_lenient = True, False, True

    def _reset(self) -> None:
        self.is_after_row = self.is_after_comma = self.is_lenient = False


@dataclass
class TextReader:
    """Reads pieces of text; what it knows of one piece, it uses for the next.

    Attributes:
        findings: Where repairs and pieces that are no rows are noted.
        rows: What was read, in order.
        rows_before: Rows that were read before those, and handed on.
        first_key: The name that the first row of all starts with.
        is_lines: Whether the pieces are lines, which need no bracket around them.
    """

    findings: Findings
    rows: list[RawRow] = field(default_factory=list[RawRow])
    rows_before: int = 0
    first_key: str = ""
    is_lines: bool = False
    _brackets: Brackets = field(default_factory=Brackets)
    _last_note: tuple[str, int] = ("", -2)

    def read_text(self, text: str) -> None:
        """Any JSON: arrays, objects one after another, what is between them."""
        self.read_piece(text, TextRows(text, 1, 0))

    @property
    def next_number(self) -> int:
        """The number of the row that comes next; broken ones count."""
        return self.rows_before + len(self.rows) + len(self.findings.broken) + 1

    @property
    def has_no_array(self) -> bool:
        """Whether rows stand one after another without brackets around them."""
        return self._brackets.arrays == 0 and len(self.rows) > 1

    def hand_on(self) -> list[RawRow]:
        """The rows read so far; they are forgotten here."""
        rows = self.rows
        if rows and not self.rows_before:
            self.first_key = next(iter(rows[0].values), "")
        self.rows_before += len(rows)
        self.rows = []
        return rows

    def read_piece(self, text: str, where: TextRows) -> None:
        """The rows of a piece of a file."""
        place = 0
        strict = StrictParser(text)
        while place < len(text):
            char = text[place]
            char = PUNCTUATION.get(char, char)
            if char in " \t\r\n":
                place += 1
            elif char == "{":
                place = self._scan_row(text, place, where, strict)
            elif char in "[],":
                self._scan_bracket(text[place], char, place)
                place += 1
            elif char in INVISIBLE or (text[place] in FULL_STOPS and self._brackets_closed()):
                place = self._scan_odd(text, place)
            else:
                place = self._scan_junk(text, place)
        if self._brackets.depth > 0 and not self._brackets.is_lenient and not self.is_lines:
            self.findings.repaired("unclosed_array", len(text))

    def _scan_odd(self, text: str, place: int) -> int:
        """A run of one character that means nothing between rows."""
        char, end = text[place], place + 1
        while end < len(text) and text[end] == char:
            end += 1
        self._note(INVISIBLE.get(char, "fullwidth_punctuation"), place, f"{char!r} × {end - place}")
        return end

    def _brackets_closed(self) -> bool:
        return self._brackets.arrays > 0 or self.rows_before > 0 or bool(self.rows)

    def _scan_bracket(self, raw: str, char: str, place: int) -> None:
        act = {"[": self._brackets.open, "]": self._brackets.close, ",": self._brackets.comma}
        rule = act[char]()
        if raw != char:
            self._note("fullwidth_punctuation", place, raw)
        if rule:
            self._note(rule, place)

    def _note(self, rule: str, place: int, detail: str = "") -> None:
        """A repair between rows belongs to the row before it, where there is one."""
        is_same, self._last_note = self._last_note == (rule, place - 1), (rule, place)
        if is_same:
            return
        self.findings.repaired(rule, place, detail)
        if self.rows and rule in ("trailing_comma", "fullwidth_punctuation"):
            last = self.rows[-1]
            if rule not in last.repairs:
                self.rows[-1] = last._replace(repairs=(*last.repairs, rule))

    def _scan_junk(self, text: str, place: int) -> int:
        """What is no row: one piece up to the next bracket or line."""
        found = _JUNK.match(text, place)
        end = max(place + 1, found.end() if found else place + 1)
        self._brackets.piece()
        self.findings.quarantined("not_an_object", place, text[place:end][:80])
        return end

    def _scan_row(self, text: str, place: int, where: TextRows, strict: StrictParser) -> int:
        """One object from `place`; gives the place after it."""
        rule = self._brackets.row()
        if rule:
            self.findings.repaired(rule, place)
        found = strict.read(place)
        if found is None:
            return self._mend_row(text, place, where)
        value, end = found
        line, position = where.at(place)
        self.rows.append(RawRow(value, self.next_number, line, position))
        return end

    def _mend_row(self, text: str, place: int, where: TextRows) -> int:
        parser = RowParser(text, place)
        try:
            values = parser.read_object()
        except BrokenRowError as broken:
            return self._give_up(text, place, parser, broken)
        if parser.position - place > MAX_ROW_CHARACTERS:
            self.findings.quarantined("too_long", place, str(parser.position - place))
        elif parser.refusal:
            rule, at, detail = parser.refusal
            self.findings.quarantined(rule, at, detail, start=place)
        else:
            rules = self._list_repairs(parser)
            line, position = where.at(place)
            self.rows.append(RawRow(values, self.next_number, line, position, rules))
        return parser.position

    def _list_repairs(self, parser: RowParser) -> tuple[str, ...]:
        """One entry per rule, at its first place, with how often it was needed in this row."""
        first: dict[str, tuple[int, str]] = {}
        times: dict[str, int] = {}
        for rule, at, detail in parser.repairs:
            first.setdefault(rule, (at, detail))
            times[rule] = times.get(rule, 0) + 1
        for rule, (at, detail) in first.items():
            count = f" × {times[rule]}" if times[rule] > 1 else ""
            self.findings.repaired(rule, at, f"{detail}{count}".strip())
        return tuple(first)

    def _give_up(self, text: str, place: int, parser: RowParser, broken: BrokenRowError) -> int:
        """Quarantine what cannot be read and find where the next row starts."""
        rule = broken.rule
        after = max(parser.resume, place + 1)
        start = _deep_end(text, broken.position) if rule == "too_deep" else after
        end = self._next_row(text, start)
        if _UNDECODABLE.search(text, place, min(end, broken.position + 200)):
            rule = "undecodable"
        elif end - place > MAX_ROW_CHARACTERS:
            rule = "too_long"
        elif end <= broken.position:
            rule = "truncated"
        at = place + len(text[place : broken.position].rstrip())
        self.findings.quarantined(rule, at, broken.detail, start=place)
        self._brackets.piece()
        return end

    def _next_row(self, text: str, start: int) -> int:
        first = next(iter(self.rows[0].values), "") if self.rows else ""
        last = next(iter(self.rows[-1].values), "") if self.rows else ""
        keys = {re.escape(key) for key in (self.first_key if self.rows_before else first, last)}
        names = "|".join(sorted(key for key in keys if key))
        found = _row_start(names).search(text, start)
        return found.start() if found else len(text)


_UNDECODABLE = re.compile("[\udc80-\udcff]")
_ROW_STARTS: dict[str, re.Pattern[str]] = {}


def _row_start(names: str) -> re.Pattern[str]:
    """Where a row starts: a brace and one of the names that rows start with."""
    if names not in _ROW_STARTS:
        known = f"{_FIRST_KEYS}|{names}" if names else _FIRST_KEYS
        pattern = rf"[{{｛]\s*[{QUOTES}](?:{known})[{QUOTES}]\s*[:：]|(?<=\n)[{{｛]\s*[{QUOTES}]"
        _ROW_STARTS[names] = re.compile(pattern)
    return _ROW_STARTS[names]


def _deep_end(text: str, position: int) -> int:
    """After something nested too deep, the next line is the first place to trust."""
    end = text.find("\n", position)
    return end if end >= 0 else len(text)


@dataclass
class TextRows:
    """Lines and positions of rows in a text, asked for in rising order."""

    text: str
    line: int
    offset: int
    _seen: int = 0

    def at(self, place: int) -> tuple[int, int]:
        """Line and position (in the unit of the whole file) of a row's first character."""
        self.line += self.text.count("\n", self._seen, place)
        if self.offset:
            self.offset += len(self.text[self._seen : place].encode("utf-8", "surrogateescape"))
        self._seen = place
        return self.line, self.offset or place
