"""Writing a body from the network into a part file that a later try can continue."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

NOTHING_THERE = 416
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class ShortBodyError(Exception):
    """The body ended before it was whole."""


@dataclass(frozen=True)
class Body:
    """A body that is about to be read.

    Attributes:
        status: 200 for the whole, 206 for the rest, 416 where there is nothing after the first byte.
        headers: By lower-case name.
        chunks: The bytes.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterable[bytes]


Open = Callable[[int], AbstractContextManager[Body]]
"""Asks for the body from a first byte on."""


def continue_into(
    part: Path, open_body: Open, on_bytes: Callable[[int], None], largest_bytes: int | None
) -> None:
    """Bring a part file to its whole length.

    Args:
        part: What is there already of it; made when missing.
        open_body: Asks for the body from a first byte on; a server may send the whole instead.
        on_bytes: Is told of bytes that came; of a negative number where the file starts again.
        largest_bytes: More than this is never written; None where no size is announced.

    Raises:
        ShortBodyError: The body ended too early, or is larger than announced.
    """
    start = part.stat().st_size if part.exists() else 0
    if largest_bytes is not None and start > largest_bytes:
        part.unlink()
        start = 0
    if start and start == largest_bytes:
        on_bytes(start)
        return
    with open_body(start) as body:
        if body.status == NOTHING_THERE:
            part.unlink(missing_ok=True)
            raise ShortBodyError(f"there is nothing from byte {start:,} on: starting again")
        first, total = _extent(body, start)
        if first != start and first != 0:
            part.unlink(missing_ok=True)
            raise ShortBodyError(f"asked from byte {start}, answered from byte {first}")
        on_bytes(first)
        written = _write(part, body.chunks, on_bytes, first, largest_bytes)
    if total is not None and written != total:
        raise ShortBodyError(f"{written:,} of {total:,} bytes came")


def _write(
    part: Path,
    chunks: Iterable[bytes],
    on_bytes: Callable[[int], None],
    first: int,
    largest_bytes: int | None,
) -> int:
    part.parent.mkdir(parents=True, exist_ok=True)
    written = first
    with part.open("ab" if first else "wb") as stream:
        for chunk in chunks:
            written += len(chunk)
            if largest_bytes is not None and written > largest_bytes:
                stream.truncate(0)
                raise ShortBodyError(f"more than the announced {largest_bytes:,} bytes came")
            stream.write(chunk)
            on_bytes(len(chunk))
    return written


def _extent(body: Body, start: int) -> tuple[int, int | None]:
    """(first byte of the body, length of the whole where it is told)."""
    told = _RANGE.fullmatch(body.headers.get("content-range", ""))
    if body.status == 206 and told:
        total = told.group(2)
        return int(told.group(1)), None if total == "*" else int(total)
    if body.status == 206:
        return start, None
    is_plain = body.headers.get("content-encoding", "identity") == "identity"
    length = body.headers.get("content-length", "")
    return 0, int(length) if is_plain and length.isdigit() else None
