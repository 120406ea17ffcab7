"""How fast each host is asked: one request after another, with a rest in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

GIVE_UP_AFTER = 5
"""Failures in a row after which a host is left alone for the rest of the crawl."""


class Pace:
    """The rests of all hosts of one crawl.

    Args:
        least_s: Seconds of rest after a request's end, whatever the host asks for.
        clock: Seconds on a monotonic clock.
        sleep: Waits so many seconds.
    """

    def __init__(
        self, least_s: float, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._least_s = least_s
        self._clock = clock
        self._sleep = sleep
        self._asked_s: dict[str, float] = {}
        self._ready_at: dict[str, float] = {}
        self._failures: Counter[str] = Counter()

    def ask_for(self, host: str, delay_s: float) -> None:
        """The host wants at least this rest."""
        self._asked_s[host] = max(delay_s, self._asked_s.get(host, 0.0))

    def wait(self, host: str) -> None:
        """Return when the host may be asked again."""
        left = self._ready_at.get(host, 0.0) - self._clock()
        if left > 0:
            self._sleep(left)

    def finish(self, host: str, *, rest_s: float = 0.0) -> None:
        """A request has ended; the next one comes after the rest, or after `rest_s` if that is longer."""
        rest = max(self._least_s, self._asked_s.get(host, 0.0), rest_s)
        self._ready_at[host] = self._clock() + rest

    def count(self, host: str, *, has_failed: bool) -> None:
        """Remember how a request went."""
        self._failures[host] = self._failures[host] + 1 if has_failed else 0

    def is_given_up(self, host: str) -> bool:
        """Whether the host failed too often in a row."""
        return self._failures[host] >= GIVE_UP_AFTER
