"""One model, one worker thread, a short line of requests in front of it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from kitae.core.errors import KitaeError
from kitae.engines.protocols import LanguageModel, Sampling
from kitae.records.example import ChatMessage
from kitae.services.serve.answer_text import AnswerText
from kitae.services.serve.api_errors import ApiError, internal, invalid, queue_full, shutting_down
from kitae.services.serve.limits import ServeLimits

log = logging.getLogger("kitae.serve")

FinishReason = Literal["stop", "length"]


@dataclass(frozen=True)
class Started:
    """The model has turned to this request."""


@dataclass(frozen=True)
class Piece:
    """Some more text of the answer."""

    text: str


@dataclass(frozen=True)
class Finished:
    """The answer is complete."""

    reason: FinishReason
    tokens: int


@dataclass(frozen=True)
class Failed:
    """There will be no (more) answer."""

    error: ApiError


DeskEvent = Started | Piece | Finished | Failed


@dataclass(frozen=True)
class Order:
    """What the model is asked to do."""

    prompt: tuple[int, ...]
    max_tokens: int
    sampling: Sampling
    stops: tuple[str, ...]


@dataclass(eq=False)
class Job:
    """An order in the line; its events are read on the event loop that made it."""

    order: Order
    loop: asyncio.AbstractEventLoop
    events: asyncio.Queue[DeskEvent] = field(default_factory=asyncio.Queue[DeskEvent])
    is_cancelled: threading.Event = field(default_factory=threading.Event)
    future: Future[None] | None = None

    def cancel(self) -> None:
        """Nobody waits for the answer any more: leave the line, or stop after the present token."""
        self.is_cancelled.set()
        if self.future is not None:
            self.future.cancel()

    def post(self, event: DeskEvent) -> None:
        """Hand an event over from the worker thread; a stopped event loop takes none."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.events.put_nowait, event)


class Desk:
    """Takes orders, one at a time to the model, the others wait.

    Args:
        model: The model that answers.
        limits: How many may wait.
    """

    def __init__(self, model: LanguageModel, limits: ServeLimits) -> None:
        self._model = model
        self._limits = limits
        self._jobs: set[Job] = set()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kitae-answer")
        self._tokenizer_in_use = threading.Lock()
        self.is_draining = False

    @property
    def context_length(self) -> int:
        """Tokens that fit, prompt and answer together."""
        return self._model.context_length

    @property
    def busy(self) -> int:
        """Orders that are answered or wait."""
        return len(self._jobs)

    async def encode(self, messages: Sequence[ChatMessage]) -> tuple[int, ...]:
        """Token ids of a conversation, through the encoder that tuning and evaluation use.

        Raises:
            ApiError: The model's chat template refuses the conversation.
        """
        return await asyncio.to_thread(self._encode, messages)

    def submit(self, order: Order) -> Job:
        """Put an order in the line.

        Raises:
            ApiError: The line is full, or the server is shutting down.
        """
        if self.is_draining:
            raise shutting_down()
        if len(self._jobs) > self._limits.waiting:
            raise queue_full(seconds=max(1, round(self._limits.queue_wait_s / 2)))
        job = Job(order, asyncio.get_running_loop())
        self._jobs.add(job)
        job.future = self._worker.submit(self._work, job)
        job.future.add_done_callback(lambda _: self._forget(job))
        return job

    def drain(self, seconds: float) -> None:
        """Take no more orders; stop those that are not done after some seconds, telling their clients."""
        self.is_draining = True
        asyncio.get_running_loop().call_later(seconds, self.stop_all)

    def stop_all(self) -> None:
        """Stop every order now, telling its client."""
        self.is_draining = True
        for job in tuple(self._jobs):
            job.events.put_nowait(Failed(shutting_down()))
            job.cancel()

    def close(self) -> None:
        """Let the worker thread end."""
        self.is_draining = True
        for job in tuple(self._jobs):
            job.cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _forget(self, job: Job) -> None:
        if not job.loop.is_closed():
            job.loop.call_soon_threadsafe(self._jobs.discard, job)

    def _encode(self, messages: Sequence[ChatMessage]) -> tuple[int, ...]:
        try:
            with self._tokenizer_in_use:
                return tuple(self._model.encoder.encode_prompt(messages))
        except KitaeError as error:
            raise invalid(error.what, "messages", "invalid_conversation") from error

    def _decode(self, ids: Sequence[int]) -> str:
        with self._tokenizer_in_use:
            return self._model.encoder.decode(ids)

    def _work(self, job: Job) -> None:
        job.post(Started())
        try:
            for event in self._answer(job):
                job.post(event)
        except KitaeError as error:
            job.post(Failed(invalid(error.what)))
        except Exception:  # the worker thread must live on; the client gets a plain 500
            log.exception("answering failed")
            job.post(Failed(internal()))

    def _answer(self, job: Job) -> Iterator[DeskEvent]:
        order = job.order
        text = AnswerText(self._decode, order.stops)
        count = 0
        for token in self._model.stream(order.prompt, order.max_tokens, order.sampling):
            if job.is_cancelled.is_set():
                return
            count += 1
            if piece := text.push(token):
                yield Piece(piece)
            if text.is_stopped:
                yield Finished("stop", count)
                return
        if rest := text.finish():
            yield Piece(rest)
        is_cut = count >= order.max_tokens and not text.is_stopped
        yield Finished("length" if is_cut else "stop", count)
