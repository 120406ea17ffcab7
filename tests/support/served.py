"""A model served on a real loopback port, in a thread, for as long as a test needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI

from kitae.engines.protocols import LanguageModel
from kitae.services.serve.app import make_app
from kitae.services.serve.limits import ServeLimits
from kitae.services.serve.server import Service, address_of, open_port

TOKEN = "a-token-for-tests"
NAME = "my-bot"


@dataclass
class Served:
    """The running server."""

    url: str
    app: FastAPI
    service: Service
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    def client(self) -> httpx.Client:
        """An HTTP client with the token."""
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=20)


@contextmanager
def served(model: LanguageModel, limits: ServeLimits | None = None) -> Iterator[Served]:
    """Serve a model until the block ends."""
    limits = limits or ServeLimits(drain_s=1)
    app = make_app(model, NAME, TOKEN, limits=limits, fingerprint="fp-1")
    listener = open_port("127.0.0.1", 0)
    is_ready = threading.Event()
    service = Service(app, listener, limits, is_ready.set)
    thread = threading.Thread(target=service.run)
    thread.start()
    assert is_ready.wait(10)
    try:
        yield Served(address_of(listener), app, service)
    finally:
        service.stop()
        thread.join(10)
        listener.close()
        assert not thread.is_alive()
