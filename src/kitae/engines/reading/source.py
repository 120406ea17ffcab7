"""A file of any kind that Kitae reads -> its rows."""

from __future__ import annotations

import re
from pathlib import Path

from kitae.core.errors import DataError, KitaeError
from kitae.engines.reading import columnar, spreadsheet
from kitae.engines.reading.delimited import read_delimited
from kitae.engines.reading.encodings import decode, is_wide
from kitae.engines.reading.files import load_file, refuse_binary
from kitae.engines.reading.json_rows import read_json
from kitae.engines.reading.rows import Reading, ReadOptions

_JSON_START = re.compile(r"[\s\0\ufeff]*(?:[{｛]|[\[［]\s*[\[{｛\]］])")
_JSON_SIGNS = tuple("{[｛［]}\"'“‘,")
_JSON_NAMES = (".json", ".jsonl", ".ndjson")


def read_file(path: Path, options: ReadOptions, source: str) -> Reading:
    """All rows of a file, and everything that was wrong with it.

    Args:
        path: Where it is.
        options: What the user said about it.
        source: Its name, for the evidence.

    Raises:
        NotFoundError: There is no such file.
        ResourceError: It may not be read.
        DataError: It is empty, binary, damaged, or its encoding is unclear.
        UsageError: A sheet, header row or encoding has to be named.
    """
    data = load_file(path)
    try:
        return _read(data, path, options, source)
    except KitaeError as error:
        if error.where is None:
            error.where = str(path)
        raise


def _read(data: bytes, path: Path, options: ReadOptions, source: str) -> Reading:
    if options.format == "xlsx" or (options.format == "auto" and spreadsheet.is_workbook(data)):
        return spreadsheet.read_workbook(data, options, source)
    if options.format == "parquet" or data.startswith(columnar.MAGIC):
        return columnar.read_parquet(data, source)
    if options.encoding is None:
        refuse_binary(data, path, is_wide=is_wide(data))
    decoded = decode(data, options.encoding)
    if not _is_json(decoded.text, path, options):
        return read_delimited(decoded, _with_tabs(options, path), source)
    reading = read_json(decoded, data, source)
    if not reading.rows:
        raise _no_json_rows(reading, path)
    return reading


def _is_json(text: str, path: Path, options: ReadOptions) -> bool:
    if options.format != "auto":
        return options.format in ("json", "jsonl")
    if _JSON_START.match(text):
        return True
    is_named = path.suffix.lower() in _JSON_NAMES
    return is_named and text.lstrip("\0\ufeff \t\r\n")[:1] in _JSON_SIGNS


def _with_tabs(options: ReadOptions, path: Path) -> ReadOptions:
    if options.format == "auto" and path.suffix.lower() == ".tsv":
        return ReadOptions("tsv", options.encoding, options.sheet, options.header_row)
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
