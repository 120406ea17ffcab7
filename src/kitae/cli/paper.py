"""A page of words on a terminal: lines that break where a reader expects, headings, plain tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kitae.core.text import Message
from kitae.project.commands import with_folder
from kitae.project.report import numbers
from kitae.project.report.words import Words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

CELL_CHARACTERS = 160
WIDE = "぀-ヿ㐀-䶿一-鿿豈-﫿"
"""Letters between which a line may break."""
CLOSING = "、。，．）」』】！？：；ー々…"
OPENING = "（「『【"


class Paper:
    """Prints in one language on one console; commands in what it prints name the project's folder.

    Attributes:
        words: The reader's language.
        console: Where it goes.
    """

    def __init__(self, words: Words, console: Console, folder: Path) -> None:
        self.words = words
        self.console = console
        self._folder = folder

    def fix(self, fix: Message | None, indent: str = "") -> None:
        """How to mend something, where there is a way."""
        if fix is not None:
            self.line(f"{indent}{self.words.say('report.fix')} {self.words.message(fix)}")

    def cell(self, text: str) -> Text:
        """A cell of a table that shows what comes from a user's data as it is."""
        from rich.text import Text

        return Text(printable(text))

    def title(self, key: str, style: str = "bold") -> None:
        """A heading, by its key in the catalogue."""
        self.console.print()
        self.line(self.words.say(key), f"{style} underline")

    def line(self, text: str, style: str = "") -> None:
        """Print text as it is: what comes from a user's data is never read as markup.

        Lines after the first hang under the first one's text.
        """
        from rich.text import Text

        told = with_folder(printable(text), self._folder)
        for line in wrapped(told, self.console.width):
            self.console.print(Text(line, style=style), soft_wrap=True)

    def table(self, *heads: str, right: tuple[int, ...] | None = None) -> Table:
        """A plain table; its columns but the first are numbers unless `right` says which are."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
        numeric = tuple(range(1, len(heads))) if right is None else right
        for index, head in enumerate(heads):
            table.add_column(
                Text(head),
                justify="right" if index in numeric else "left",
                overflow="fold",
                no_wrap=index in numeric,
            )
        return table


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, with a hanging indent.

    Between Japanese or Chinese letters a line may break anywhere, but none starts with a closing mark;
    elsewhere it breaks at a space. A word longer than a line is cut.
    """
    from rich.cells import cell_len

    indent = " " * len(re.match(r"\s*(\d+\. +)?", text)[0])  # type: ignore[index]
    lines: list[str] = []
    line = ""
    for piece in _pieces(text.replace("\n", " "), width - len(indent)):
        if line.strip() and cell_len(line) + cell_len(piece.rstrip(" ")) > width:
            lines.append(line.rstrip(" "))
            line = indent + piece.lstrip(" ")
        else:
            line += piece
    return [*lines, line.rstrip(" ")]


def _pieces(text: str, width: int) -> list[str]:
    """What a line may not break inside: a wide letter with the marks after it, or a word."""
    pieces = re.findall(
        rf"[{OPENING}]*`[^`]{{1,40}}`[{CLOSING},.;:)]* *"
        rf"|[{OPENING}]+(?:[{WIDE}]|[^ {WIDE}{OPENING}]*)[{CLOSING}]*"
        rf"|[{WIDE}][{CLOSING}]*"
        rf"|[^ {WIDE}{OPENING}`]+ *| +|`",
        text,
    )
    return [piece[i : i + width] for piece in pieces for i in range(0, len(piece), width)]


def printable(text: str) -> str:
    """The text without control characters, which could drive the reader's terminal."""
    return "".join(c if c == "\n" or c.isprintable() or c == numbers.NBSP else "�" for c in text)


def one_line(text: str) -> str:
    """The text without breaks, cut to what a reader takes in at a glance."""
    line = " ".join(text.split())
    return line if len(line) <= CELL_CHARACTERS else line[: CELL_CHARACTERS - 1] + "…"
