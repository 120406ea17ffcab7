"""Names of rows that follow from their content, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.hash_places import HashPlaces
from kitae.engines.texts.json_text import Run, json_pieces
from kitae.records.example import content_part

_DIGITS = 16
_MOST_ROWS = 512
"""At a time, so that what is written is still in the caches when it is hashed."""


def content_keys(texts: Sequence[TextColumn]) -> NDArray[np.uint64]:
    """The content id of rows without earlier rounds, as a number: see `records.example.content_ids`.

    Args:
        texts: Columns of instructions, inputs, outputs and system texts.
    """
    rows = np.arange(len(texts[0]))
    slices = (rows[start : start + _MOST_ROWS] for start in range(0, len(rows), _MOST_ROWS))
    digests: list[bytes] = []
    rest = b""
    for piece in json_pieces(_lines(texts, some) for some in slices):
        *lines, rest = (rest + bytes(piece)).split(b"\n")
        digests += [sha256(line).digest()[:8] for line in lines]
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


def key_texts(keys: NDArray[np.uint64]) -> TextColumn:
    """Keys as 16 hex digits each."""
    data = np.empty(16 * len(keys), np.uint8)
    _write_hex(keys, data)
    return TextColumn(data, np.arange(0, 16 * len(keys) + 1, 16, dtype=np.int64))


def keys_of(ids: TextColumn) -> tuple[NDArray[np.uint64], bool]:
    """A number for the content that each id stands for, and whether they all are what the ids show.

    That is 16 hex digits; for ids that are something else it is a hash.
    """
    keys, is_plain = _hex_keys(ids.data, ids.offsets)
    odd: list[int] = np.flatnonzero(~is_plain).tolist()
    for row in odd:
        raw = blake2b(content_part(ids[row]).encode(), digest_size=8).digest()
        keys[row] = int.from_bytes(raw, "big")
    return keys, not odd


def key_of(content_id: str) -> int:
    """A content id as a number."""
    return int(content_id[:16], 16)


def _lines(texts: Sequence[TextColumn], rows: NDArray[np.int64]) -> list[Run]:
    starts = (b'["', b'","', b'","', b'","')
    parts = (*zip(starts, texts, strict=True), (b'",[]]\n', None))
    return [Run(parts, rows - rows[0], rows)]


class RowIds:
    """Gives rows their ids: that of the content, and `-N` for the N-th row of equal content."""

    def __init__(self) -> None:
        self._contents = HashPlaces()
        self._times = np.zeros(0, np.int64)

    def give(self, keys: NDArray[np.uint64]) -> TextColumn:
        """The ids of the next rows.

        Args:
            keys: Of their contents.
        """
        places, _ = self._contents.enter(keys)
        missing = len(self._contents) - len(self._times)
        if missing > 0:
            self._times = np.concatenate(
                [self._times, np.zeros(len(self._times) + missing, np.int64)]
            )
        times = _counted(places, self._times)
        ids = key_texts(keys)
        again: list[int] = np.flatnonzero(times > 1).tolist()
        return ids.replaced({row: f"{ids[row]}-{times[row]}" for row in again})


@nb.njit(cache=True, nogil=True)
def _counted(places: Any, times: Any) -> Any:  # noqa: ANN401
    """How often each place was met by then, this time included; `times` goes on counting."""
    found = np.empty(places.shape[0], np.int64)
    for i in range(places.shape[0]):
        times[places[i]] += 1
        found[i] = times[places[i]]
    return found


@nb.njit(cache=True, nogil=True)
def _write_hex(keys: Any, data: Any) -> None:  # noqa: ANN401
    for row in range(keys.shape[0]):
        for i in range(16):
            digit = (keys[row] >> np.uint64(60 - 4 * i)) & np.uint64(15)
            data[16 * row + i] = digit + (np.uint64(48) if digit < 10 else np.uint64(87))


@nb.njit(cache=True, nogil=True)
def _hex_keys(data: Any, offsets: Any) -> Any:  # noqa: ANN401
    """(the number of 16 hex digits, whether there are just so many before the end or a hyphen)."""
    keys = np.zeros(offsets.shape[0] - 1, np.uint64)
    is_plain = np.zeros(keys.shape[0], np.bool_)
    for row in range(keys.shape[0]):
        place, end = offsets[row], offsets[row + 1]
        stop = place + _DIGITS
        if end < stop or (end > stop and data[stop] != 45):
            continue
        is_hex = True
        for i in range(place, stop):
            sign = data[i]
            if 48 <= sign <= 57:
                digit = sign - 48
            elif 97 <= sign <= 102:
                digit = sign - 87
            else:
                is_hex = False
                break
            keys[row] = (keys[row] << np.uint64(4)) | np.uint64(digit)
        is_plain[row] = is_hex
    return keys, is_plain
