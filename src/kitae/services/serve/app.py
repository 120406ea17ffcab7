"""The routes: health, models, chat completions. Loads the web library."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from kitae.engines.protocols import LanguageModel
from kitae.services.serve.api_errors import (
    ApiError,
    internal,
    invalid,
    overloaded,
    timed_out,
    unknown_model,
)
from kitae.services.serve.chat_request import ChatRequest, understood
from kitae.services.serve.desk import Desk, DeskEvent, Failed, Finished, Job, Order, Piece, log
from kitae.services.serve.guards import Guard
from kitae.services.serve.limits import ServeLimits
from kitae.services.serve.replies import ALIVE, Reply, model_entry, sse_error

CLIENT_GONE = 499


class ClientGoneError(Exception):
    """The client closed its connection; nobody waits for the answer."""


def make_app(
    model: LanguageModel,
    name: str,
    token: str,
    *,
    limits: ServeLimits | None = None,
    hosts: Iterable[str] = (),
    fingerprint: str = "",
) -> FastAPI:
    """The server as an ASGI application.

    Args:
        model: The model that answers.
        name: What clients call it.
        token: What clients must send as `Authorization: Bearer`.
        limits: What it takes on at once.
        hosts: Host names that clients may use besides 127.0.0.1, localhost and [::1].
        fingerprint: Told to clients as `system_fingerprint`.
    """
    limits = limits or ServeLimits()
    desk = Desk(model, limits)

    app = FastAPI(
        title="Kitae", docs_url=None, redoc_url=None, openapi_url=None,
        redirect_slashes=False,
    )  # fmt: skip
    app.state.desk = desk
    app.add_middleware(Guard, token=token, hosts=tuple(hosts), limits=limits)
    _add_error_shapes(app)
    _add_health(app, desk)
    _add_models(app, name)
    _Completions(desk, name, limits, fingerprint).add_to(app)
    return app


def _add_error_shapes(app: FastAPI) -> None:
    async def api_error(_request: Request, error: Exception) -> Response:
        if not isinstance(error, ApiError):
            log.error("a request failed", exc_info=error)
        shown = error if isinstance(error, ApiError) else internal()
        return JSONResponse(shown.body(), shown.status, headers=dict(shown.headers))

    async def http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: "unknown_url", 405: "method_not_allowed"}.get(status, "http_error")
        shown = ApiError(status, f"There is no {request.method} {request.url.path} here.", code)
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse(shown.body(), status, headers=dict(headers or {}))

    app.add_exception_handler(ApiError, api_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, api_error)


def _add_health(app: FastAPI, desk: Desk) -> None:
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    async def readyz() -> Response:
        if desk.is_draining:
            return JSONResponse({"status": "shutting down"}, 503)
        return JSONResponse({"status": "ready"})

    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.add_api_route("/readyz", readyz, methods=["GET"])


def _add_models(app: FastAPI, name: str) -> None:
    created = int(time.time())

    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [model_entry(name, created)]}

    async def one_model(model_id: str) -> dict[str, Any]:
        if model_id != name:
            raise unknown_model(model_id, name)
        return model_entry(name, created)

    app.add_api_route("/v1/models", models, methods=["GET"])
    app.add_api_route("/v1/models/{model_id:path}", one_model, methods=["GET"])


class _Completions:
    """/v1/chat/completions."""

    def __init__(self, desk: Desk, name: str, limits: ServeLimits, fingerprint: str) -> None:
        self._desk = desk
        self._name = name
        self._limits = limits
        self._fingerprint = fingerprint

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""
        app.add_api_route(
            "/v1/chat/completions", self.answer, methods=["POST"], response_model=None
        )

    async def answer(self, request: Request) -> Response:
        """Answer a conversation, whole or in pieces."""
        asked = understood(await request.body(), self._limits.stops)
        if asked.model != self._name:
            raise unknown_model(asked.model, self._name)
        order = await self._order(asked)
        reply = Reply(
            id=f"chatcmpl-{uuid.uuid4().hex}",
            model=self._name,
            created=int(time.time()),
            fingerprint=self._fingerprint,
            prompt_tokens=len(order.prompt),
        )
        job = self._desk.submit(order)
        try:
            return await self._answered(request, asked, job, reply)
        except ClientGoneError:
            return Response(status_code=CLIENT_GONE)

    async def _order(self, asked: ChatRequest) -> Order:
        prompt = await self._desk.encode(asked.messages)
        context = self._desk.context_length
        room = context - len(prompt)
        wanted = asked.max_tokens or min(max(room, 1), self._limits.answer_tokens)
        if wanted > room:
            raise invalid(
                f"The model reads {context} tokens at once. The messages have {len(prompt)}, and the "
                f"answer may have {wanted}: shorten the messages or ask for fewer tokens.",
                "messages",
                "context_length_exceeded",
            )
        return Order(prompt, wanted, asked.sampling, asked.stops)

    async def _answered(
        self, request: Request, asked: ChatRequest, job: Job, reply: Reply
    ) -> Response:
        """Wait for one's turn, then for the answer; a client that leaves frees its place at once."""
        gone = asyncio.ensure_future(_client_gone(request))
        is_handed_on = False
        try:
            try:
                first = await _next_event(job, gone, self._limits.queue_wait_s)
            except TimeoutError:
                raise overloaded(max(1, round(self._limits.queue_wait_s))) from None
            if isinstance(first, Failed):
                raise first.error
            if asked.is_stream:
                is_handed_on = True
                pieces = self._pieces(job, reply, wants_usage=asked.wants_usage)
                return _AnswerStream(job, pieces)
            return await self._whole(job, gone, reply)
        finally:
            gone.cancel()
            if not is_handed_on:
                job.cancel()

    async def _whole(self, job: Job, gone: asyncio.Future[None], reply: Reply) -> Response:
        deadline = time.monotonic() + self._limits.request_s
        texts: list[str] = []
        while True:
            try:
                event = await _next_event(job, gone, deadline - time.monotonic())
            except TimeoutError:
                raise timed_out() from None
            match event:
                case Piece(text):
                    texts.append(text)
                case Finished(reason, tokens):
                    return JSONResponse(reply.whole("".join(texts), reason, tokens))
                case Failed(error):
                    raise error
                case _:
                    pass

    async def _pieces(self, job: Job, reply: Reply, *, wants_usage: bool) -> AsyncIterator[bytes]:
        deadline = time.monotonic() + self._limits.request_s
        yield reply.opening(wants_usage=wants_usage)
        while True:
            try:
                event = await asyncio.wait_for(job.events.get(), self._limits.heartbeat_s)
            except TimeoutError:
                event = None
            match event:
                case Piece(text):
                    yield reply.text(text, wants_usage=wants_usage)
                case Finished(reason, tokens):
                    yield reply.ending(reason, tokens, wants_usage=wants_usage)
                    return
                case Failed(error):
                    yield sse_error(error)
                    return
                case _:
                    yield ALIVE
            if time.monotonic() > deadline:
                yield sse_error(timed_out())
                return


class _AnswerStream(StreamingResponse):
    """A stream whose job ends with it, however it ends."""

    def __init__(self, job: Job, pieces: AsyncIterator[bytes]) -> None:
        super().__init__(pieces, media_type="text/event-stream")
        self._job = job

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all pieces, or stop when the client leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._job.cancel()


async def _client_gone(request: Request) -> None:
    """Returns when the client has closed its connection; the body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _next_event(job: Job, gone: asyncio.Future[None], timeout_s: float) -> DeskEvent:
    """The next event of a job.

    Raises:
        TimeoutError: None came in time.
        ClientGoneError: The client left.
    """
    getter = asyncio.ensure_future(job.events.get())
    await asyncio.wait(
        {getter, gone}, timeout=max(0.0, timeout_s), return_when=asyncio.FIRST_COMPLETED
    )
    if getter.done():
        return getter.result()
    getter.cancel()
    if gone.done():
        raise ClientGoneError
    raise TimeoutError
