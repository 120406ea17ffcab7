"""A network of names for tests: public addresses that lead to the trap site, and time that does not pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpcore

from kitae.engines.fetching.web import Surroundings

PUBLIC = "93.184.216.34"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class FakeNetwork:
    """Names, addresses and time.

    Attributes:
        port: Where connections really go on 127.0.0.1.
        answers: Host -> the answers to one question after the other; the last one stays.
        connected: Every (address, port) that was connected to.
        resolved: Every host that was asked for.
        slept: Every pause, in seconds.
    """

    port: int
    answers: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    connected: list[tuple[str, int]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    time_s: float = 0.0
    steps: int = 0

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Public addresses for all names but those that the test speaks of."""
        self.resolved.append(host)
        answers = self.answers.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(self, address: str, port: int, timeout_s: float | None) -> httpcore.NetworkStream:
        """Every address leads to the trap site."""
        self.connected.append((address, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout_s)

    def sleep(self, seconds: float) -> None:
        """Write down a pause; it takes no time."""
        self.slept.append(seconds)
        self.time_s += seconds

    def clock(self) -> float:
        """Seconds that only sleep moves on."""
        return self.time_s

    def now(self) -> datetime:
        """The time of day that goes with the clock."""
        return START + timedelta(seconds=self.time_s)

    def timer(self) -> float:
        """A page's time, counted in steps of input and output: each takes a hundredth of a second."""
        self.steps += 1
        return self.steps / 100


def crawl_surroundings(network: FakeNetwork, **changes: Any) -> Surroundings:
    """What a crawler meets when it crawls the trap site."""
    fields: dict[str, Any] = {
        "now": network.now,
        "clock": network.clock,
        "sleep": network.sleep,
        "timer": network.timer,
        "resolve": network.resolve,
        "connect": network.connect,
    }
    return Surroundings(**(fields | changes))
