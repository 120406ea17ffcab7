"""One file -> its Examples and the evidence of everything that was mended or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from kitae.core.text import Message
from kitae.engines.reading.rows import Findings, RawRow, Reading, ReadOptions
from kitae.engines.reading.source import read_file
from kitae.records.example import EXAMPLES_SCHEMA, Round, content_id
from kitae.records.issues import RowIssue
from kitae.stages.collect.config import SourceConfig
from kitae.stages.collect.drafts import Draft, Notes, RefusedRowError
from kitae.stages.collect.mapping import Mapped, RowMapper
from kitae.stages.collect.report import SourceReport

_TABLES = ("csv", "tsv", "xlsx", "parquet")


_FIXED: dict[str, Any] = {"origin": "original", "parents": (), "language": "", "review": ""}
"""Columns that are the same for every row that comes from a file."""


@dataclass
class Columns:
    """Examples as columns, in reading order; ids are unique over all sources."""

    values: dict[str, list[Any]] = field(
        default_factory=lambda: {n: list[Any]() for n in EXAMPLES_SCHEMA.names if n not in _FIXED}
    )
    _times: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, draft: Draft, locator: str, repairs: tuple[str, ...], origin: _Origin) -> None:
        """Append one row; its texts can all be written as UTF-8."""
        rounds = [Round(instruction=asked, answer=told) for asked, told in draft.history]
        plain = content_id(draft.instruction, draft.input, draft.output, draft.system, rounds)
        times = self._times[plain] = self._times.get(plain, 0) + 1
        values = self.values
        values["id"].append(plain if times == 1 else f"{plain}-{times}")
        values["instruction"].append(draft.instruction)
        values["input"].append(draft.input)
        values["output"].append(draft.output)
        values["system"].append(draft.system)
        history = [{"instruction": asked, "answer": told} for asked, told in draft.history]
        values["history"].append(history)
        values["group"].append(draft.group)
        values["side"].append(origin.side)
        values["source"].append(origin.source)
        values["locator"].append(locator)
        values["licence"].append(origin.licence)
        values["repairs"].append(repairs)

    def table(self) -> pa.Table:
        """All rows as a table of `EXAMPLES_SCHEMA`."""
        rows = len(self.values["id"])
        fixed = {name: [value] * rows for name, value in _FIXED.items()}
        return pa.Table.from_pydict({**self.values, **fixed}, schema=EXAMPLES_SCHEMA)


class _Origin(NamedTuple):
    """What the recipe says about every row of a source."""

    source: str
    side: str
    licence: str


@dataclass
class Harvest:
    """What one file gave.

    Attributes:
        name: Of the source.
        reading: The file as it was read.
        mapper: What it found out about the forms of the rows.
        rows_out: Rows that became Examples.
        quarantined: Evidence of those that did not, in file order.
        repairs: Evidence of what was mended, in file order.
        rows_repaired: Examples that a rule mended.
    """

    name: str
    reading: Reading
    mapper: RowMapper
    rows_out: int = 0
    quarantined: list[RowIssue] = field(default_factory=list[RowIssue])
    repairs: list[RowIssue] = field(default_factory=list[RowIssue])
    rows_repaired: int = 0

    @property
    def rows_in(self) -> int:
        """Rows seen, unreadable pieces included."""
        return self.rows_out + len(self.quarantined)


def harvest(name: str, path: Path, config: SourceConfig, columns: Columns) -> Harvest:
    """Read one file and append its Examples to `columns`."""
    options = ReadOptions(config.format, config.encoding, config.sheet, config.header_row)
    reading = read_file(path, options, name)
    mapper = RowMapper(config.columns, reading.format in _TABLES, name)
    found = Harvest(name, reading, mapper)
    findings = Findings(name, reading.places)
    origin = _Origin(name, "" if config.side == "auto" else config.side, config.licence)
    for row, locator in _located(reading):
        for mapped in mapper.map(row):
            where = f"{locator}, instance {mapped.instance}" if mapped.instance else locator
            refusal = mapped.refusal or _text_refusal(mapped.draft)
            if mapped.draft is None or refusal is not None:
                _list_refusal(refusal, row, findings)
                continue
            repairs = _repairs(row, mapped)
            columns.add(mapped.draft, where, repairs, origin)
            found.rows_out += 1
            found.rows_repaired += bool(repairs)
            _list_repairs(mapped.notes, row, findings)
    found.quarantined = _in_file_order([*reading.broken, *findings.broken])
    found.repairs = _in_file_order([*reading.repairs, *findings.repairs])
    return found


def source_report(found: Harvest, config: SourceConfig) -> SourceReport:
    """The facts about one file."""
    reading = found.reading
    return SourceReport(
        name=found.name,
        format=reading.format,
        encoding=reading.encoding,
        is_guess=reading.is_guess,
        confidence=reading.confidence,
        sheet=reading.sheet,
        header_row=reading.header_row,
        forms={str(form): count for form, count in found.mapper.forms.items()},
        columns={str(role): column for role, column in found.mapper.columns_found.items()},
        unused_columns=tuple(name for name in found.mapper.unused if name),
        rows_in=found.rows_in,
        rows_out=found.rows_out,
        quarantined=len(found.quarantined),
        repaired=found.rows_repaired,
        side=config.side,
        licence=config.licence,
        notes=source_notes(found, config),
    )


def source_notes(found: Harvest, config: SourceConfig) -> tuple[Message, ...]:
    """What a person should know about how a file was read."""
    reading, mapper = found.reading, found.mapper
    unused = ", ".join([name for name in mapper.unused if name][:12])
    notes: dict[str, dict[str, Any]] = {}
    if reading.is_guess:
        share = min(round(reading.confidence * 100, 1), 99.9)
        notes["encoding_guess"] = {"encoding": reading.encoding, "confidence": share}
    if reading.other_sheets and reading.sheet:
        others = ", ".join(reading.other_sheets)
        notes["sheet"] = {"sheet": reading.sheet, "others": others}
    if (reading.header_row or 0) > 1 and config.header_row is None:
        notes["header_row"] = {"row": reading.header_row}
    if unused:
        notes["unused_columns"] = {"columns": unused}
    if len(mapper.forms) > 1:
        notes["several_forms"] = {"forms": ", ".join(mapper.forms)}
    if found.quarantined:
        notes["quarantined"] = {"quarantined": len(found.quarantined), "rows": found.rows_in}
    return tuple(
        Message(key=f"collect.note.{name}", values={"source": found.name, **values})
        for name, values in notes.items()
    )


def _repairs(row: RawRow, mapped: Mapped) -> tuple[str, ...]:
    rules = mapped.notes.repairs
    return tuple(dict.fromkeys((*row.repairs, *rules))) if rules else row.repairs


def _list_refusal(refusal: RefusedRowError | None, row: RawRow, findings: Findings) -> None:
    if refusal is None:
        return
    issue = findings.issue(refusal.rule, row.position, refusal.detail)
    findings.broken.append(issue.model_copy(update={"field": refusal.field}))


def _list_repairs(notes: Notes, row: RawRow, findings: Findings) -> None:
    for rule, (field_name, detail) in notes.repairs.items():
        issue = findings.issue(rule, row.position, detail)
        findings.repairs.append(issue.model_copy(update={"field": field_name}))


def _text_refusal(draft: Draft | None) -> RefusedRowError | None:
    """Why a text cannot be used although it was read: NUL, half a character, a lost byte."""
    if draft is None:
        return None
    for name in ("instruction", "input", "output", "system", "group"):
        text: str = getattr(draft, name)
        if refusal := _bad_text(text, name):
            return refusal
    for asked, told in draft.history:
        if refusal := _bad_text(asked, "history") or _bad_text(told, "history"):
            return refusal
    return None


def _bad_text(text: str, name: str) -> RefusedRowError | None:
    if "\0" in text:
        return RefusedRowError("nul_in_text", name, f"U+0000 @ {text.index(chr(0)) + 1}")
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        char = text[error.start]
        is_byte = "\udc80" <= char <= "\udcff"
        rule = "undecodable" if is_byte else "lone_surrogate"
        shown = f"0x{ord(char) - 0xDC00:02X}" if is_byte else f"U+{ord(char):04X}"
        return RefusedRowError(rule, name, f"{shown} @ {error.start + 1}")
    if "\ufffd" in text:
        return RefusedRowError("undecodable", name, f"U+FFFD @ {text.index(chr(0xFFFD)) + 1}")
    return None


def _located(reading: Reading) -> Iterator[tuple[RawRow, str]]:
    """Each row with where it is, as a person would look for it."""
    last_line = 0
    for row in reading.rows:
        if reading.sheet is not None:
            yield row, f"sheet {reading.sheet}, row {row.line}"
        elif reading.format == "parquet":
            yield row, f"row {row.number}"
        elif row.line == last_line:
            yield row, f"line {row.line}, row {row.number}"
        else:
            yield row, f"line {row.line}"
        last_line = row.line


def _in_file_order(issues: Iterable[RowIssue]) -> list[RowIssue]:
    return sorted(issues, key=lambda i: (i.line or 0, i.column or 0))
