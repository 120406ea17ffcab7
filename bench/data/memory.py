"""How memory grows with the number of rows: 10 million rows within 8 GB, and a small form of the same question."""

from __future__ import annotations

from dataclasses import dataclass

from bench.data.corpus import CorpusFiles
from bench.data.kitae_run import DEFAULTS, Machine, Run, run_kitae

MOST_BYTES = 8e9
MOST_ROWS = 10_000_000


@dataclass(frozen=True)
class Growth:
    """Two runs, one longer than the other."""

    short: Run
    long: Run

    @property
    def bytes_per_row(self) -> float:
        """Anonymous memory that each further row took."""
        more = self.long.memory.anonymous - self.short.memory.anonymous
        return more * 2**20 / (self.long.rows - self.short.rows)

    @property
    def bytes_at_most_rows(self) -> float:
        """Anonymous memory that 10 million rows would take."""
        return self.long.memory.anonymous * 2**20 + self.bytes_per_row * (
            MOST_ROWS - self.long.rows
        )


def growth(short: CorpusFiles, long: CorpusFiles, machine: Machine) -> Growth:
    """Run both.

    Raises:
        FailedError: A run failed.
    """
    return Growth(*(run_kitae(files, DEFAULTS, machine, judges=False) for files in (short, long)))
