"""Reading single keys and lines from a terminal, and leaving it as it was whatever happens."""

from __future__ import annotations

import codecs
import os
import select
import termios
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

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._fd)
        self._take_single_keys()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()

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


def _prefill(present: str) -> Any:  # noqa: ANN401
    """Put a text into the next line to be read, where the line editor can; returns what undoes that."""
    try:
        import readline
    except ImportError:
        return lambda: None
    readline.set_startup_hook(lambda: readline.insert_text(present))
    return readline.set_startup_hook
