"""What one server takes on at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServeLimits:
    """Bounds that keep a small machine answering.

    Attributes:
        body_bytes: Largest request; more gets 413.
        waiting: Requests that may wait while one is answered; more get 429.
        queue_wait_s: Longest wait for one's turn; then 503.
        request_s: Longest time for one answer once it is its turn.
        heartbeat_s: A stream says at least this often that it is alive.
        drain_s: Time that running answers get to finish when the server stops.
        answer_tokens: Longest answer where the request names no limit.
        stops: Most stop texts of one request.
    """

    body_bytes: int = 2_000_000
    waiting: int = 4
    queue_wait_s: float = 30.0
    request_s: float = 300.0
    heartbeat_s: float = 15.0
    drain_s: float = 30.0
    answer_tokens: int = 512
    stops: int = 4
