"""Which side each group goes to: the lowest in a keyed hash, up to the wanted share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from kitae.engines.dataflow import Dataflow
from kitae.stages.split.config import SplitConfig
from kitae.stages.split.grouping import TEST, TRAIN, VALIDATION, Drop, Groups, find_groups
from kitae.stages.split.originals import NO_SIDE, Originals

TEST_SHARE = 0.2
VALIDATION_SHARE = 0.1
LARGE_GROUP = 5
"""A group of more than a fifth of the wanted rows is held out only when the others do not suffice: a
test set of few groups says little."""
MOST_OF_ALL = 3
"""No group of a third of all rows or more is held out."""


@dataclass(frozen=True)
class Decision:
    """Where each row goes.

    Attributes:
        sides: Place in `SIDES` per row; `NO_SIDE` for rows that leave.
        groups: Per row, the row whose content key names its group; -1 for rows that leave.
        drops: Row -> why it leaves.
        wanted: Held-out side -> rows that the shares ask for.
    """

    sides: NDArray[np.int8]
    groups: NDArray[np.int64]
    drops: Mapping[int, Drop]
    wanted: Mapping[int, int]


def decide(
    originals: Originals, config: SplitConfig, seed: int, flow: Dataflow | None = None
) -> Decision:
    """Give every row its side. Rows with a side in the journal or from their source keep it."""
    found = find_groups(originals, config.near_similarity, flow)
    names = _naming_rows(originals, found.labels)
    wanted = wanted_rows(originals, found, config)
    free = _Free.of(originals, found, names, seed)
    sides = found.sides.copy()
    of_row = np.full(len(originals), NO_SIDE, np.int8)
    for side in (TEST, VALIDATION):
        undeclared = int(np.sum((found.sides == side) & (originals.declared == NO_SIDE)))
        for group in free.take(wanted[side] - undeclared, wanted[side], undeclared):
            of_row[group] = side
    kept = found.labels >= 0
    chosen = of_row[np.where(kept, found.labels, 0)]
    sides = np.where(sides == NO_SIDE, np.where(chosen == NO_SIDE, TRAIN, chosen), sides)
    return Decision(np.where(kept, sides, NO_SIDE).astype(np.int8), names, found.drops, wanted)


def wanted_rows(originals: Originals, found: Groups, config: SplitConfig) -> dict[int, int]:
    """Rows to hold out of those without a declared side; a share is rounded up."""
    rows = int(np.sum((found.labels >= 0) & (originals.declared == NO_SIDE)))
    declared = set(originals.declared.tolist())
    test = _share(config.test_share, TEST_SHARE, is_declared=TEST in declared)
    validation = _share(
        config.validation_share, VALIDATION_SHARE, is_declared=VALIDATION in declared
    )
    return {
        TEST: min(math.ceil(test * rows - 1e-9), config.max_test_rows),
        VALIDATION: min(math.ceil(validation * rows - 1e-9), config.max_validation_rows),
    }


def keyed_hash(keys: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """A hash of each key that depends on the seed, evenly spread over 64 bits."""
    salt = int.from_bytes(blake2b(str(seed).encode(), digest_size=8).digest(), "big")
    values = keys ^ np.uint64(salt)
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        values = (values ^ (values >> np.uint64(33))) * np.uint64(factor)
    return values ^ (values >> np.uint64(33))


def _share(asked: float | None, usual: float, *, is_declared: bool) -> float:
    if asked is not None:
        return asked
    return 0.0 if is_declared else usual


def _naming_rows(originals: Originals, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row that stays, the row with the lowest content key of its group."""
    rows = np.flatnonzero(labels >= 0)
    order = rows[np.lexsort((rows, originals.keys[rows], labels[rows]))]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = labels[order][1:] != labels[order][:-1]
    lowest = np.full(len(originals), -1, np.int64)
    firsts = order[is_first]
    lowest[labels[firsts]] = firsts
    names = np.full(len(originals), -1, np.int64)
    names[rows] = lowest[labels[rows]]
    return names


@dataclass
class _Free:
    """The groups without a side, in the order of their keyed hash, with their sizes."""

    labels: list[int]
    sizes: list[int]
    all_rows: int

    @classmethod
    def of(cls, originals: Originals, found: Groups, names: NDArray[np.int64], seed: int) -> _Free:
        rows = np.flatnonzero((found.labels >= 0) & (found.sides == NO_SIDE))
        labels, sizes = np.unique(found.labels[rows], return_counts=True)
        keys = originals.keys[names[labels]]
        order = np.lexsort((keys, keyed_hash(keys, seed)))
        all_rows = int(np.sum(found.labels >= 0))
        return cls(labels[order].tolist(), sizes[order].tolist(), all_rows)

    def take(self, missing: int, wanted: int, already: int) -> list[int]:
        """Take groups out until as many rows as are missing are reached as nearly as possible."""
        chosen = self._chosen(missing)
        if not already and not chosen and wanted:
            chosen = self._smallest()
        gone = set(chosen)
        found = [self.labels[place] for place in chosen]
        self.sizes = [n for place, n in enumerate(self.sizes) if place not in gone]
        self.labels = [n for place, n in enumerate(self.labels) if place not in gone]
        return found

    def _chosen(self, missing: int) -> list[int]:
        chosen: dict[int, None] = {}
        left = missing
        for most in (max(1, missing // LARGE_GROUP), self.all_rows // MOST_OF_ALL):
            for place, size in enumerate(self.sizes):
                if left <= 0:
                    break
                if size <= most and size < 2 * left and place not in chosen:
                    chosen[place] = None
                    left -= size
            if 2 * left <= missing:
                break
        return list(chosen)

    def _smallest(self) -> list[int]:
        """One group, the smallest, where none came near the wanted number."""
        if len(self.sizes) < MOST_OF_ALL:
            return []
        smallest = min(range(len(self.sizes)), key=lambda place: self.sizes[place])
        return [smallest] if self.sizes[smallest] * MOST_OF_ALL <= self.all_rows else []
