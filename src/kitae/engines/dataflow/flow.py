"""What a stage says when it works on many rows: map, or shuffle and reduce. Where that happens is no business of its.

What is handed to a flow must be a function of a module, or a `functools.partial` of one with values that can
be pickled: a cluster's workers get it by name.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import pyarrow as pa

P = TypeVar("P")
R = TypeVar("R")
S = TypeVar("S")

PARTITION = "partition"
"""The column of a keyed table that says where each row goes: 0 … partitions - 1."""
AHEAD_PER_WORKER = 2
"""Parts that are begun per worker before the first result is taken: enough to keep it busy, few in memory."""


class Dataflow(Protocol):
    """Does the same work on many parts. The results never depend on where, nor on how many workers there are."""

    @property
    def workers(self) -> int:
        """How many parts are worked on at the same time; at least one."""
        ...

    @property
    def shares_memory(self) -> bool:
        """Whether what is handed to `work` costs nothing to hand over, however large it is."""
        ...

    def map(self, work: Callable[[P], R], parts: Iterable[P]) -> Iterator[R]:
        """The result for each part, in the order of the parts.

        Parts are taken from the iterable as they are needed, `AHEAD_PER_WORKER` per worker ahead of the results. What
        `work` raises comes out in its place, after the results of all parts before; the rest is given up.
        """
        ...

    def shuffle(
        self,
        parts: Iterable[P],
        keyed: Callable[[P], pa.Table],
        reduce: Callable[[pa.Table], pa.Table],
        partitions: int,
    ) -> Iterator[pa.Table]:
        """The result for each partition, in their order; nothing where there are no parts.

        Args:
            parts: As for `map`.
            keyed: Gives the rows of a part with an integer column `PARTITION`; all parts must have one schema.
            reduce: Sees all rows of one partition, those of earlier parts first and as `keyed` gave them. A
                partition without rows is a table without rows.
            partitions: How many there are, at least one.
        """
        ...


def in_order(
    parts: Iterable[P], start: Callable[[P], S], finish: Callable[[S], R], ahead: int
) -> Iterator[R]:
    """Start the work on each part, and finish in the same order; at most `ahead` parts are under way.

    What taking the next part raises comes out after the results of the parts before it.
    """
    under_way: deque[S] = deque()
    broken: _Broken | None = None
    for part in guarded(parts):
        if isinstance(part, _Broken):
            broken = part
            break
        under_way.append(start(part))
        if len(under_way) >= ahead:
            yield finish(under_way.popleft())
    while under_way:
        yield finish(under_way.popleft())
    if broken:
        raise broken.error


@dataclass(frozen=True)
class _Broken:
    """Stands for the part that could not be taken."""

    error: Exception


def guarded(parts: Iterable[P]) -> Iterator[P | _Broken]:
    """The parts; an error in taking one becomes a part that `in_order` raises in its place."""
    try:
        yield from parts
    except Exception as error:  # noqa: BLE001  kept for `in_order`
        yield _Broken(error)


def divided(table: pa.Table, partitions: int) -> list[pa.Table]:
    """The rows of each partition, in the order that they have in the table.

    Raises:
        ValueError: A row says a partition that is not there.
    """
    rows: Any = table
    places = np.asarray(rows[PARTITION].to_numpy(), np.int64)
    if len(places) and not (places.min() >= 0 and places.max() < partitions):
        raise ValueError(f"rows for partitions {places.min()} … {places.max()} of {partitions}")
    order = np.argsort(places, kind="stable")
    ends = np.searchsorted(places[order], np.arange(partitions + 1))
    sorted_rows = rows.take(pa.array(order)).combine_chunks()
    return [sorted_rows.slice(ends[i], ends[i + 1] - ends[i]) for i in range(partitions)]


def brought_together(pieces: Iterable[pa.Table]) -> pa.Table:
    """The pieces of one partition as one table without gaps, as `reduce` sees it on every backend."""
    return pa.concat_tables(list(pieces)).combine_chunks()
