"""The review screen: one row at a time, one key per verdict. Shows and asks; the session decides and keeps."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from kitae.cli.keyboard import Keyboard
from kitae.core.errors import AbortedError, UsageError
from kitae.core.text import Language, catalogue, say

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from kitae.records.example import Example
    from kitae.stages.review.session import ReviewSession

LEAVE = frozenset({"q", "escape", "end_of_input"})
NEXT = frozenset({"j", "down", "right"})
PREVIOUS = frozenset({"k", "up", "left"})
HELP_LINES = ("a", "e", "r", "u", "j", "q")


def review_in_terminal(session: ReviewSession, language: Language) -> int:
    """Let the person at the terminal judge the session's rows; returns the exit code.

    Raises:
        UsageError: There is no terminal to read keys from.
        AbortedError: Ctrl-C was pressed.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "Reviewing needs a terminal: keys cannot be read from a pipe or a file.",
            where="kitae review",
            fix="type `kitae review` in a terminal, or judge rows from Python: Project.reviewing()",
        )
    from rich.console import Console

    try:
        with Keyboard(sys.stdin.fileno()) as keyboard:
            _Screen(session, language, keyboard, Console(highlight=False)).go_through()
    except KeyboardInterrupt:
        raise AbortedError(
            "The review was left by Ctrl-C; every verdict before it is kept.",
            fix="type `kitae review` to go on from there",
        ) from None
    return 0


class _Screen:
    def __init__(
        self, session: ReviewSession, language: Language, keyboard: Keyboard, console: Console
    ) -> None:
        self._session = session
        self._language: Language = language
        self._keyboard = keyboard
        self._console = console
        self._notice = ""

    def go_through(self) -> None:
        """Show rows and obey keys until all are judged or the person leaves."""
        was_complete = self._session.progress.is_complete
        while True:
            self._show_row()
            key = self._keyboard.read_key()
            if key in LEAVE:
                break
            self._obey(key)
            if self._session.progress.is_complete and not was_complete:
                break
        self._say_goodbye()

    def _obey(self, key: str) -> None:
        actions: dict[str, Callable[[], None]] = {
            "a": self._session.accept,
            "e": self._edit,
            "r": self._reject,
            "u": self._undo,
            "?": self._help,
            **dict.fromkeys(NEXT, self._session.next),
            **dict.fromkeys(PREVIOUS, self._session.previous),
        }
        self._notice = ""
        try:
            actions.get(key, self._unknown)()
        except UsageError as error:
            self._notice = f"{error.what} {error.fix or ''}".strip()

    def _unknown(self) -> None:
        self._notice = self._say("review.unknown")

    def _undo(self) -> None:
        self._notice = self._say("review.undone" if self._session.undo() else "review.undo.none")

    def _edit(self) -> None:
        row = self._session.current
        self._console.print(self._say("review.edit.hint"), style="dim")
        part = "input" if row.input else "instruction"
        question = self._ask("review.question", row.input or row.instruction)
        answer = self._ask("review.answer", row.output)
        texts = {"input_text" if part == "input" else part: question, "output": answer}
        self._session.edit(**texts)

    def _ask(self, key: str, present: str) -> str:
        return self._keyboard.read_line(f"{self._say(key)}: ", present).strip() or present

    def _reject(self) -> None:
        chosen = self._choose_tags()
        if chosen:
            reason = self._keyboard.read_line(f"{self._say('review.reject.reason')}: ", "")
            self._session.reject(chosen, reason)

    def _choose_tags(self) -> list[str]:
        """Tags by number, in the order of the list; none when the person goes back."""
        tags, chosen, notice = self._session.error_tags, set[str](), ""
        while True:
            self._show_tags(chosen, notice)
            key = self._keyboard.read_key()
            if key in LEAVE:
                return []
            if key == "enter" and chosen:
                return [tag for tag in tags if tag in chosen]
            notice = self._say("review.reject.none") if key == "enter" else ""
            if key.isdecimal() and 1 <= int(key) <= len(tags):
                chosen ^= {tags[int(key) - 1]}

    def _show_tags(self, chosen: set[str], notice: str) -> None:
        from rich.text import Text

        self._show_row()
        self._console.print(self._say("review.reject.hint"), style="bold")
        for number, tag in enumerate(self._session.error_tags, 1):
            mark = "x" if tag in chosen else " "
            self._console.print(Text(f"  {number} [{mark}] {self._tag_text(tag)}"))
        self._console.print(notice, style="yellow")

    def _help(self) -> None:
        self._console.clear()
        self._console.print(self._say("review.help.intro"))
        for name in HELP_LINES:
            self._console.print(f"  {self._say(f'review.help.{name}')}")
        self._console.print(self._say("review.help.back"), style="dim")
        self._keyboard.read_key()

    def _show_row(self) -> None:
        session, progress = self._session, self._session.progress
        self._console.clear()
        number, total = session.position + 1, progress.total
        self._console.print(self._say("review.title", number=number, total=total), style="bold")
        self._console.print(self._say_progress("review.progress"), style="dim")
        self._console.print(self._row_table(session.current))
        if self._notice:
            self._console.print(self._notice, style="yellow", markup=False)
        self._console.print(self._say("review.keys"), style="cyan", markup=False)

    def _row_table(self, row: Example) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        table.add_row(self._say("review.question"), Text(row.question, style="bold"))
        table.add_row(self._say("review.answer"), Text(row.output, style="green"))
        table.add_row(self._say("review.phrasing"), Text(row.locator, style="dim"))
        for parent in self._session.parents:
            table.add_row(
                self._say("review.parents"), Text(f"{parent.question}  →  {parent.output}")
            )
        table.add_row(self._say("review.verdict"), Text(self._verdict_text()))
        return table

    def _verdict_text(self) -> str:
        verdict = self._session.verdict()
        if verdict is None:
            return "–"
        parts = [self._say(f"review.decision.{verdict.decision}")]
        parts += [self._tag_text(tag) for tag in verdict.tags]
        edits = (verdict.instruction, verdict.input, verdict.output, verdict.reason)
        return " · ".join([*parts, *(text for text in edits if text)])

    def _say_goodbye(self) -> None:
        progress = self._session.progress
        self._console.clear()
        if progress.is_complete:
            self._console.print(self._say_progress("review.done"))
        else:
            left = progress.total - progress.judged
            self._console.print(self._say("review.left", left=left, total=progress.total))

    def _say_progress(self, key: str) -> str:
        progress = self._session.progress
        return self._say(
            key,
            judged=progress.judged,
            total=progress.total,
            accepted=progress.accepted,
            edited=progress.edited,
            rejected=progress.rejected,
        )

    def _tag_text(self, tag: str) -> str:
        key = f"review.tag.{tag}"
        return self._say(key) if key in catalogue(self._language) else tag

    def _say(self, key: str, **values: int) -> str:
        return say(key, self._language, **values)
