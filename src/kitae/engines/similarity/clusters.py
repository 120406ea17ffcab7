"""Union-find: rows that are linked, directly or over others, as one cluster."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numba as nb
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
    size: int,
    links: Sequence[tuple[NDArray[np.int64] | Sequence[int], NDArray[np.int64] | Sequence[int]]],
) -> NDArray[np.int64]:
    """The smallest row of each row's cluster, given batches of links (left rows, right rows)."""
    parents = np.arange(size, dtype=np.int64)
    for left, right in links:
        _unite(parents, np.asarray(left, np.int64), np.asarray(right, np.int64))
    _flatten(parents)
    return parents


def links_of_codes(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A link from each row with a code (0 or more) to the first row that has it."""
    rows = np.flatnonzero(codes >= 0)
    _, first, inverse = np.unique(codes[rows], return_index=True, return_inverse=True)
    return rows[first][inverse], rows


def codes_of(keys: NDArray[np.uint64], takes_part: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Equal keys as equal small numbers, -1 for rows that take no part."""
    codes = np.full(len(keys), -1, np.int64)
    codes[takes_part] = np.unique(keys[takes_part], return_inverse=True)[1]
    return codes


def text_codes(texts: Iterable[str]) -> NDArray[np.int64]:
    """Equal texts as equal small numbers; empty ones as -1."""
    known: dict[str, int] = {"": -1}
    return np.array([known.setdefault(text, len(known) - 1) for text in texts], np.int64)


@nb.njit
def _find(parents: Any, row: Any) -> Any:  # noqa: ANN401
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


@nb.njit(cache=True, nogil=True)
def _unite(parents: Any, left: Any, right: Any) -> None:  # noqa: ANN401
    for i in range(left.shape[0]):
        one, other = _find(parents, left[i]), _find(parents, right[i])
        if one < other:
            parents[other] = one
        elif other < one:
            parents[one] = other


@nb.njit(cache=True, nogil=True)
def _flatten(parents: Any) -> None:  # noqa: ANN401
    for row in range(parents.shape[0]):
        parents[row] = _find(parents, row)
