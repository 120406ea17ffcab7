"""Which vectors lie near each other: block by block, so that memory does not grow with their number.

Up to `EXACT_ROWS` vectors are compared all with all. More are first sorted into cells, each vector into
those of its nearest pivots, and compared within a cell: the work then grows in proportion to their number.
The pivots are vectors chosen by content, so the order of the rows changes nothing. What comes out is
verified by the exact cosine.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Pairs = tuple[Rows, Rows]

EXACT_ROWS = 32_768
CELLS = 64
"""Cells per `EXACT_ROWS` rows: one for 512 rows, of which each holds `PROBES` times as many."""
PROBES = 6
BLOCK_ROWS, BLOCK_COLUMNS = 1_024, 4_096
ROUNDING = 1e-4
"""A product of float32 matrices differs by less than this from the exact cosine."""


def partitions(*keys: NDArray[np.uint64] | NDArray[np.int64]) -> Iterator[Rows]:
    """The sets of two rows or more that are equal in every key; the rows of each rise."""
    order = np.lexsort(keys)
    changes = np.zeros(len(order), np.bool_)
    for key in keys:
        changes[1:] |= key[order][1:] != key[order][:-1]
    starts = np.r_[0, np.flatnonzero(changes), len(order)]
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        if end - start > 1:
            yield np.sort(order[start:end])


def near_pairs(
    vectors: Vectors, identity: NDArray[np.uint64], threshold: float, exact_rows: int = EXACT_ROWS
) -> Iterator[Pairs]:
    """Pairs of vectors whose cosine is at least the threshold, in batches.

    Args:
        vectors: Of length 1, or nothing (these are near to none).
        identity: A hash of what each vector stands for; decides which ones become pivots.
        threshold: Of the cosine.
        exact_rows: Up to so many are compared all with all; beyond that a pair may come more than once.

    Yields:
        (left, right) with `left < right`.
    """
    rows = np.flatnonzero(vectors.any(axis=1))
    if len(rows) <= exact_rows:
        yield from _within(vectors, rows, threshold)
        return
    number = max(PROBES, CELLS * len(rows) // exact_rows)
    for cell in _cells(vectors, rows, identity, number):
        yield from _within(vectors, cell, threshold)


def true_cosines(vectors: Vectors, left: Rows, right: Rows) -> NDArray[np.float64]:
    """The cosines of pairs, the same on every machine and in any order."""
    found = np.empty(len(left), np.float64)
    for start in range(0, len(left), BLOCK_COLUMNS):
        part = slice(start, start + BLOCK_COLUMNS)
        one, other = (vectors[rows[part]].astype(np.float64) for rows in (left, right))
        found[part] = np.einsum("ij,ij->i", one, other, optimize=False)
    return found


def _within(vectors: Vectors, rows: Rows, threshold: float) -> Iterator[Pairs]:
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        mine = vectors[block]
        for first in range(start, len(rows), BLOCK_COLUMNS):
            others = rows[first : first + BLOCK_COLUMNS]
            cosines = mine @ vectors[others].T
            one, other = np.nonzero(cosines >= threshold - ROUNDING)
            left, right = block[one], others[other]
            later = left < right
            left, right = left[later], right[later]
            if len(left):
                is_near = true_cosines(vectors, left, right) >= threshold
                yield left[is_near], right[is_near]


def _cells(
    vectors: Vectors, rows: Rows, identity: NDArray[np.uint64], number: int
) -> Iterator[Rows]:
    """The rows around each of so many pivots; every row lies in `PROBES` cells."""
    by_content = rows[np.argsort(identity[rows], kind="stable")]
    _, distinct = np.unique(identity[by_content], return_index=True)
    pivots = vectors[by_content[np.sort(distinct)[:number]]]
    probes = min(PROBES, len(pivots))
    nearest = np.empty((len(rows), probes), np.int32)
    for start in range(0, len(rows), BLOCK_COLUMNS):
        cosines = vectors[rows[start : start + BLOCK_COLUMNS]] @ pivots.T
        best = np.argpartition(-cosines, probes - 1, axis=1)[:, :probes]
        nearest[start : start + BLOCK_COLUMNS] = best
    order = np.argsort(nearest.ravel(), kind="stable")
    _, starts = np.unique(nearest.ravel()[order], return_index=True)
    ends = np.r_[starts[1:], len(order)]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield np.sort(rows[order[start:end] // probes])
