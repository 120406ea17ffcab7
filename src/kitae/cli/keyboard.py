"""Reading single keys and lines from a terminal, and leaving it as it was whatever happens."""

from __future__ import annotations

import codecs
import os
import select
import signal
import termios
import threading
import tty
import unicodedata
from types import TracebackType
from typing import Any, Self

ESCAPE_PAUSE_S = 0.05
"""An escape byte that nothing follows within this time is the Esc key itself."""
_SEQUENCES = {"A": "up", "B": "down", "C": "right", "D": "left"}
_NAMES = {
    "\r": "enter",
    "\n": "enter",
    "\x1b": "escape",
    "\x04": "end_of_input",
    "": "end_of_input",
}


class Keyboard:
    """The keys of a terminal; use it as a context, which restores the terminal at the end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._before: list[Any] | None = None
        self._signals = _Signals()

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._fd)
        self._signals.watch()
        self._take_single_keys()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()
        self._signals.unwatch()

    def read_key(self) -> str:
        """One key: a lower-case character, or `enter`, `escape`, `up`, `down`, `left`, `right`, `end_of_input`.

        A full-width character, as an input method gives it, counts as the plain one.
        """
        character = self._read_character()
        if character == "\x1b" and self._has_more():
            return self._read_sequence()
        folded = unicodedata.normalize("NFKC", character).lower()
        return _NAMES.get(folded, folded)

    def read_line(self, prompt: str, present: str) -> str:
        """One line as the person types it, input methods included; starts from the present text.

        Ctrl-D gives the present text back.
        """
        undo_prefill = _prefill(present)
        self._restore()
        try:
            return input(prompt)
        except EOFError:
            return present
        finally:
            undo_prefill()
            self._take_single_keys()

    def _read_character(self) -> str:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        while True:
            self._signals.wait_with(self._fd)
            byte = os.read(self._fd, 1)
            character = decoder.decode(byte, final=not byte)
            if character or not byte:
                return character

    def _read_sequence(self) -> str:
        """The rest of an escape sequence: an arrow's name, or `unknown`."""
        rest = self._read_character()
        if rest not in "[O":
            return "unknown"
        last = self._read_character()
        while last.isdecimal() or last == ";":
            last = self._read_character()
        return _SEQUENCES.get(last, "unknown")

    def _has_more(self) -> bool:
        ready, _, _ = select.select([self._fd], [], [], ESCAPE_PAUSE_S)
        return bool(ready)

    def _take_single_keys(self) -> None:
        """Hand over each key at once, unechoed; keys typed ahead are kept."""
        tty.setcbreak(self._fd, termios.TCSADRAIN)

    def _restore(self) -> None:
        if self._before is not None:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)


class _Signals:
    """Wakes a wait for keys when a signal comes, even one that comes just before the wait begins.

    A plain blocking read would sleep through such a signal until the next key.
    """

    def __init__(self) -> None:
        self._pipe: tuple[int, int] | None = None
        self._watched_before = -1

    def watch(self) -> None:
        """From here on a signal writes a byte that the wait sees; only the main thread gets signals."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._pipe = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._watched_before = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)

    def unwatch(self) -> None:
        """Leave the signals as they were found."""
        if self._pipe is None:
            return
        signal.set_wakeup_fd(self._watched_before)
        for end in self._pipe:
            os.close(end)
        self._pipe = None

    def wait_with(self, fd: int) -> None:
        """Return when `fd` can be read; the handlers of signals run meanwhile and may raise."""
        ends = [fd] if self._pipe is None else [fd, self._pipe[0]]
        while True:
            ready, _, _ = select.select(ends, [], [])
            if fd in ready:
                return
            os.read(ends[-1], 64)


def _prefill(present: str) -> Any:  # noqa: ANN401
    """Put a text into the next line to be read, where the line editor can; returns what undoes that."""
    try:
        import readline
    except ImportError:
        return lambda: None
    readline.set_startup_hook(lambda: readline.insert_text(present))
    return readline.set_startup_hook
