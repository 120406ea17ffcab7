"""The join: all pairs of sets above a Jaccard similarity, none missed, none estimated.

Batch in, arrays out: another kernel (compiled, or on a cluster) can stand in its place.
Candidates come from an inverted index over the rarest shingles of each set (prefix filter: two sets with
similarity t share one of their rarest `n - ceil(t * n) + 1`); each candidate is then counted exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kitae.engines.similarity.shingles import Shingles

BATCH = 200_000
"""Candidates counted at once; bounds memory."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows, `left < right`, sorted by left, then right, with their similarity."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    jaccard: NDArray[np.float64]

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """The pairs that a mask keeps."""
        return Pairs(self.left[keep], self.right[keep], self.jaccard[keep])


def near_pairs(sets: Shingles, threshold: float, least_size: int = 1) -> Pairs:
    """All pairs of sets whose Jaccard similarity is at least the threshold.

    Args:
        sets: Shingle sets of a batch.
        threshold: In (0, 1].
        least_size: Smaller sets take no part.
    """
    sizes = sets.sizes
    takes_part = sizes >= max(least_size, 1)
    left, right = _candidates(sets, threshold, takes_part)
    fits = np.minimum(sizes[left], sizes[right]) >= threshold * np.maximum(
        sizes[left], sizes[right]
    )
    left, right = left[fits], right[fits]
    measured = jaccards(sets, left, right)
    keep = measured >= threshold - 1e-12
    return Pairs(left[keep], right[keep], measured[keep])


def jaccards(
    sets: Shingles, left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The exact Jaccard similarity of each pair of rows; two empty sets have 0."""
    from scipy.sparse import csr_matrix

    vocabulary, columns = np.unique(sets.values, return_inverse=True)
    matrix = csr_matrix(
        (np.ones(len(columns), np.int32), columns, sets.offsets),
        shape=(len(sets.sizes), max(len(vocabulary), 1)),
    )
    shared = np.zeros(len(left), np.int64)
    for start in range(0, len(left), BATCH):
        part = slice(start, start + BATCH)
        both = matrix[left[part]].multiply(matrix[right[part]])
        shared[part] = np.asarray(both.sum(axis=1)).ravel()
    union = sets.sizes[left] + sets.sizes[right] - shared
    return np.divide(shared, union, out=np.zeros(len(left)), where=union > 0)


def _candidates(
    sets: Shingles, threshold: float, takes_part: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    sizes = sets.sizes
    row = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    keep = takes_part[row]
    row, value = row[keep], sets.values[keep]
    if not len(row):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    _, word, counts = np.unique(value, return_inverse=True, return_counts=True)
    order = np.lexsort((word, counts[word], row))
    row, word = row[order], word[order]
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    rank = np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)]))
    prefix = sizes[row] - np.ceil(threshold * sizes[row] - 1e-9).astype(np.int64) + 1
    is_indexed = (rank < prefix) & (counts[word] > 1)
    return _pairs_within(row[is_indexed], word[is_indexed], len(sizes))


def _pairs_within(
    row: NDArray[np.int64], word: NDArray[np.intp], num_rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All distinct pairs of rows that share a word."""
    order = np.lexsort((row, word))
    row, word = row[order], word[order]
    starts = np.flatnonzero(np.r_[True, word[1:] != word[:-1]]) if len(word) else np.zeros(0, int)
    lengths = np.diff(np.r_[starts, len(word)])
    codes = np.zeros(0, np.int64)
    pending: list[NDArray[np.int64]] = []
    waiting = 0
    for length in np.unique(lengths[lengths > 1]):
        lists = row[starts[lengths == length][:, None] + np.arange(length)]
        first, second = np.triu_indices(int(length), 1)
        pending.append((lists[:, first] * num_rows + lists[:, second]).ravel())
        waiting += len(pending[-1])
        if waiting > 10 * BATCH:
            codes, pending, waiting = np.unique(np.concatenate([codes, *pending])), [], 0
    codes = np.unique(np.concatenate([codes, *pending]))
    return codes // num_rows, codes % num_rows
