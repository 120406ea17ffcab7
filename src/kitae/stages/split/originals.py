"""The originals as `split` looks at them: columns instead of rows."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.records.columns import codes, strings
from kitae.records.example import SIDES

NO_SIDE = -1
_DIGITS = 16


@dataclass(frozen=True)
class Originals:
    """All originals.

    Attributes:
        table: The rows.
        ids: Id of each row.
        keys: A number per row that stands for its content: equal rows have equal ones.
        declared: Place in `SIDES` of the side that the source declares; `NO_SIDE` without one.
        journaled: Place in `SIDES` of the side that the journal knows; `NO_SIDE` without one.
    """

    table: pa.Table
    ids: list[str]
    keys: NDArray[np.uint64]
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


def read_originals(table: pa.Table, known: KnownSides) -> Originals:
    """The rows of `collect` with what is known about their sides."""
    ids = strings(table, "id")
    keys = key_numbers([content_key(row_id) for row_id in ids])
    number_of: dict[str, int] = {"": NO_SIDE, **{side: i for i, side in enumerate(SIDES)}}
    places, sides = codes(table, "side")
    declared = np.array([number_of[side] for side in sides] or [NO_SIDE], np.int8)[places]
    return Originals(table, ids, keys, declared, known.of(keys))


def content_key(row_id: str) -> str:
    """The row's content id without the number that tells equal rows apart."""
    return row_id.split("-", 1)[0]


def key_numbers(keys: list[str]) -> NDArray[np.uint64]:
    """Content keys as numbers: their 16 hex digits, or a hash of a key that is something else."""
    raw = "".join(keys).encode()
    if len(raw) != _DIGITS * len(keys) or any(len(key) != _DIGITS for key in keys):
        return np.array([_hashed(key) for key in keys], np.uint64)
    digits = np.frombuffer(raw, np.uint8).reshape(-1, _DIGITS).astype(np.int16)
    values = np.where(digits >= ord("a"), digits - ord("a") + 10, digits - ord("0"))
    if len(values) and (values.min() < 0 or values.max() > 15):
        return np.array([_hashed(key) for key in keys], np.uint64)
    found = np.zeros(len(keys), np.uint64)
    for column in values.T:
        found = (found << np.uint64(4)) | column.astype(np.uint64)
    return found


def _hashed(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
