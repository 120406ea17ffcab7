"""Work for the contract tests of the flows: functions of a module, so that other processes find them."""

import os
import signal
from pathlib import Path

import numpy as np
import pyarrow as pa

from kitae.core.errors import DataError

PARTITIONS = 4


def doubled(number):
    return 2 * number


def refused_from_three(number):
    """Every part from three on is refused; which refusal comes out shows whether their order is kept."""
    if number >= 3:
        raise DataError(f"{number} is refused", where=f"part {number}", fix="leave it out")
    return number


def broken_at_three(number):
    if number == 3:
        raise ZeroDivisionError("three")
    return number


def dies_once(marker, number):
    """The process that works on part two dies, the first time."""
    if number == 2:
        _die_once(Path(marker))
    return doubled(number)


def _die_once(marker):
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def always_dies(_number):
    os.kill(os.getpid(), signal.SIGKILL)


def rows_of(part):
    """Eight rows whose keys are spread over all parts, none for the last partition."""
    keys = (np.arange(8) * 7 + part) % (PARTITIONS - 1)
    return pa.table(
        {
            "partition": keys,
            "part": np.full(8, part),
            "place": np.arange(8),
            "text": ["x" * part] * 8,
        }
    )


def keyed_dying_once(marker, part):
    if part == 2:
        _die_once(Path(marker))
    return rows_of(part)


def reduced_dying_once(marker, rows):
    if rows.num_rows and rows["partition"][0].as_py() == 1:
        _die_once(Path(marker))
    return rows


def refused_rows(part):
    if part == 1:
        raise DataError("part 1 is refused")
    return rows_of(part)


def refused_partition(rows):
    if rows.num_rows and rows["partition"][0].as_py() == 1:
        raise DataError("partition 1 is refused")
    return rows


def misplaced(_part):
    return pa.table({"partition": [PARTITIONS]})


def itself(rows):
    return rows
