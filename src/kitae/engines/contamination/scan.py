"""The material, read once: where it has a passage of the benchmark, and how many of its rows have each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.contamination.index import (
    Index,
    first_of_passage,
    is_in,
    next_trigram,
    passage_hash,
    place_in,
    trigram_hash,
    whole_hash,
)
from kitae.engines.contamination.rough import read_keys, room_for, rough_table
from kitae.engines.contamination.settings import Settings
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import plain_characters

_U64 = np.uint64
_BATCH = 1 << 18
"""Hits taken at a time."""


@dataclass(frozen=True)
class Hits:
    """Places where the material has a passage of the benchmark.

    Attributes:
        row: Row of the material.
        passage: Place among the index's hashes.
        byte: Byte of the text (in normal form, if it needs it) where the passage's last word starts.
    """

    row: NDArray[np.int64]
    passage: NDArray[np.int64]
    byte: NDArray[np.int64]


@dataclass
class Scan:
    """Counts the rows that have each passage while the material goes by.

    Attributes:
        index: The benchmark.
        settings: What counts.
        most: Hits of a passage are kept up to this number of rows; beyond it is a form.
    """

    index: Index
    settings: Settings
    most: int
    _seen: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self._seen = np.zeros((len(self.index.hashes), 2), np.int64)
        self._seen[:, 1] = -1

    @property
    def times(self) -> NDArray[np.int64]:
        """Rows of the material that have each passage."""
        return self._seen[:, 0]

    @property
    def is_common(self) -> NDArray[np.bool_]:
        """Whether a passage is a form: too many rows here or there have it."""
        return self.index.is_common | (~self.index.is_whole & (self.times > self.most))

    def read(self, column: TextColumn) -> Hits:
        """The hits of a column, by rising row where the text needs no normal form, then the others."""
        rows = np.arange(len(column))
        needs_form = np.zeros(len(column), np.bool_)
        found = self._read(column, rows, needs_form)
        late = np.flatnonzero(needs_form)
        if len(late):
            plain = TextColumn.from_texts([plain_characters(text) for text in column.texts(late)])
            found += self._read(plain, late, None)
        row, passage, byte = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Hits(row, passage, byte)

    def _read(
        self, column: TextColumn, rows: NDArray[np.int64], needs_form: NDArray[np.bool_] | None
    ) -> list[tuple[NDArray[np.int64], ...]]:
        longest = room_for(int(column.sizes.max(initial=0)))
        room = max(_BATCH, 2 * longest)
        hits = tuple(np.empty(room, np.int64) for _ in range(3))
        buffers = np.empty(longest, np.uint64), np.empty(longest, np.int64)
        is_form_needed = np.zeros(len(rows), np.bool_) if needs_form is None else needs_form
        texts = (column.data, column.offsets, rows, is_form_needed)
        index, settings = self.index, self.settings
        weights = (*settings.weights, settings.seed)
        shift = np.uint64(64 - (8 * len(index.sieve) - 1).bit_length())
        known = (index.sieve, shift, index.table)
        counts = (self._seen, index.is_whole, self.most)
        table = rough_table(is_plain=needs_form is None)
        found: list[tuple[NDArray[np.int64], ...]] = []
        start = 0
        while start < len(rows):
            start, number = _scan(start, texts, (table, *buffers), (known, weights), (counts, hits))
            found.append(tuple(part[:number].copy() for part in hits))
        return found or [tuple(np.zeros(0, np.int64) for _ in range(3))]


@nb.njit(cache=True, nogil=True)
def _scan(start: Any, texts: Any, reading: Any, looked_for: Any, found: Any) -> Any:  # noqa: ANN401
    """Read rows until the room for hits may not be enough; gives (next row, hits)."""
    data, offsets, rows, needs_form = texts
    table, keys, starts = reading
    counts, hits = found
    written = 0
    for row in range(start, rows.shape[0]):
        if written + keys.shape[0] >= hits[0].shape[0]:
            return row, written
        number = read_keys((data, offsets[row], offsets[row + 1]), table, keys, starts)
        if number <= 0:
            needs_form[row] = number < 0
            continue
        first = written
        written = _look_up(keys[:number], looked_for, (starts, hits[1], hits[2]), written)
        kept = first
        for i in range(first, written):
            if _counted(hits[1][i], rows[row], counts):
                hits[0][kept] = rows[row]
                hits[1][kept] = hits[1][i]
                hits[2][kept] = hits[2][i] - offsets[row]
                kept += 1
        written = kept
    return rows.shape[0], written


@nb.njit
def _counted(passage: Any, row: Any, counts: Any) -> Any:  # noqa: ANN401
    """Count a row for a passage, once; gives whether the hit is kept."""
    seen, is_whole, most = counts
    if seen[passage, 1] != row:
        seen[passage, 1] = row
        seen[passage, 0] += 1
    return seen[passage, 0] <= most or is_whole[passage]


@nb.njit
def _look_up(keys: Any, looked_for: Any, hits: Any, written: Any) -> Any:  # noqa: ANN401
    """Note the passages of one text, and the text itself; gives the number of hits written."""
    (sieve, shift, table), weights = looked_for
    starts, passages, places = hits
    state, total = _U64(0), _U64(0)
    run = 0
    enough = 2 if weights[2] > 3 * max(weights[0], weights[1]) else 1
    for i in range(keys.shape[0]):
        state = next_trigram(state, keys[i])
        keys[i] = state
        value = trigram_hash(state)
        total += value
        run = (run + 1) * np.int64(is_in(sieve, shift, value))
        if run < enough:
            continue
        first = first_of_passage(keys, i, weights)
        if first < 0 or run < i - first - 1:
            continue
        found = place_in(sieve, shift, table, passage_hash(keys, first, i))
        if found >= 0:
            passages[written], places[written] = found, starts[i]
            written += 1
    found = place_in(sieve, shift, table, whole_hash(total, keys.shape[0]))
    if found >= 0:
        passages[written], places[written] = found, starts[0]
        written += 1
    return written
