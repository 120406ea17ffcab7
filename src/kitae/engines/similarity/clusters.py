"""Union-find: rows that are linked, directly or over others, as one cluster."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class DisjointSets:
    """Rows 0 … n-1 in sets; the smallest row of a set stands for it."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, row: int) -> int:
        """The smallest row of this row's set."""
        root = row
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[row] != root:
            self._parent[row], row = root, self._parent[row]
        return root

    def union(self, left: int, right: int) -> int:
        """Make one set of two; returns what stands for it."""
        first, second = sorted((self.find(left), self.find(right)))
        self._parent[second] = first
        return first

    def labels(self) -> list[int]:
        """What stands for each row's set, in row order."""
        return [self.find(row) for row in range(len(self._parent))]


def cluster_labels(
    size: int, left: NDArray[np.int64] | Iterable[int], right: NDArray[np.int64] | Iterable[int]
) -> list[int]:
    """The smallest row of each row's cluster, given links between rows."""
    sets = DisjointSets(size)
    for one, other in zip(left, right, strict=True):
        sets.union(int(one), int(other))
    return sets.labels()
