"""Ctrl-C: once to finish the step, save and stop; twice to stop at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from kitae.core.errors import AbortedError
from kitae.core.events import Event, EventSink


class CtrlC:
    """Counts Ctrl-C. The first asks, the second raises AbortedError where the program stands."""

    def __init__(self, events: EventSink) -> None:
        self._events = events
        self.requested = False

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Handle SIGINT or SIGTERM."""
        if self.requested:
            raise AbortedError(
                "Stopped at once; the last checkpoint is intact.",
                fix="type `kitae run` to go on from there",
            )
        self.requested = True
        self._events.emit(Event("run.interrupt_requested"))


@contextmanager
def ctrl_c(events: EventSink) -> Generator[CtrlC]:
    """Watch for Ctrl-C during a `with` block; outside the main thread nothing is watched."""
    watcher = CtrlC(events)
    if threading.current_thread() is not threading.main_thread():
        yield watcher
        return
    former = {n: signal.signal(n, watcher.on_signal) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield watcher
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
