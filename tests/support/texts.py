"""Rows of texts for the similarity engine, made from tuples."""

from typing import NamedTuple

from kitae.engines.similarity import ComparedRows, QuestionAnswers, RowTexts
from kitae.engines.similarity.clusters import text_codes
from kitae.engines.texts.column import TextColumn


class TextRow(NamedTuple):
    """The texts of one row."""

    question: str
    answer: str
    input: str = ""
    given: str = ""


class QuestionAnswer(NamedTuple):
    """A question and its answer."""

    question: str
    answer: str


def row_columns(rows):
    """Rows as `text_links` takes them."""
    columns = [TextColumn.from_texts([row[i] for row in rows]) for i in range(3)]
    return RowTexts(*columns, text_codes(row.given for row in rows))


def row_pairs(rows):
    """Rows as `find_repeats` takes them."""
    texts = (TextColumn.from_texts([row[i] for row in rows]) for i in range(2))
    return ComparedRows.of(QuestionAnswers(*texts))
