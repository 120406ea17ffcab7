"""Which texts are the same, nearly the same, or two wordings of one text. Exact and deterministic."""

from kitae.engines.language import normalised
from kitae.engines.similarity.clusters import DisjointSets, cluster_labels
from kitae.engines.similarity.duplicates import QuestionAnswer, duplicate_pairs, near_questions
from kitae.engines.similarity.kernel import Pairs, near_pairs
from kitae.engines.similarity.rows import question_answer, text_row, whole_question
from kitae.engines.similarity.shared import Links, TextRow, shared_text_groups, text_links
from kitae.engines.similarity.shingles import Shingles, shingles

__all__ = [
    "DisjointSets",
    "Links",
    "Pairs",
    "QuestionAnswer",
    "Shingles",
    "TextRow",
    "cluster_labels",
    "duplicate_pairs",
    "near_pairs",
    "near_questions",
    "normalised",
    "question_answer",
    "shared_text_groups",
    "shingles",
    "text_links",
    "text_row",
    "whole_question",
]
