"""The flow of this process: in line, or on threads. Our kernels and Arrow let other threads run meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from kitae.engines.dataflow.flow import (
    AHEAD_PER_WORKER,
    P,
    R,
    brought_together,
    divided,
    guarded,
    in_order,
)


class LocalFlow:
    """Works in this process; with one worker there are no threads at all, nor for a single part."""

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._pool: ThreadPoolExecutor | None = None

    @property
    def workers(self) -> int:
        """Threads that work at the same time."""
        return self._workers

    @property
    def shares_memory(self) -> bool:
        """It does: all threads are of this process."""
        return True

    def map(self, work: Callable[[P], R], parts: Iterable[P]) -> Iterator[R]:
        """The result for each part, in the order of the parts."""
        source: Iterator[Any] = guarded(parts)
        first = tuple(islice(source, 1 if self._workers == 1 else 2))
        source = chain(first, source)
        if self._workers == 1 or len(first) == 1:
            yield from in_order(source, _itself, work, 1)
        else:
            yield from self._on_threads(work, source)

    def shuffle(
        self,
        parts: Iterable[P],
        keyed: Callable[[P], pa.Table],
        reduce: Callable[[pa.Table], pa.Table],
        partitions: int,
    ) -> Iterator[pa.Table]:
        """The result for each partition, in their order; all keyed rows are in memory meanwhile."""
        pieces = list(self.map(partial(_divided, keyed, partitions), parts))
        yield from self.map(partial(_reduced, reduce), zip(*pieces, strict=True))

    def close(self) -> None:
        """Give up what nobody waits for any more; what is under way ends first."""
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _on_threads(self, work: Callable[[P], R], parts: Iterator[P]) -> Iterator[R]:
        pool = self._pool = self._pool or ThreadPoolExecutor(self._workers, "kitae-flow")
        begun: set[Future[Any]] = set()

        def start(part: P) -> Future[R]:
            future = pool.submit(work, part)
            begun.add(future)
            return future

        def finish(future: Future[R]) -> R:
            begun.discard(future)
            return future.result()

        try:
            yield from in_order(parts, start, finish, AHEAD_PER_WORKER * self._workers)
        finally:
            for future in begun:
                future.cancel()


def _itself(part: P) -> P:
    return part


def _divided(keyed: Callable[[P], pa.Table], partitions: int, part: P) -> list[pa.Table]:
    return divided(keyed(part), partitions)


def _reduced(reduce: Callable[[pa.Table], pa.Table], pieces: tuple[pa.Table, ...]) -> pa.Table:
    return reduce(brought_together(pieces))
