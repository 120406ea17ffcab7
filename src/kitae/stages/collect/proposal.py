"""A look at a file before it is in a recipe: what it is, how its columns map, three rows of it."""

from __future__ import annotations

from pathlib import Path

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.stages.collect.config import ColumnsConfig, SourceConfig
from kitae.stages.collect.harvest import Columns, Harvest, harvest, source_notes, source_report
from kitae.stages.collect.report import SourceReport
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
    """Read a file and propose how to use it.

    Args:
        path: Where it is now.
        source: What the user said about it; `path` in it is what the recipe will say.

    Raises:
        DataError: It cannot be used as it is; the error names the mapping or option to type.
        UsageError: A sheet, a header row or an encoding has to be named.
        NotFoundError: There is no such file.
    """
    source = source or SourceConfig(path=str(path))
    columns = Columns()
    found = harvest(source.name or path.name, path, source, columns)
    check_columns(found, str(path))
    rows = zip(*(columns.values[name][:_SAMPLES] for name in Sample.model_fields), strict=True)
    return SourceProposal(
        source=_filled_in(source, found),
        report=source_report(found, source),
        samples=tuple(Sample(instruction=i, input=m, output=o) for i, m, o in rows),
        notes=source_notes(found, source),
    )


def _filled_in(source: SourceConfig, found: Harvest) -> SourceConfig:
    """The source with what was found out, so that a later version reads it the same way."""
    reading, mapper = found.reading, found.mapper
    kept: dict[str, object] = {"format": reading.format}
    if reading.is_guess:
        kept["encoding"] = reading.encoding
    if reading.sheet is not None:
        kept["sheet"] = reading.sheet
    if reading.header_row is not None:
        kept["header_row"] = reading.header_row
    if source.columns is None and mapper.is_complete and len(mapper.forms) == 1:
        kept["columns"] = ColumnsConfig.model_validate(mapper.columns_found)
    return source.model_copy(update=kept)
