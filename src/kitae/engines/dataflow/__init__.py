"""Where work on many rows is done: in this process, on threads, or on a Ray cluster; the results are the same."""

from kitae.engines.dataflow.flow import PARTITION, Dataflow
from kitae.engines.dataflow.local import LocalFlow

__all__ = ["PARTITION", "Dataflow", "LocalFlow"]
