"""Tokens into text piece by piece: no broken characters, no stop text that slips through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BROKEN = "\ufffd"
"""What a decoder gives for bytes that are no whole character (yet)."""


class AnswerText:
    """The text of an answer as it grows.

    A character of Japanese may be spread over three tokens; it is given out when it is whole. Text that
    may be the beginning of a stop text is held back until that is known. All pieces together are the
    decoded answer up to the first stop text.

    Args:
        decode: Token ids -> text.
        stops: Texts that end the answer.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str], stops: Sequence[str] = ()) -> None:
        self._decode = decode
        self._stops = tuple(stops)
        self._ids: list[int] = []
        self._context = 0
        self._given = 0
        self._held = ""
        self.is_stopped = False

    def push(self, token: int) -> str:
        """Take one token; give the text that is certain now, perhaps none."""
        self._ids.append(token)
        text = self._new_text()
        if text.endswith(BROKEN):
            return ""
        self._context, self._given = self._given, len(self._ids)
        return self._release(text)

    def finish(self) -> str:
        """The text that was still held back, broken characters included."""
        text = self._release(self._new_text())
        self._given = len(self._ids)
        rest = "" if self.is_stopped else self._held
        self._held = ""
        return text + rest

    def _new_text(self) -> str:
        """What the newest tokens add, decoded with those before them (a word may begin with a space)."""
        before = self._decode(self._ids[self._context : self._given])
        return self._decode(self._ids[self._context :])[len(before) :]

    def _release(self, text: str) -> str:
        self._held += text
        places = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if places:
            self.is_stopped = True
            released, self._held = self._held[: min(places)], ""
            return released
        keep = max((_overlap(self._held, stop) for stop in self._stops), default=0)
        cut = len(self._held) - keep
        released, self._held = self._held[:cut], self._held[cut:]
        return released


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that is a beginning of `stop`."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
