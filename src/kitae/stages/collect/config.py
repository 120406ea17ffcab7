"""The choices of `collect`: which files, and what is known about them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kitae.core.config import Config


class ColumnsConfig(Config):
    """Which column (or key) of a source stands for what."""

    instruction: str
    """Column with the question or the task."""
    output: str
    """Column with the answer wanted."""
    input: str | None = None
    """Column with the material that the question is about."""
    system: str | None = None
    """Column with the role that the model plays."""
    history: str | None = None
    """Column with the earlier rounds of a conversation."""
    group: str | None = None
    """Column whose equal values keep rows together: they never come to different sides."""


class SourceConfig(Config):
    """One file, or several by a pattern such as `data/*.jsonl`."""

    path: str = Field(min_length=1)
    """Where it is, from the project folder. `*`, `?` and `**` name several files."""
    name: str | None = None
    """What it is called in reports. Left out: the name of the file."""
    format: Literal["auto", "json", "jsonl", "csv", "tsv", "xlsx", "parquet"] = "auto"
    """`auto` finds it out from the content."""
    encoding: str | None = None
    """Encoding of the text, e.g. `cp932`. Left out: found out, and asked for where unclear."""
    sheet: str | None = None
    """Sheet of a workbook. Left out: the one that has a question and an answer column."""
    header_row: int | None = Field(default=None, ge=0)
    """Row with the names of the columns; 0 where there is none. Left out: found out."""
    columns: ColumnsConfig | None = None
    """Which column stands for what. Left out: found out by the names."""
    side: Literal["auto", "train", "validation", "test"] = "auto"
    """`test` sets the whole source aside as the exam; `auto` lets `split` decide row by row."""
    licence: str = "unknown"
    """Under which terms the rows may be used, e.g. `CC-BY-4.0`."""


class CollectConfig(Config):
    """Where the examples come from and how many bad rows are tolerated."""

    sources: tuple[SourceConfig, ...] = Field(min_length=1)
    """The files with the examples."""
    max_bad_share: float = Field(default=0.2, ge=0, le=1)
    """Share of rows that may be unusable before the stage stops."""
    max_bad_rows_tolerated: int = Field(default=5, ge=0)
    """Up to this many unusable rows never stop the stage, whatever their share."""
