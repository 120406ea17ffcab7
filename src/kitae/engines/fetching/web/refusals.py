"""Why something was not fetched: the reason codes, and the error that carries one up."""

from __future__ import annotations

from dataclasses import dataclass

TRANSIENT = frozenset(
    {"unreachable", "too_slow", "tls", "server_error", "rate_limited", "host_given_up",
     "robots_unreachable", "reservation_unreadable"}
)  # fmt: skip
"""Reasons that another day may answer differently: an unfinished crawl tries these again."""

REASONS = TRANSIENT | frozenset(
    {"robots", "ai_txt", "tdm_reserved", "noindex", "noai", "private_address", "scheme", "port",
     "out_of_scope", "too_large", "content_type", "content_encoding", "broken_body", "not_found",
     "forbidden", "http_error", "redirect_loop", "too_many_redirects", "crawl_delay", "bad_sitemap",
     "too_long", "path_loop", "endless_pattern", "too_deep", "page_limit", "total_limit"}
)  # fmt: skip
"""Every reason that a `RefusedItem` of a crawl can carry."""


@dataclass(frozen=True)
class Refusal:
    """One reason code with what it was seen by."""

    reason: str
    detail: str = ""


class RefusedError(Exception):
    """Stops one request; becomes a `RefusedItem`, never a crash."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.refusal = Refusal(reason, detail)
