"""Live progress on stderr: a line per stage, with a bar where there is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

from kitae.core.events import Event
from kitae.core.text import Language, say


class Screen(Protocol):
    """Shows events until it is closed."""

    def emit(self, event: Event) -> None:
        """Show one event."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


def make_screen(language: Language) -> Screen:
    """The screen that fits where stderr goes: bars on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        return Bars(language)
    return Lines(language, lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201


class Lines:
    """One plain line when a stage starts and one when it ends."""

    def __init__(self, language: Language, write: Callable[[str], Any]) -> None:
        self._language: Language = language
        self._write = write

    def emit(self, event: Event) -> None:
        """Show one event."""
        text = line_of(event, self._language)
        if text:
            self._write(text)

    def close(self) -> None:
        """Nothing to leave behind."""


class Bars:
    """A bar with numbers for the stage that runs, a line for each that ended."""

    def __init__(self, language: Language) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._language: Language = language
        self._progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True, highlight=False),
            transient=True,
        )
        self._progress.start()
        self._task = None

    def emit(self, event: Event) -> None:
        """Show one event."""
        if event.kind == "stage.started":
            self._finish_task()
            title = say(f"stage.{event.stage}", self._language)
            self._task = self._progress.add_task(title, total=None, detail="")
        elif event.kind in ("stage.progress", "tune.step") and self._task is not None:
            done, total = _done_total(event)
            self._progress.update(self._task, completed=done, total=total, detail=detail_of(event))
        text = line_of(event, self._language)
        if text and event.kind != "stage.started":
            self._finish_task()
            self._progress.console.print(text)

    def close(self) -> None:
        """Take the bar away."""
        self._finish_task()
        self._progress.stop()

    def _finish_task(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


def line_of(event: Event, language: Language) -> str:
    """The line for an event, or an empty string for events that make none."""
    if event.kind == "stage.started":
        return say("cli.stage_started", language, stage=say(f"stage.{event.stage}", language))
    if event.kind == "stage.up_to_date":
        return say("cli.stage_up_to_date", language, stage=say(f"stage.{event.stage}", language))
    if event.kind == "stage.finished":
        return _finished_line(event, language)
    if event.kind == "stage.stopped":
        return say("cli.stage_stopped", language, stage=say(f"stage.{event.stage}", language))
    if event.kind == "run.interrupt_requested":
        return say("cli.interrupt_requested", language)
    if event.kind == "lock.taken_over":
        return say("cli.lock_taken_over", language)
    if event.kind == "store.damaged":
        return say("cli.artifact_damaged", language, why=event.data["why"])
    return ""


def detail_of(event: Event) -> str:
    """Numbers beside the bar: loss, speed, time left."""
    data = event.data
    if event.kind == "tune.step":
        eta_s = data.get("eta_s")
        left = f" eta {eta_s:.0f}s" if isinstance(eta_s, int | float) else ""
        speed = data.get("tokens_per_s")
        pace = f" {speed:.0f} tok/s" if isinstance(speed, int | float) else ""
        return f"{data.get('step')}/{data.get('steps')} loss {data.get('loss', 0):.3f}{pace}{left}"
    return f"{data.get('done')}/{data.get('total')}"


def _done_total(event: Event) -> tuple[int, int]:
    if event.kind == "tune.step":
        return event.data["step"], event.data["steps"]
    return event.data["done"], event.data["total"]


def _finished_line(event: Event, language: Language) -> str:
    counts = event.data.get("counts")
    stage = say(f"stage.{event.stage}", language)
    duration_s = f"{event.data['duration_s']:.1f}"
    if not counts:
        return say("cli.stage_finished", language, stage=stage, duration_s=duration_s)
    flow = say("cli.rows_flow", language, rows_in=counts["in"], rows_out=counts["out"])
    extras = [
        say(f"cli.count.{name}", language, n=counts[name])
        for name in ("made", "dropped", "quarantined", "repaired", "pending")
        if counts[name]
    ]
    line = say("cli.stage_finished", language, stage=stage, duration_s=duration_s)
    return f"{line}  {flow}" + (f" ({', '.join(extras)})" if extras else "")
