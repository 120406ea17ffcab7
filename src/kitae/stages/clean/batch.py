"""Rows as `clean` works on them: every text column with what is in it, and the table of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import Gate
from kitae.engines.texts.languages import LANGUAGES, languages
from kitae.engines.texts.measures import Measures, measure
from kitae.records.columns import list_lengths, rounds_of, texts_at, with_column
from kitae.records.example import EXAMPLES_SCHEMA

FIELDS = ("instruction", "input", "output", "system")
ROUND_FIELDS = ("instruction", "answer")

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Texts:
    """One kind of text of a batch, and what is in it.

    Attributes:
        column: The texts.
        measures: Of the same texts.
        rows: The row that each text is of.
        rounds: The earlier round that each text is of; -1 for texts of the last round.
    """

    column: TextColumn
    measures: Measures
    rows: Rows
    rounds: Rows

    def __getitem__(self, place: int) -> str:
        """One text."""
        return self.column[place]

    def rows_with(self, gate: Gate) -> Rows:
        """The rows that have a text with one of these gates open, each once."""
        return np.unique(self.rows[self.measures.rows_with(gate)])

    def with_column(self, column: TextColumn, measures: Measures) -> Texts:
        """The same rows with other texts."""
        return replace(self, column=column, measures=measures)


@dataclass(frozen=True)
class Batch:
    """Some rows.

    Attributes:
        table: Of `EXAMPLES_SCHEMA`; its texts may be older than those of `fields`.
        fields: Name -> texts of the last round.
        history: Name out of `ROUND_FIELDS` -> texts of the earlier rounds of all rows.
    """

    table: pa.Table
    fields: Mapping[str, Texts]
    history: Mapping[str, Texts]

    @classmethod
    def of(cls, table: pa.Table) -> Batch:
        """The rows of a table as they are; only `mended` fills in what is in them."""
        rows = np.arange(table.num_rows)
        last_round = np.full(table.num_rows, -1)
        fields = {
            name: _texts(TextColumn.from_arrow(table[name]), rows, last_round) for name in FIELDS
        }
        sizes = list_lengths(table, "history")
        starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
        of_row, rounds = np.repeat(rows, sizes), np.arange(int(sizes.sum())) - starts
        columns = rounds_of(table).flatten()
        history = {
            name: _texts(TextColumn.from_arrow(column), of_row, rounds)
            for name, column in zip(ROUND_FIELDS, columns, strict=True)
        }
        return cls(table, fields, history)

    def __len__(self) -> int:
        """Number of rows."""
        return self.table.num_rows

    @property
    def texts(self) -> tuple[Texts, ...]:
        """The texts of all fields and rounds."""
        return (*self.fields.values(), *self.history.values())

    @property
    def answer(self) -> Texts:
        """What the model is to answer."""
        return self.fields["output"]

    @property
    def has_question_words(self) -> NDArray[np.bool_]:
        """Whether the question surely has words."""
        asked = (self.fields[name].measures.gates for name in ("instruction", "input"))
        instruction, material = asked
        return ((instruction | material) & np.uint32(Gate.WORD)) != 0

    @property
    def question_characters(self) -> NDArray[np.int64]:
        """Length of each question: the instruction, and the input in lines of its own."""
        instruction, material = (self.fields[name] for name in ("instruction", "input"))
        lines = material.column.sizes > 0
        return instruction.measures.characters + material.measures.characters + lines

    def question(self, row: int) -> str:
        """What the model is asked in the last round."""
        instruction, material = (self.fields[name][row] for name in ("instruction", "input"))
        return f"{instruction}\n{material}" if material else instruction

    def rounds(self, row: int) -> list[str]:
        """The earlier rounds of a row: each instruction and its answer."""
        asked, answered = (self.history[name] for name in ROUND_FIELDS)
        places = np.flatnonzero(asked.rows == row).tolist()
        return [text for place in places for text in (asked[place], answered[place])]

    @cached_property
    def languages(self) -> NDArray[np.int8]:
        """Which of `LANGUAGES` question and answer together are in."""
        return self.languages_of("instruction", "input", "output")

    def languages_of(self, *names: str) -> NDArray[np.int8]:
        """Which of `LANGUAGES` some fields together are in."""
        fields = [self.fields[name] for name in names]
        return languages([one.column for one in fields], [one.measures for one in fields])

    @cached_property
    def current(self) -> pa.Table:
        """The rows with their texts as they are now, and their languages."""
        table = with_column(self.table, "history", self._history())
        table = with_column(table, "language", texts_at(LANGUAGES, self.languages.astype(np.int64)))
        for name, texts in self.fields.items():
            table = with_column(table, name, texts.column.to_arrow())
        return table

    def _history(self) -> pa.Array[Any]:
        arrow: Any = pa
        schema: Any = EXAMPLES_SCHEMA
        kind = schema.field("history").type
        rounds = [self.history[name].column.to_arrow() for name in ROUND_FIELDS]
        values = arrow.StructArray.from_arrays(rounds, fields=list(kind.value_type))
        sizes = np.bincount(self.history["answer"].rows, minlength=len(self))
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        return arrow.ListArray.from_arrays(arrow.array(offsets), values, type=kind)


def _texts(column: TextColumn, rows: Rows, rounds: Rows) -> Texts:
    return Texts(column, measure(column), rows, rounds)
