"""A machine for fetchers under test: its pauses take no time and are written down, its clock stands still."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from kitae.engines.fetching import Machine, Patience

NOON = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)


@dataclass
class Pauses:
    """Seconds that were waited, one entry each."""

    seconds: list[float] = field(default_factory=list)

    def machine(self, free_bytes: int = 10**12) -> Machine:
        patience = Patience(sleep=self.seconds.append)
        return Machine(patience=patience, clock=lambda: NOON, free_bytes=lambda _: free_bytes)
