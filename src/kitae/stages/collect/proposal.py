"""A look at a file before it is in a recipe: what it is, how its columns map, three rows of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.stages.collect.columns import Columns
from kitae.stages.collect.config import ColumnsConfig, SourceConfig
from kitae.stages.collect.harvest import Harvest, harvest, source_report
from kitae.stages.collect.report import SourceReport
from kitae.stages.collect.sources import SourceFile, local_files
from kitae.stages.collect.texts import read_texts, texts_report
from kitae.stages.collect.trouble import check_columns

_SAMPLES = 3


class Sample(Record):
    """One row as it will be used."""

    instruction: str
    input: str
    output: str


class SourceProposal(Record):
    """What `kitae init` shows and writes into the recipe."""

    source: SourceConfig
    """Ready for the recipe: what was found out is filled in where it is worth keeping."""
    report: SourceReport
    samples: tuple[Sample, ...]
    """The first rows, at most three."""
    notes: tuple[Message, ...] = ()


def inspect(path: Path, source: SourceConfig | None = None) -> SourceProposal:
    """Read a file, folder or archive and propose how to use it.

    Args:
        path: Where it is now.
        source: What the user said about it; `path` in it is what the recipe will say.

    Raises:
        DataError: It cannot be used as it is; the error names the mapping or option to type.
        UsageError: A sheet, a header row or an encoding has to be named.
        NotFoundError: There is no such file.
    """
    source = source or SourceConfig(path=str(path))
    files = local_files(source, path)
    of_text = [file for file in files if file.kind == "documents"]
    found, samples = _first_rows([file for file in files if file.kind == "rows"], path)
    texts = read_texts(of_text)
    reports = [*map(source_report, found), *(texts_report(part, of_text) for part in texts)]
    is_single = len(reports) == 1
    return SourceProposal(
        source=_filled_in(source, found[0]) if is_single and found else source,
        report=reports[0] if is_single else _together(path.name, source, reports),
        samples=samples,
        notes=tuple(note for report in reports for note in report.notes),
    )


def _first_rows(files: list[SourceFile], path: Path) -> tuple[list[Harvest], tuple[Sample, ...]]:
    """All files harvested, and the first rows of the first that has some."""
    first: list[pa.RecordBatch] = []
    columns = Columns(lambda batch: None if first else first.append(batch.slice(0, _SAMPLES)))
    found = [harvested for file in files for harvested in harvest(file, columns)]
    for harvested in found:
        check_columns(harvested, str(path) if len(files) == 1 else harvested.name)
    columns.flush()
    rows = first[0].select(list(Sample.model_fields)).to_pylist() if first else []
    return found, tuple(Sample.model_validate(row) for row in rows)


def _together(name: str, source: SourceConfig, reports: list[SourceReport]) -> SourceReport:
    """Several files as one."""
    forms = sum((Counter(report.forms) for report in reports), Counter[str]())
    return SourceReport(
        name=source.name or name,
        format=", ".join(sorted({report.format for report in reports})),
        forms=dict(forms),
        columns={},
        rows_in=sum(report.rows_in for report in reports),
        rows_out=sum(report.rows_out for report in reports),
        quarantined=sum(report.quarantined for report in reports),
        repaired=sum(report.repaired for report in reports),
        side=source.side,
        licence=source.licence,
        documents=sum(report.documents for report in reports),
    )


def _filled_in(source: SourceConfig, found: Harvest) -> SourceConfig:
    """The source with what was found out, so that a later version reads it the same way."""
    reading, mapper = found.reading, found.mapper
    kept: dict[str, object] = {} if found.file.inner else {"format": reading.format}
    if reading.is_guess:
        kept["encoding"] = reading.encoding
    if reading.sheet is not None and source.sheets == "one":
        kept["sheet"] = reading.sheet
    if reading.header_row is not None and source.sheets == "one":
        kept["header_row"] = reading.header_row
    if source.columns is None and mapper.is_complete and len(mapper.forms) == 1:
        kept["columns"] = ColumnsConfig.model_validate(mapper.columns_found)
    return source.model_copy(update=kept)
