"""One file -> its Examples and the evidence of everything that was mended or refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from kitae.core.text import Message
from kitae.engines.reading.line_file import LineFile, open_lines
from kitae.engines.reading.rows import Findings, Format, RawRow, Reading, ReadOptions
from kitae.engines.reading.source import ALL_SHEETS, read_sheets
from kitae.records.example import Content
from kitae.records.issues import RowIssue
from kitae.stages.collect.columns import Columns, Origin
from kitae.stages.collect.config import RowFormat, SourceConfig
from kitae.stages.collect.drafts import Draft, Notes, RefusedRowError
from kitae.stages.collect.mapping import FormName, Mapped, RowMapper
from kitae.stages.collect.plain import ReadPlain
from kitae.stages.collect.report import SourceReport
from kitae.stages.collect.sources import SourceFile

if TYPE_CHECKING:
    from kitae.engines.dataflow import Dataflow
    from kitae.engines.reading.plain_rows import PlainRows, Shapes

_TABLES = ("csv", "tsv", "xlsx", "parquet", "arrow")
_ROW_FORMATS: tuple[str, ...] = RowFormat.__args__


@dataclass
class Harvest:
    """What one file, or one sheet of it, gave.

    Attributes:
        file: Where it came from.
        reading: The file as it was read, without its rows.
        mapper: What it found out about the forms of the rows.
        rows_out: Rows that became Examples.
        quarantined: Evidence of those that did not, in file order.
        repairs: Evidence of what was mended, in file order.
        rows_repaired: Examples that a rule mended.
        is_cut: Whether reading stopped because as many Examples were taken as may be.
    """

    file: SourceFile
    reading: Reading
    mapper: RowMapper
    rows_out: int = 0
    quarantined: list[RowIssue] = field(default_factory=list[RowIssue])
    repairs: list[RowIssue] = field(default_factory=list[RowIssue])
    rows_repaired: int = 0
    is_cut: bool = False

    @property
    def name(self) -> str:
        """Of the file, as reports and evidence have it."""
        return self.file.name

    @property
    def rows_in(self) -> int:
        """Rows seen, unreadable pieces included."""
        return self.rows_out + len(self.quarantined)

    @property
    def has_rows(self) -> bool:
        """Whether anything could be read as a row, whatever became of it."""
        return self.rows_in > len(self.reading.broken)


def harvest(
    file: SourceFile,
    columns: Columns,
    room: int | None = None,
    flow: Dataflow | None = None,
) -> list[Harvest]:
    """Read one file of rows and put its Examples into `columns`: one harvest, or one per sheet.

    Args:
        file: What to read.
        columns: Where the rows go.
        room: Most Examples to take; None for all.
        flow: Where the lines of a large file are read; here and now if not given.
    """
    config = file.config
    row_format = config.format if config.format in _ROW_FORMATS else "auto"
    options = ReadOptions(cast("Format", row_format))
    if isinstance(config, SourceConfig):
        sheet = ALL_SHEETS if config.sheets == "all" else config.sheet
        options = replace(
            options, encoding=config.encoding, sheet=sheet, header_row=config.header_row
        )
    columns.begin(_origin(file))
    if not file.inner:
        with open_lines(file.path, options, file.name) as lines:
            found = _harvest_lines(lines, file, columns, room, flow) if lines else None
            if found and found.has_rows:
                return [found]
    harvests: list[Harvest] = []
    for reading in read_sheets(file.path, options, file.name, file.inner):
        harvests.append(_harvest_reading(reading, file, columns, room))
        room = None if room is None else room - harvests[-1].rows_out
    return harvests


def _origin(file: SourceFile) -> Origin:
    return Origin(
        source=file.source,
        side="" if file.config.side == "auto" else file.config.side,
        licence=file.licence,
        terms=file.terms,
        retrieved=file.retrieved,
        place=f"{file.origin}, " if file.origin else "",
    )


def _harvest_reading(
    reading: Reading, file: SourceFile, columns: Columns, room: int | None
) -> Harvest:
    """The Examples of a file that was read as a whole."""
    mapper = RowMapper(file.config.columns, reading.format in _TABLES, file.source)
    work = _Work(columns, mapper, Findings(file.name, reading.places), room)
    broken = reading.broken
    for row, place in _located(reading):
        if work.is_full:
            broken = [issue for issue in broken if (issue.line or 0) < row.line]
            break
        work.add(row, place)
    return work.result(replace(reading, rows=[], broken=broken), file)


def _harvest_lines(
    lines: LineFile,
    file: SourceFile,
    columns: Columns,
    room: int | None,
    flow: Dataflow | None,
) -> Harvest:
    """The Examples of a file of lines, block by block."""
    mapper = RowMapper(file.config.columns, is_table=False, source=file.source)
    work = _Work(columns, mapper, Findings(file.name, lines.places), room)
    shapes: dict[tuple[str, ...], None] = {}
    last_line = 0
    for row in lines.lines.rows(work, flow):
        if work.is_full:
            break
        is_first = row.line != last_line
        work.add(row, f"line {row.line}" if is_first else f"line {row.line}, row {row.number}")
        shapes[tuple(row.values)] = None
        last_line = row.line
    reading = Reading(
        format="jsonl",
        rows=[],
        broken=lines.findings.broken,
        repairs=lines.findings.repairs,
        places=lines.places,
        columns=tuple(dict.fromkeys(key for shape in shapes for key in shape)),
        encoding=lines.encoding,
    )
    return work.result(reading, file)


class _Work:
    """Maps the rows of one file, the plain ones by the short way."""

    def __init__(
        self, columns: Columns, mapper: RowMapper, findings: Findings, room: int | None
    ) -> None:
        self._columns = columns
        self._mapper = mapper
        self._findings = findings
        self._room = room
        self._readers: dict[tuple[str, ...], tuple[FormName, ReadPlain]] = {}
        self._shapes: Shapes | None = None
        self._rows_before = columns.rows_taken
        self._rows_repaired = 0

    @property
    def is_full(self) -> bool:
        """Whether as many Examples were taken as may be."""
        return self._room is not None and self._rows_out >= self._room

    @property
    def _rows_out(self) -> int:
        return self._columns.rows_taken - self._rows_before

    def shapes(self) -> Shapes | None:
        """How rows of keys seen so far are read by the kernel; None where rows are counted off."""
        if self._room is not None or not self._readers:
            return None
        if self._shapes is None or len(self._shapes.shapes) < len(self._readers):
            from kitae.engines.reading.plain_rows import Shapes

            found = [reader.shape(keys) for keys, (_, reader) in self._readers.items()]
            self._shapes = Shapes.of(found)
        return self._shapes

    def take(self, rows: Sequence[dict[str, Any]], line: int, is_clean: bool) -> int:  # noqa: FBT001
        """How many rows, from the first on, were plain and are in the columns now."""
        if self._room is not None:
            rows = rows[: self._room - self._rows_out]
        readers, forms = self._readers, self._mapper.forms
        place = line
        for values in rows:
            known = readers.get(tuple(values))
            if known is None:
                break
            content = known[1](values)
            if content is None or not (is_clean or _is_sound(content)):
                break
            forms[known[0]] += 1
            self._columns.take(content, place)
            place += 1
        return place - line

    def take_plain(self, rows: PlainRows, lines: range, first_line: int) -> None:
        """Rows that the kernel has read go into the columns."""
        import numpy as np

        places = rows.places[lines.start : lines.stop]
        counts = np.bincount(rows.shapes[places])
        for (form, _), count in zip(self._readers.values(), counts.tolist(), strict=False):
            self._mapper.forms[form] += count
        self._columns.take_plain(
            rows.texts, places, range(first_line + lines.start, first_line + lines.stop)
        )

    def end_block(self) -> None:
        """Hand on what was taken."""
        self._columns.flush_full()

    def add(self, row: RawRow, place: str) -> None:
        """Put a row into the columns, or what speaks against it into the findings."""
        if row.repairs or not self._take_one(row.values, place):
            self._add_with_care(row, place)

    def _take_one(self, values: dict[str, Any], place: str) -> bool:
        known = self._readers.get(tuple(values))
        content = known[1](values) if known else None
        if known is None or content is None or not _is_sound(content):
            return False
        self._mapper.forms[known[0]] += 1
        self._columns.take(content, place)
        return True

    def _add_with_care(self, row: RawRow, place: str) -> None:
        findings = self._findings
        for mapped in self._mapper.map(row):
            if self.is_full:
                break
            where = f"{place}, instance {mapped.instance}" if mapped.instance else place
            refusal = mapped.refusal or _text_refusal(mapped.draft)
            if mapped.draft is None or refusal is not None:
                _list_refusal(refusal, row, findings)
                continue
            repairs = _repairs(row, mapped)
            self._columns.add(mapped.draft, where, repairs)
            self._rows_repaired += bool(repairs)
            _list_repairs(mapped.notes, row, findings)
        keys = tuple(row.values)
        reader = self._mapper.plain_reader(keys)
        if reader is not None:
            self._readers[keys] = reader

    def result(self, reading: Reading, file: SourceFile) -> Harvest:
        """What the file gave."""
        findings = self._findings
        return Harvest(
            file,
            reading,
            self._mapper,
            rows_out=self._rows_out,
            quarantined=_in_file_order([*reading.broken, *findings.broken]),
            repairs=_in_file_order([*reading.repairs, *findings.repairs]),
            rows_repaired=self._rows_repaired,
            is_cut=self.is_full,
        )


def source_report(found: Harvest) -> SourceReport:
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
        side=found.file.config.side,
        licence=found.file.licence,
        notes=source_notes(found),
    )


def source_notes(found: Harvest) -> tuple[Message, ...]:
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
    if (reading.header_row or 0) > 1 and not getattr(found.file.config, "header_row", None):
        notes["header_row"] = {"row": reading.header_row}
    if unused:
        notes["unused_columns"] = {"columns": unused}
    if len(mapper.forms) > 1:
        notes["several_forms"] = {"forms": ", ".join(mapper.forms)}
    if found.is_cut:
        notes["limit"] = {"limit": found.rows_out}
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
    issue = findings.issue(refusal.rule, row.position, refusal.detail, field_name=refusal.field)
    findings.broken.append(issue)


def _list_repairs(notes: Notes, row: RawRow, findings: Findings) -> None:
    for rule, (field_name, detail) in notes.repairs.items():
        issue = findings.issue(rule, row.position, detail, field_name=field_name)
        findings.repairs.append(issue)


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


def _is_sound(content: Content) -> bool:
    """Whether all texts can be used as they are."""
    texts = [*content[:4], *(text for said in content[4] for text in said)]
    return not any(_bad_text(text, "") for text in texts)


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
        elif reading.format in ("parquet", "arrow"):
            yield row, f"row {row.number}"
        elif row.line == last_line:
            yield row, f"line {row.line}, row {row.number}"
        else:
            yield row, f"line {row.line}"
        last_line = row.line


def _in_file_order(issues: Iterable[RowIssue]) -> list[RowIssue]:
    return sorted(issues, key=lambda i: (i.line or 0, i.column or 0))
