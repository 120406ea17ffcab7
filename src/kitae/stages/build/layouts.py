"""How a row looks as JSON, form by form: which pieces stand between its texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.json_text import Run, json_pieces
from kitae.records.columns import list_lengths, rounds_of

SLICE_ROWS = 8192
Rows = NDArray[np.int64]


class Slice:
    """Some rows of a table, their texts by column."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self.all = np.arange(table.num_rows)

    def texts(self, name: str) -> TextColumn:
        """The texts of a column."""
        return self._columns[name]

    def rows_with(self, name: str) -> Rows:
        """The rows whose text in a column is not empty."""
        return np.flatnonzero(self._columns[name].sizes > 0)

    @cached_property
    def _columns(self) -> dict[str, TextColumn]:
        names = ("instruction", "input", "output", "system")
        return {name: TextColumn.from_arrow(self._table[name]) for name in names}

    @cached_property
    def rounds(self) -> Rounds:
        """The earlier rounds of all rows, one after another."""
        lengths = list_lengths(self._table, "history")
        flat = rounds_of(self._table)
        return Rounds(
            rows=np.repeat(self.all, lengths),
            is_first=_is_first(lengths),
            asked=TextColumn.from_arrow(flat.field("instruction")),
            answered=TextColumn.from_arrow(flat.field("answer")),
        )


@dataclass(frozen=True)
class Rounds:
    """Earlier rounds.

    Attributes:
        rows: The row of each.
        is_first: Whether it is the first of its row.
        asked: The questions.
        answered: The answers.
    """

    rows: Rows
    is_first: NDArray[np.bool_]
    asked: TextColumn
    answered: TextColumn

    def run(self, before: bytes, between: bytes, after: bytes, which: Rows | None = None) -> Run:
        """Some rounds (all, where it is not said which) with a piece before, between and after their texts."""
        places = np.arange(len(self.rows)) if which is None else which
        parts = ((before, self.asked), (between, self.answered), (after, None))
        return Run(parts, self.rows[places], places)


Layout = Callable[[Slice], list[Run]]


def alpaca(rows: Slice) -> list[Run]:
    """Records as people read them, each with a comma before it."""
    space = b'\n    "'
    first = b',\n  {\n    "instruction": "'
    return [
        Run(
            (
                (first, rows.texts("instruction")),
                (b'",' + space + b'input": "', rows.texts("input")),
                (b'",' + space + b'output": "', rows.texts("output")),
            ),
            rows.all,
        ),
        Run(((b'",' + space + b'system": "', rows.texts("system")),), rows.rows_with("system")),
        *_alpaca_rounds(rows, b'",' + space + b'history": [\n      ', b"\n    ", b",\n      "),
        Run(((b"\n  }", None),), rows.all),
    ]


def _alpaca_rounds(rows: Slice, start: bytes, end: bytes, comma: bytes) -> list[Run]:
    rounds = rows.rounds
    inner = b'[\n        "', b'",\n        "', b'"\n      ]'
    has_rounds = np.unique(rounds.rows)
    without = np.setdiff1d(rows.all, has_rounds)
    first, later = np.flatnonzero(rounds.is_first), np.flatnonzero(~rounds.is_first)
    return [
        Run(((b'"', None),), without),
        rounds.run(start + inner[0], inner[1], inner[2], first),
        rounds.run(comma + inner[0], inner[1], inner[2], later),
        Run(((end + b"]", None),), has_rounds),
    ]


def jsonl(rows: Slice) -> list[Run]:
    """The same records, one per line."""
    rounds = rows.rounds
    has_rounds = np.unique(rounds.rows)
    first, later = np.flatnonzero(rounds.is_first), np.flatnonzero(~rounds.is_first)
    return [
        Run(
            (
                (b'{"instruction":"', rows.texts("instruction")),
                (b'","input":"', rows.texts("input")),
                (b'","output":"', rows.texts("output")),
            ),
            rows.all,
        ),
        Run(((b'","system":"', rows.texts("system")),), rows.rows_with("system")),
        Run(((b'"}\n', None),), np.setdiff1d(rows.all, has_rounds)),
        rounds.run(b'","history":[["', b'","', b'"]', first),
        rounds.run(b',["', b'","', b'"]', later),
        Run(((b"]}\n", None),), has_rounds),
    ]


def messages(rows: Slice) -> list[Run]:
    """Conversations with `role` and `content`, one per line."""
    user, assistant = b'{"role":"user","content":"', b'"},{"role":"assistant","content":"'
    return [
        Run(((b'{"messages":[', None),), rows.all),
        _before(rows, b'{"role":"system","content":"'),
        rows.rounds.run(user, assistant, b'"},'),
        *_last_round(rows, user, assistant),
        Run(((b'"}]}\n', None),), rows.all),
    ]


def sharegpt(rows: Slice) -> list[Run]:
    """Conversations with `from` and `value`, each with a comma before it."""
    human, model = b'{"from":"human","value":"', b'"},{"from":"gpt","value":"'
    return [
        Run(((b',\n{"conversations":[', None),), rows.all),
        _before(rows, b'{"from":"system","value":"'),
        rows.rounds.run(human, model, b'"},'),
        *_last_round(rows, human, model),
        Run(((b'"}]}', None),), rows.all),
    ]


def lines(table: pa.Table, layout: Layout) -> Iterator[memoryview]:
    """The rows of a table in a layout, piece by piece."""
    starts = range(0, table.num_rows, SLICE_ROWS)
    yield from json_pieces(layout(Slice(table.slice(start, SLICE_ROWS))) for start in starts)


def array(table: pa.Table, layout: Layout) -> Iterator[memoryview | bytes]:
    """The same as one JSON array; the layout puts a comma before each row, and the first one is left out."""
    yield b"["
    for number, piece in enumerate(lines(table, layout)):
        yield piece if number else piece[1:]
    yield b"\n]\n"


def _before(rows: Slice, piece: bytes) -> Run:
    """The role of the model, where a row gives one."""
    return Run(((piece, rows.texts("system")), (b'"},', None)), rows.rows_with("system"))


def _last_round(rows: Slice, question: bytes, answer: bytes) -> list[Run]:
    """The instruction, the input on a line of its own where there is one, and the answer."""
    return [
        Run(((question, rows.texts("instruction")),), rows.all),
        Run(((b"\\n", rows.texts("input")),), rows.rows_with("input")),
        Run(((answer, rows.texts("output")),), rows.all),
    ]


def _is_first(lengths: Rows) -> NDArray[np.bool_]:
    is_first = np.zeros(int(lengths.sum()), np.bool_)
    starts = np.cumsum(lengths) - lengths
    is_first[starts[lengths > 0]] = True
    return is_first
