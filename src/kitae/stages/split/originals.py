"""The originals as `split` looks at them: columns instead of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.row_ids import key_texts, keys_of
from kitae.records.columns import codes
from kitae.records.example import SIDES, content_part

NO_SIDE = -1


@dataclass(frozen=True)
class Originals:
    """All originals.

    Attributes:
        table: The rows.
        content_hash: Of the artifact that they are from.
        ids: Id of each row.
        keys: A number per row that stands for its content: equal rows have equal ones.
        are_plain: Whether each key is the number that its id shows.
        declared: Place in `SIDES` of the side that the source declares; `NO_SIDE` without one.
        journaled: Place in `SIDES` of the side that the journal knows; `NO_SIDE` without one.
    """

    table: pa.Table
    content_hash: str
    ids: TextColumn
    keys: NDArray[np.uint64]
    are_plain: bool
    declared: NDArray[np.int8]
    journaled: NDArray[np.int8]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.ids)

    @property
    def own(self) -> NDArray[np.int8]:
        """The side that each row has already, from its source or from the journal."""
        return np.where(self.declared != NO_SIDE, self.declared, self.journaled)


@dataclass(frozen=True)
class KnownSides:
    """The sides that the journal knows: content keys in rising order, and the side of each."""

    keys: NDArray[np.uint64]
    sides: NDArray[np.int8]

    def of(self, keys: NDArray[np.uint64]) -> NDArray[np.int8]:
        """The side of each key; `NO_SIDE` for unknown ones."""
        if not len(self.keys):
            return np.full(len(keys), NO_SIDE, np.int8)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.sides[place], NO_SIDE).astype(np.int8)


def read_originals(table: pa.Table, content_hash: str, known: KnownSides) -> Originals:
    """The rows of `collect` with what is known about their sides."""
    ids = TextColumn.from_arrow(table["id"])
    keys, are_plain = keys_of(ids)
    number_of: dict[str, int] = {"": NO_SIDE, **{side: i for i, side in enumerate(SIDES)}}
    places, sides = codes(table, "side")
    declared = np.array([number_of[side] for side in sides] or [NO_SIDE], np.int8)[places]
    return Originals(table, content_hash, ids, keys, are_plain, declared, known.of(keys))


def content_names(originals: Originals, rows: NDArray[np.int64]) -> TextColumn:
    """The content keys of some rows."""
    if originals.are_plain:
        return key_texts(originals.keys[rows])
    return TextColumn.from_texts([content_part(text) for text in originals.ids.texts(rows)])


def different_names(originals: Originals, rows: NDArray[np.int64]) -> list[str]:
    """The different content keys of some rows, sorted."""
    _, first = np.unique(originals.keys[rows], return_index=True)
    names = content_names(originals, rows[first])
    return sorted(names.texts(range(len(names))))


def key_numbers(keys: list[str]) -> NDArray[np.uint64]:
    """Content keys as numbers."""
    return keys_of(TextColumn.from_texts(keys))[0]
