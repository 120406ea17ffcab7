"""How many CPU threads a model computes with. Loads no library."""

from __future__ import annotations

ONE_THREAD_PARAMETERS = 30_000_000
"""Up to this size a second thread gains little, and where another program uses the machine it costs up to
ten times the work: the threads then spend their time waiting for each other."""


def cpu_threads(parameters: int, cores: int) -> int:
    """Threads for a model of so many parameters on a machine with so many cores; at least one."""
    return 1 if parameters <= ONE_THREAD_PARAMETERS else max(cores, 1)
