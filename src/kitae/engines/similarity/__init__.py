"""Which texts are the same, nearly the same, or two wordings of one text. Deterministic, at column speed."""

from kitae.engines.language import normalised
from kitae.engines.similarity.clusters import DisjointSets, cluster_labels
from kitae.engines.similarity.duplicates import (
    ComparedRows,
    QuestionAnswers,
    Repeats,
    find_repeats,
    near_questions,
)
from kitae.engines.similarity.rows import (
    history_texts,
    question_answers,
    row_texts,
    whole_question,
    whole_questions,
)
from kitae.engines.similarity.shared import Links, RowTexts, shared_text_groups, text_links

__all__ = [
    "ComparedRows",
    "DisjointSets",
    "Links",
    "QuestionAnswers",
    "Repeats",
    "RowTexts",
    "cluster_labels",
    "find_repeats",
    "history_texts",
    "near_questions",
    "normalised",
    "question_answers",
    "row_texts",
    "shared_text_groups",
    "text_links",
    "whole_question",
    "whole_questions",
]
