"""A file of any kind that Kitae reads -> its rows."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from kitae.core.errors import DataError, KitaeError
from kitae.engines.reading import columnar, spreadsheet
from kitae.engines.reading.contents import Content, load_content
from kitae.engines.reading.delimited import read_delimited
from kitae.engines.reading.encodings import decode, is_wide
from kitae.engines.reading.files import refuse_binary
from kitae.engines.reading.json_rows import read_json
from kitae.engines.reading.rows import Reading, ReadOptions

_JSON_START = re.compile(r"[\s\0\ufeff]*(?:[{｛]|[\[［]\s*[\[{｛\]］])")
_JSON_SIGNS = tuple("{[｛［]}\"'“‘,")
ALL_SHEETS = "*"
_JSON_NAMES = (".json", ".jsonl", ".ndjson")


def read_file(path: Path, options: ReadOptions, source: str, inner: str = "") -> Reading:
    """All rows of a file, and everything that was wrong with it.

    Args:
        path: Where it is; gzip, zstandard and single-file ZIP are unpacked.
        options: What the user said about it.
        source: Its name, for the evidence.
        inner: Name of a member, where `path` is an archive of several files.

    Raises:
        NotFoundError: There is no such file.
        ResourceError: It may not be read.
        DataError: It is empty, binary, damaged, or its encoding is unclear.
        UsageError: A sheet, header row or encoding has to be named.
    """
    content = load_content(path, inner)
    with _where_said(content.where):
        return _read(content, options, source)


def read_sheets(path: Path, options: ReadOptions, source: str, inner: str = "") -> list[Reading]:
    """As `read_file`; with `sheet: "*"` one reading for each sheet of a workbook that has rows.

    Raises:
        NotFoundError: There is no such file.
        ResourceError: It may not be read.
        DataError: It is empty, binary, damaged, or its encoding is unclear.
        UsageError: A sheet, header row or encoding has to be named.
    """
    content = load_content(path, inner)
    with _where_said(content.where):
        if options.sheet == ALL_SHEETS and _is_workbook(content, options):
            return spreadsheet.read_all_sheets(content.data, options, source)
        plain = replace(options, sheet=None) if options.sheet == ALL_SHEETS else options
        return [_read(content, plain, source)]


@contextmanager
def _where_said(where: str) -> Generator[None]:
    try:
        yield
    except KitaeError as error:
        if error.where is None:
            error.where = where
        raise


def _read(content: Content, options: ReadOptions, source: str) -> Reading:
    data = content.data
    if _is_workbook(content, options):
        return spreadsheet.read_workbook(data, options, source)
    if options.format == "parquet" or data.startswith(columnar.MAGIC):
        return columnar.read_parquet(data, source)
    if options.format == "arrow" or columnar.is_arrow(data):
        return columnar.read_arrow(data, source)
    path = Path(content.where)
    if options.encoding is None:
        refuse_binary(data, path, is_wide=is_wide(data))
    decoded = decode(data, options.encoding)
    if not _is_json(decoded.text, content, options):
        return read_delimited(decoded, _with_tabs(options, content), source)
    reading = read_json(decoded, data, source)
    if not reading.rows:
        raise _no_json_rows(reading, path)
    return reading


def _is_workbook(content: Content, options: ReadOptions) -> bool:
    return options.format == "xlsx" or (
        options.format == "auto" and spreadsheet.is_workbook(content.data)
    )


def _is_json(text: str, content: Content, options: ReadOptions) -> bool:
    if options.format != "auto":
        return options.format in ("json", "jsonl")
    if _JSON_START.match(text):
        return True
    is_named = content.suffix in _JSON_NAMES
    return is_named and text.lstrip("\0\ufeff \t\r\n")[:1] in _JSON_SIGNS


def _with_tabs(options: ReadOptions, content: Content) -> ReadOptions:
    if options.format == "auto" and content.suffix == ".tsv":
        return replace(options, format="tsv")
    return options


def _no_json_rows(reading: Reading, path: Path) -> DataError:
    if not reading.broken:
        return DataError(
            f"The file {path.name!r} holds no examples.",
            where=str(path),
            fix='put objects in it: {"instruction": ..., "input": ..., "output": ...}',
        )
    first = reading.broken[0]
    return DataError(
        f"No row of {path.name!r} can be read; the first stops for {first.rule!r} {first.detail}".rstrip(),
        where=f"{path}, line {first.line}, column {first.column}: {first.excerpt[:80]}",
        fix='each row is an object: {"instruction": ..., "input": ..., "output": ...}',
    )
