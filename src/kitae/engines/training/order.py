"""Which rows go into which step: a pure function of seed and step, so that a resumed run needs no position."""

from __future__ import annotations

import random
from functools import lru_cache

from kitae.core.hashing import digest


def step_rows(step: int, rows: int, batch: int, seed: int) -> list[int]:
    """Indices of the rows of one step: exactly `batch` of them.

    Every epoch is a new permutation of all rows; batches run on across the border of epochs, so no row is seen
    less often than another by more than one.

    Args:
        step: Counted from 1.
        rows: Rows in all.
        batch: Rows per step.
        seed: Of the permutations.
    """
    first = (step - 1) * batch
    return [
        _permutation(place // rows, rows, seed)[place % rows]
        for place in range(first, first + batch)
    ]


@lru_cache(maxsize=4)
def _permutation(epoch: int, rows: int, seed: int) -> list[int]:
    order = list(range(rows))
    random.Random(digest(["order", seed, epoch])).shuffle(order)
    return order
