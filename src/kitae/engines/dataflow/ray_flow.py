"""The flow of a Ray cluster: each part is a task; a task whose worker dies is done again elsewhere.

Tasks and objects of Ray rather than Ray Data: parts come lazily from this process, errors have to come out as they
are, and a shuffle of 100,000 rows takes a fourteenth of the time (docs/decisions/0011-dataflow.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.core.errors import ResourceError
from kitae.engines.dataflow.flow import AHEAD_PER_WORKER, P, R, brought_together, divided, in_order
from kitae.engines.dataflow.ray_cluster import Cluster

MOST_DEATHS = 5
"""A task whose workers die more often than this is given up."""


class RayFlow:
    """Works on a Ray cluster, which is started or connected to at the first use."""

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """Nothing happens yet.

        Args:
            address: Of a running cluster, e.g. `ray://10.0.0.5:10001`; None starts one on this machine.
            workers: Parts that are worked on at the same time; None takes the CPUs of a running cluster, and one on
                this machine.
        """
        self._address = address
        self._wanted = workers
        self._cluster: Cluster | None = None

    @property
    def workers(self) -> int:
        """Tasks that run at the same time."""
        return self._wanted or (self._connected.cpus if self._address else 1)

    @property
    def shares_memory(self) -> bool:
        """It does not: workers may be on other machines."""
        return False

    def map(self, work: Callable[[P], R], parts: Iterable[P]) -> Iterator[R]:
        """The result for each part, in the order of the parts."""
        task = self._tasks.work
        shared = self._put(work)
        yield from self._in_order(parts, lambda part: task.remote(shared, part))

    def shuffle(
        self,
        parts: Iterable[P],
        keyed: Callable[[P], pa.Table],
        reduce: Callable[[pa.Table], pa.Table],
        partitions: int,
    ) -> Iterator[pa.Table]:
        """The result for each partition, in their order; the rows between stay with the workers."""
        task = self._tasks.divide.options(num_returns=partitions + 1)
        shared = self._put(keyed)
        sizes: list[NDArray[np.int64]] = []
        pieces: list[list[Any]] = []

        def begin(part: P) -> Any:  # noqa: ANN401
            size, *own = task.remote(shared, partitions, part)
            pieces.append(own)
            return size

        sizes.extend(self._in_order(parts, begin))
        shared_reduce = self._put(reduce)

        def gather(partition: int) -> Any:  # noqa: ANN401
            filled = [
                own[partition] for n, own in enumerate(pieces) if not n or sizes[n][partition]
            ]
            return self._tasks.reduce.remote(shared_reduce, *filled)

        yield from self._in_order(range(partitions) if pieces else (), gather)

    def close(self) -> None:
        """Give up what is under way and leave the cluster; one that was started here ends."""
        if self._cluster:
            self._cluster.close()
            self._cluster = None
            self.__dict__.pop("_tasks", None)

    def _in_order(self, parts: Iterable[P], start: Callable[[P], Any]) -> Iterator[Any]:
        """What the tasks give. `start` gives the reference to wait for."""
        begun: dict[Any, Any] = {}

        def start_waiting(part: P) -> Any:  # noqa: ANN401
            reference = start(part)
            begun[reference] = reference.future()
            return reference

        def finish(reference: Any) -> Any:  # noqa: ANN401
            return self._result(begun.pop(reference))

        try:
            yield from in_order(parts, start_waiting, finish, AHEAD_PER_WORKER * self.workers)
        finally:
            if self._cluster:
                self._cluster.give_up(begun)

    def _result(self, future: Any) -> Any:  # noqa: ANN401
        """What a task gave; its own error as it was raised there.

        Raises:
            ResourceError: Its workers died again and again, or the cluster did.
        """
        exceptions = self._connected.ray.exceptions
        try:
            return future.result()
        except exceptions.RayTaskError as error:
            raise _own_error(error, exceptions.RayTaskError) from None
        except exceptions.RayError as error:
            raise ResourceError(
                f"The Ray cluster lost work that it could not do again: {str(error).splitlines()[0]}",
                fix="look at the memory of its nodes; fewer --workers need less, --backend local needs none of them",
            ) from error

    def _put(self, value: Any) -> Any:  # noqa: ANN401
        """Where the workers find something that many tasks need."""
        return self._connected.ray.put(value)

    @property
    def _connected(self) -> Cluster:
        if self._cluster is None:
            self._cluster = Cluster(self._address, self._wanted)
        return self._cluster

    @cached_property
    def _tasks(self) -> _Tasks:
        return _Tasks(self._connected.ray)


class _Tasks:
    """The functions that run on the workers, as Ray has them."""

    def __init__(self, ray: Any) -> None:  # noqa: ANN401
        again = ray.remote(max_retries=MOST_DEATHS, num_cpus=1)
        self.work: Any = again(_work)
        self.divide: Any = again(_divide)
        self.reduce: Any = again(_reduce)


def _work(work: Callable[[P], R], part: P) -> R:
    return work(part)


def _divide(keyed: Callable[[P], pa.Table], partitions: int, part: P) -> tuple[Any, ...]:
    """Rows per partition, then the rows of each."""
    pieces = divided(keyed(part), partitions)
    return np.array([piece.num_rows for piece in pieces]), *pieces


def _reduce(reduce: Callable[[pa.Table], pa.Table], *pieces: pa.Table) -> pa.Table:
    return reduce(brought_together(pieces))


def _own_error(error: Any, wrapped: Any) -> BaseException:  # noqa: ANN401
    """What was raised on the worker, without Ray's wrapping; its traceback there stays as a note."""
    while isinstance(error, wrapped):
        cause = error.cause
        if not isinstance(cause, wrapped) and not isinstance(cause, BaseException):
            return RuntimeError(str(error))
        if not isinstance(cause, wrapped):
            cause.add_note(str(getattr(error, "traceback_str", error)))
        error = cause
    return error
