"""The JSON that clients of the OpenAI API read, whole and in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from kitae.services.serve.api_errors import ApiError

DONE = b"data: [DONE]\n\n"
ALIVE = b": still working\n\n"


@dataclass(frozen=True)
class Reply:
    """One answer's frame.

    Attributes:
        id: Of this answer.
        model: Name that was asked for.
        created: Seconds since 1970.
        fingerprint: Changes when the model behind the name does.
        prompt_tokens: Length of the prompt.
    """

    id: str
    model: str
    created: int
    fingerprint: str
    prompt_tokens: int

    def whole(self, text: str, finish_reason: str, tokens: int) -> dict[str, Any]:
        """A complete answer."""
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": finish_reason,
        }
        return {**self._frame("chat.completion"), "choices": [choice], "usage": self._usage(tokens)}

    def opening(self, *, wants_usage: bool) -> bytes:
        """The first piece: who speaks."""
        return self._piece({"role": "assistant", "content": ""}, None, wants_usage=wants_usage)

    def text(self, text: str, *, wants_usage: bool) -> bytes:
        """Some text."""
        return self._piece({"content": text}, None, wants_usage=wants_usage)

    def ending(self, finish_reason: str, tokens: int, *, wants_usage: bool) -> bytes:
        """The last piece with its reason, the counts where they are wanted, and the end mark."""
        last = self._piece({}, finish_reason, wants_usage=wants_usage)
        if not wants_usage:
            return last + DONE
        frame = self._frame("chat.completion.chunk")
        return last + sse({**frame, "choices": [], "usage": self._usage(tokens)}) + DONE

    def _piece(self, delta: dict[str, str], reason: str | None, *, wants_usage: bool) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        usage: dict[str, None] = {"usage": None} if wants_usage else {}
        return sse({**self._frame("chat.completion.chunk"), "choices": [choice], **usage})

    def _frame(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.fingerprint,
        }

    def _usage(self, tokens: int) -> dict[str, int]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": tokens,
            "total_tokens": self.prompt_tokens + tokens,
        }


def model_entry(name: str, created: int) -> dict[str, Any]:
    """A model as /v1/models lists it."""
    return {"id": name, "object": "model", "created": created, "owned_by": "kitae"}


def sse(value: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + orjson.dumps(value) + b"\n\n"


def sse_error(error: ApiError) -> bytes:
    """An error in the middle of a stream; nothing follows it but the end mark."""
    return sse(error.body()) + DONE
