"""Whether a file is JSONL in UTF-8, so that it can be read without being in memory as a whole."""

from __future__ import annotations

import mmap
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kitae.engines.reading.encodings import utf8_name
from kitae.engines.reading.files import check_file, refuse_binary
from kitae.engines.reading.json_lines import (
    BLOCK_BYTES,
    HEAD_BYTES,
    JsonLines,
    count_objects,
    is_lines,
    is_valid_utf8,
)
from kitae.engines.reading.rows import BytePlaces, FileBytes, Findings, ReadOptions

SMALLEST = 2**18
"""Bytes; smaller files are read as a whole."""
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class LineFile:
    """A file of lines, open to be read.

    Attributes:
        lines: Its rows.
        encoding: `utf-8` or `utf-8-sig`.
        places: Where positions are.
        findings: What is mended or refused while it is read.
    """

    lines: JsonLines
    encoding: str
    places: BytePlaces
    findings: Findings


@contextmanager
def open_lines(path: Path, options: ReadOptions, source: str) -> Generator[LineFile | None]:
    """The file as lines while it is open; None where it has to be read as a whole.

    Raises:
        NotFoundError: There is no such file.
        ResourceError: It may not be read.
        DataError: It is binary.
    """
    check_file(path)
    if options.format not in ("auto", "jsonl", "json") or options.encoding is not None:
        yield None
        return
    with path.open("rb") as stream:
        encoding = _line_encoding(stream, path)
        if encoding is None:
            yield None
            return
        mark_bytes = len(_MARK) if encoding == "utf-8-sig" else 0
        stream.seek(mark_bytes)
        places = BytePlaces(FileBytes(stream.fileno(), mark_bytes), mark_bytes)
        findings = Findings(source, places)
        yield LineFile(JsonLines(stream, findings, places), encoding, places, findings)


def _line_encoding(stream: BinaryIO, path: Path) -> str | None:
    """The encoding of a file of lines; None for any other file."""
    head = stream.read(HEAD_BYTES)
    body = head.removeprefix(_MARK)
    is_object = body.lstrip(b" \t\r\n")[:1] == b"{"
    if len(head) < SMALLEST or not is_object or not is_lines(body) or count_objects(body) < 2:
        return None
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        encoding = utf8_name(data, is_valid=_is_utf8(stream))
    if encoding is not None:
        refuse_binary(head, path, is_wide=False)
    return encoding


def _is_utf8(stream: BinaryIO) -> bool:
    """Whether all of a file can be decoded."""
    stream.seek(0)
    rest = b""
    while piece := stream.read(max(BLOCK_BYTES, len(rest))):
        cut = piece.rfind(b"\n") + 1
        if cut and not is_valid_utf8(rest + piece[:cut]):
            return False
        rest = piece[cut:] if cut else rest + piece
    return is_valid_utf8(rest)
