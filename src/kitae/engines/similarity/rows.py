"""Examples as the texts that are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.engines.similarity.clusters import text_codes
from kitae.engines.similarity.duplicates import QuestionAnswers
from kitae.engines.similarity.shared import RowTexts
from kitae.engines.texts.column import TextColumn, with_lines
from kitae.records.columns import equals, list_lengths, rounds_of, rows_at, strings
from kitae.records.example import Example


def whole_question(example: Example) -> str:
    """All that is asked, earlier rounds included: the same last line may be another question."""
    earlier = [part for one in example.history for part in (one.instruction, one.answer)]
    return "\n".join([*earlier, example.question])


def row_texts(table: pa.Table) -> RowTexts:
    """The rows as `text_links` takes them. The source's groups are its own: two may both have a 1."""
    return RowTexts(
        whole_questions(table),
        TextColumn.from_arrow(table["output"]),
        TextColumn.from_arrow(table["input"]),
        _given(table),
    )


def question_answers(table: pa.Table) -> QuestionAnswers:
    """The rows as `find_repeats` takes them: another system prompt makes another question."""
    question = whole_questions(table)
    rows: list[int] = np.flatnonzero(~equals(table, "system", "")).tolist()
    systems = TextColumn.from_arrow(table["system"])
    asked = {row: f"{systems[row]}\n{question[row]}" for row in rows}
    return QuestionAnswers(question.replaced(asked), TextColumn.from_arrow(table["output"]))


def whole_questions(table: pa.Table) -> TextColumn:
    """All that is asked in each row, earlier rounds included."""
    instruction, material = (
        TextColumn.from_arrow(table[name]) for name in ("instruction", "input")
    )
    questions = with_lines(instruction, material)
    rows = np.flatnonzero(list_lengths(table, "history") > 0)
    earlier: list[Any] = rows_at(table.select(["history"]), rows)["history"].to_pylist()
    return questions.replaced(
        {
            row: "\n".join([*_parts(rounds), questions[row]])
            for row, rounds in zip(rows.tolist(), earlier, strict=True)
        }
    )


def history_texts(table: pa.Table) -> tuple[TextColumn, TextColumn]:
    """The questions and the answers of all earlier rounds of all rows, one after another."""
    rounds = rounds_of(table)
    asked, told = (TextColumn.from_arrow(rounds.field(n)) for n in ("instruction", "answer"))
    return asked, told


def _parts(rounds: list[dict[str, str]]) -> list[str]:
    return [part for one in rounds for part in (one["instruction"], one["answer"])]


def _given(table: pa.Table) -> NDArray[np.int64]:
    if equals(table, "group", "").all():
        return np.full(table.num_rows, -1, np.int64)
    pairs = zip(strings(table, "source"), strings(table, "group"), strict=True)
    return text_codes(f"{source}\x1f{group}" if group else "" for source, group in pairs)
