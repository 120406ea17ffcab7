"""The rows of a dataset as the checks look at them: by column, all sides in one table."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.records.columns import equals, rows_at, rows_where, strings
from kitae.records.dataset import Dataset
from kitae.records.example import EXAMPLES_SCHEMA, SIDES, Example, to_examples
from kitae.records.store import Artifact

if TYPE_CHECKING:
    from kitae.engines.similarity import ComparedRows

Task = Literal["closed", "open"]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
TEXT_FIELDS = ("instruction", "input", "output", "system")
_compute: Any = pc


@dataclass(frozen=True)
class Texts:
    """One kind of text of all rows.

    Attributes:
        name: A column, or `history` for the questions or answers of earlier rounds.
        column: The texts.
        rows: The row that each text is of.
    """

    name: str
    column: TextColumn
    rows: Places


@dataclass(frozen=True)
class Rows:
    """All rows of a dataset, with what several checks ask of them.

    Attributes:
        table: Of `EXAMPLES_SCHEMA`: the train side, then validation, then test.
        sizes: Rows of the three sides.
        is_closed: Whether answers come from a small label set.
        flags: What `clean` tells of rows: id, check, evidence.
        benchmarks: Name of each file that the recipe names -> its texts.
    """

    table: pa.Table
    sizes: tuple[int, int, int]
    is_closed: bool
    flags: pa.Table
    benchmarks: Mapping[str, TextColumn] = field(default_factory=dict[str, TextColumn])

    def __len__(self) -> int:
        """Number of rows."""
        return self.table.num_rows

    @property
    def num_train(self) -> int:
        """Rows of the train side; they come first."""
        return self.sizes[0]

    @property
    def num_held_out(self) -> int:
        """Rows of validation and test."""
        return self.sizes[1] + self.sizes[2]

    @property
    def is_held_out(self) -> Mask:
        """Which rows are validation or test."""
        return np.arange(len(self)) >= self.num_train

    @property
    def train(self) -> pa.Table:
        """The train side."""
        return self.table.slice(0, self.num_train)

    @property
    def held_out(self) -> pa.Table:
        """Validation and test."""
        return self.table.slice(self.num_train)

    @property
    def test(self) -> pa.Table:
        """The test side."""
        return self.table.slice(self.num_train + self.sizes[1])

    @property
    def task(self) -> Task:
        """`closed` where answers are labels, else `open`."""
        return "closed" if self.is_closed else "open"

    @cached_property
    def is_made(self) -> Mask:
        """Which rows were made, not given."""
        return equals(self.table, "origin", "made")

    @cached_property
    def is_fetched(self) -> Mask:
        """Which rows come from hubs or the web; the others are the user's own."""
        return ~equals(self.table, "retrieved", "")

    @cached_property
    def is_usable(self) -> Mask:
        """Which rows have a question and an answer."""
        asked = _has_text(self.table, "instruction") | _has_text(self.table, "input")
        return asked & _has_text(self.table, "output")

    @cached_property
    def question(self) -> TextColumn:
        """All that the model is asked: system, earlier rounds, question."""
        from kitae.engines.similarity import question_answers

        return question_answers(self.table).question

    @cached_property
    def answer(self) -> TextColumn:
        """The answers."""
        return TextColumn.from_arrow(self.table["output"])

    @cached_property
    def compared(self) -> ComparedRows:
        """Questions and answers, ready for comparison."""
        from kitae.engines.similarity import ComparedRows, QuestionAnswers

        return ComparedRows.of(QuestionAnswers(self.question, self.answer))

    @cached_property
    def question_codes(self) -> Places:
        """Equal for questions that are the same but for width, spacing and the last mark."""
        return _codes(self.question, strict_key)

    @cached_property
    def answer_codes(self) -> Places:
        """Equal for answers that are the same."""
        from kitae.engines.statistics.answers import answer_key

        return _codes(self.answer, answer_key)

    @cached_property
    def texts(self) -> tuple[Texts, ...]:
        """The texts of all fields and earlier rounds."""
        from kitae.engines.similarity import history_texts
        from kitae.records.columns import list_lengths

        everyone = np.arange(len(self))
        of_round = np.repeat(everyone, list_lengths(self.table, "history"))
        fields = [Texts(n, TextColumn.from_arrow(self.table[n]), everyone) for n in TEXT_FIELDS]
        rounds = [Texts("history", column, of_round) for column in history_texts(self.table)]
        return (*fields, *rounds)

    def example(self, row: int) -> Example:
        """One row."""
        return to_examples(rows_at(self.table, [row]))[0]

    def ids(self, rows: Places | Sequence[int]) -> list[str]:
        """The ids of some rows."""
        return strings(rows_at(self.table.select(["id"]), rows), "id")

    def flagged(self, checks: Sequence[str]) -> dict[int, str]:
        """Row -> the first of these checks that `clean` tells of."""
        wanted = rows_where(self.flags, _is_among(self.flags["check"], checks))
        first: dict[str, str] = {}
        for one, check in zip(strings(wanted, "id"), strings(wanted, "check"), strict=True):
            first.setdefault(one, check)
        rows = np.flatnonzero(_is_among(self.table["id"], list(first)))
        return {row: first[one] for row, one in zip(rows.tolist(), self.ids(rows), strict=True)}


def read_rows(
    build: Artifact, clean: Artifact, benchmarks: Mapping[str, TextColumn] | None = None
) -> Rows:
    """The rows of a build artifact, and what `clean` tells of them."""
    sides = [build.table(side).select(EXAMPLES_SCHEMA.names) for side in SIDES]
    sizes = (sides[0].num_rows, sides[1].num_rows, sides[2].num_rows)
    is_closed = build.record("dataset", Dataset).is_closed
    table = pa.concat_tables(sides).combine_chunks()
    return Rows(table, sizes, is_closed, clean.table("flags"), benchmarks or {})


def strict_key(text: str) -> str:
    """The text without differences of width, spacing and the mark at its end; case counts."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).rstrip(" .?!。")


def first_of_each(codes: NDArray[Any]) -> Places:
    """For each row, the first row with the same code."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def joined_codes(*columns: NDArray[Any]) -> Places:
    """One code for each combination of codes."""
    joined = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        _, codes = np.unique(column, return_inverse=True)
        _, joined = np.unique(joined * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    return joined.astype(np.int64)


def _codes(column: TextColumn, key: Callable[[str], str]) -> Places:
    """Codes of texts with equal keys; only texts with equal words are looked at one by one.

    Equal keys must mean equal words, or an object or list of JSON.
    """
    from kitae.engines.texts.column import first_bytes
    from kitae.engines.texts.memo import MEMO

    signs, hashes = MEMO.sign(column), column.hashes
    is_json = np.isin(first_bytes(column), np.frombuffer(b"{[", np.uint8))
    words = np.where((signs.num_tokens > 0) & ~is_json, signs.normal, np.uint64(0))
    _, codes, counts = np.unique(words, return_inverse=True, return_counts=True)
    codes = codes.astype(np.int64)
    known: dict[str, int] = {}
    seen: dict[int, int] = {}
    for row in np.flatnonzero((counts[codes] > 1) | is_json).tolist():
        text = int(hashes[row])
        if text not in seen:
            seen[text] = known.setdefault(key(column[row]), len(counts) + len(known))
        codes[row] = seen[text]
    return codes


def _has_text(table: pa.Table, name: str) -> Mask:
    trimmed = _compute.utf8_trim_whitespace(table[name])
    return np.asarray(_compute.not_equal(trimmed, "").to_numpy(), np.bool_)


def _is_among(column: Any, texts: Sequence[str]) -> Mask:  # noqa: ANN401
    wanted = cast("Any", pa.array(list(texts), pa.string()))
    return np.asarray(_compute.is_in(column, wanted).to_numpy(), np.bool_)
