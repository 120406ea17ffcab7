"""Run events: what happened, when, and how long it took. Never part of an artifact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: A dotted name, e.g. `stage.started`, `tune.step`, `store.files_written`.
        stage: The stage it belongs to, or an empty string.
        data: Plain values; JSON can hold them.
    """

    kind: str
    stage: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


class EventSink(Protocol):
    """Takes events; must not raise for an event that it does not know."""

    def emit(self, event: Event) -> None:
        """Take one event."""
        ...


class Silence:
    """Forgets every event."""

    def emit(self, event: Event) -> None:
        """Take one event and forget it."""


class Collected:
    """Keeps every event in a list; made for tests and for the JSON output."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        """Take one event and keep it."""
        self.events.append(event)


class Fanout:
    """Hands each event to several sinks, in order."""

    def __init__(self, *sinks: EventSink) -> None:
        self._sinks = sinks

    def emit(self, event: Event) -> None:
        """Take one event and hand it on."""
        for sink in self._sinks:
            sink.emit(event)
