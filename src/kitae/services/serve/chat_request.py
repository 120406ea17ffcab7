"""What a client asks of /v1/chat/completions, checked field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kitae.engines.protocols import Sampling
from kitae.records.example import ChatMessage
from kitae.services.serve.api_errors import ApiError, invalid, unsupported

UNSUPPORTED: dict[str, tuple[object, ...]] = {
    "n": (None, 1),
    "tools": (None, []),
    "tool_choice": (None, "none", "auto"),
    "functions": (None, []),
    "function_call": (None, "none", "auto"),
    "logprobs": (None, False),
    "top_logprobs": (None, 0),
    "logit_bias": (None, {}),
    "presence_penalty": (None, 0),
    "frequency_penalty": (None, 0),
    "response_format": (None, {"type": "text"}),
    "modalities": (None, ["text"]),
    "audio": (None,),
    "prediction": (None,),
    "reasoning_effort": (None,),
    "verbosity": (None,),
    "web_search_options": (None,),
}
"""Fields of the OpenAI API that this server does not do -> values that ask for nothing."""
WITHOUT_EFFECT = frozenset(
    {
        "user",
        "metadata",
        "store",
        "service_tier",
        "safety_identifier",
        "parallel_tool_calls",
        "prompt_cache_key",
        "prompt_cache_retention",
    }
)
"""Fields that do not touch the answer; taken and left aside."""
EMPTY_IN_MESSAGES = ("refusal", "tool_calls", "function_call", "audio", "annotations")
"""What clients send back from earlier answers; must be empty."""


@dataclass(frozen=True)
class ChatRequest:
    """A request that was understood.

    Attributes:
        model: Name of the model asked for.
        messages: The conversation.
        sampling: How tokens are drawn; greedy where the request says nothing, as it was measured.
        max_tokens: Longest answer, or None.
        stops: Texts that end the answer; not part of it.
        is_stream: Whether the answer comes in pieces.
        wants_usage: Whether a stream ends with the token counts.
    """

    model: str
    messages: tuple[ChatMessage, ...]
    sampling: Sampling
    max_tokens: int | None
    stops: tuple[str, ...]
    is_stream: bool
    wants_usage: bool


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class _Part(_Strict):
    type: Literal["text"]
    text: str


class _Message(_Strict):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part] | None = None
    name: str | None = None


class _StreamOptions(_Strict):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class _Body(_Strict):
    model: str
    messages: list[_Message] = Field(min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: str | list[str] | None = None
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    stream: bool | None = None
    stream_options: _StreamOptions | None = None


def parse_chat(raw: bytes, most_stops: int) -> ChatRequest:
    """A request from the bytes of its body.

    Raises:
        ApiError: It is not JSON, or asks for something unknown, wrong or not supported.
    """
    body = _Body.model_validate(_wanted_fields(_json_object(raw)))
    options = body.stream_options
    return ChatRequest(
        model=body.model,
        messages=tuple(_message(m, i) for i, m in enumerate(body.messages)),
        sampling=Sampling(
            temperature=body.temperature or 0.0,
            top_p=1.0 if body.top_p is None else body.top_p,
            seed=body.seed,
        ),
        max_tokens=body.max_completion_tokens or body.max_tokens,
        stops=_stops(body.stop, most_stops),
        is_stream=bool(body.stream),
        wants_usage=bool(options and options.include_usage),
    )


def understood(raw: bytes, most_stops: int) -> ChatRequest:
    """`parse_chat`, with every refusal as an ApiError."""
    try:
        return parse_chat(raw, most_stops)
    except ValidationError as error:
        raise _first_problem(error) from error


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise invalid(f"The body is not JSON: {error}.", code="invalid_json") from error
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object.", code="invalid_json")
    return cast("dict[str, Any]", body)


def _wanted_fields(body: dict[str, Any]) -> dict[str, Any]:
    """The fields that matter; what asks for nothing is left out.

    Raises:
        ApiError: A field asks for something that this server does not do or know.
    """
    wanted: dict[str, Any] = {}
    for name, value in body.items():
        if name in UNSUPPORTED:
            if value not in UNSUPPORTED[name]:
                raise unsupported(name)
        elif name in _Body.model_fields:
            wanted[name] = value
        elif name not in WITHOUT_EFFECT:
            raise invalid(
                f"The field {name!r} is not known here; leave it out.", name, "unknown_parameter"
            )
    if isinstance(messages := wanted.get("messages"), list):
        wanted["messages"] = [_plain_message(m) for m in cast("list[Any]", messages)]
    return wanted


def _plain_message(message: Any) -> Any:  # noqa: ANN401
    if not isinstance(message, dict):
        return message
    fields = cast("dict[str, Any]", message)
    if fields.get("role") in ("tool", "function"):
        raise unsupported("tools")
    return {k: v for k, v in fields.items() if k not in EMPTY_IN_MESSAGES or v not in (None, [])}


def _message(message: _Message, place: int) -> ChatMessage:
    role = "system" if message.role == "developer" else message.role
    content = message.content
    if isinstance(content, list):
        content = "".join(part.text for part in content)
    if content is None and role != "assistant":
        raise invalid("The message has no content.", f"messages.{place}.content")
    return {"role": role, "content": content or ""}


def _stops(stop: str | list[str] | None, most: int) -> tuple[str, ...]:
    stops = (stop,) if isinstance(stop, str) else tuple(stop or ())
    if len(stops) > most:
        raise invalid(f"At most {most} stop texts, not {len(stops)}.", "stop")
    if any(not text or len(text) > 500 for text in stops):
        raise invalid("A stop text has 1 to 500 characters.", "stop")
    return stops


def _first_problem(error: ValidationError) -> ApiError:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return invalid(f"{place}: {first['msg']}.", place)
