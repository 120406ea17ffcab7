"""Errors in the shape of the OpenAI API: {"error": {"message", "type", "param", "code"}}."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(eq=False)
class ApiError(Exception):
    """An answer that says no.

    Attributes:
        status: HTTP status.
        message: What is wrong, and what to do about it.
        code: Stable word for programs.
        param: The field of the request concerned.
        headers: Further HTTP headers.
    """

    status: int
    message: str
    code: str
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def body(self) -> dict[str, object]:
        """The JSON document."""
        return {
            "error": {
                "message": self.message,
                "type": self._type(),
                "param": self.param,
                "code": self.code,
            }
        }

    def _type(self) -> str:
        if self.status == 429:
            return "rate_limit_error"
        return "server_error" if self.status >= 500 else "invalid_request_error"


def invalid(message: str, param: str | None = None, code: str = "invalid_value") -> ApiError:
    """A request that cannot be understood or done."""
    return ApiError(400, message, code, param)


def unsupported(param: str) -> ApiError:
    """A request that asks for what this server cannot do; it never leaves it out in silence."""
    return invalid(
        f"This server does not do {param!r}; leave it out.", param, "unsupported_parameter"
    )


def unauthorized() -> ApiError:
    """A missing or wrong token."""
    return ApiError(
        401,
        "The token is missing or wrong. Send `Authorization: Bearer TOKEN` with the token that "
        "`kitae serve` printed.",
        "invalid_api_key",
        headers={"WWW-Authenticate": "Bearer"},
    )


def unknown_model(asked: str, known: str) -> ApiError:
    """A model that this server does not have."""
    return ApiError(
        404,
        f"There is no model {asked!r} here; this server has {known!r}.",
        "model_not_found",
        "model",
    )


def queue_full(seconds: int) -> ApiError:
    """Too many requests wait already."""
    return ApiError(
        429,
        "Too many requests are waiting already; try again later.",
        "queue_full",
        headers={"Retry-After": str(seconds)},
    )


def overloaded(seconds: int) -> ApiError:
    """One's turn did not come in time."""
    return ApiError(
        503,
        "The server is busy and your turn did not come in time; try again later.",
        "overloaded",
        headers={"Retry-After": str(seconds)},
    )


def timed_out() -> ApiError:
    """The answer took longer than the server allows."""
    return ApiError(503, "The answer took too long and was stopped.", "timeout")


def shutting_down() -> ApiError:
    """The server is being stopped."""
    return ApiError(
        503, "The server is shutting down.", "shutting_down", headers={"Retry-After": "30"}
    )


def internal() -> ApiError:
    """A defect; details stay in the server's log."""
    return ApiError(500, "The server failed to answer; its log says why.", "internal_error")
