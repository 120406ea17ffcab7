"""Examples as the texts that are compared."""

from __future__ import annotations

from kitae.engines.similarity.duplicates import QuestionAnswer
from kitae.engines.similarity.shared import TextRow
from kitae.records.example import Example


def whole_question(example: Example) -> str:
    """All that is asked, earlier rounds included: the same last line may be another question."""
    earlier = [part for one in example.history for part in (one.instruction, one.answer)]
    return "\n".join([*earlier, example.question])


def text_row(example: Example) -> TextRow:
    """The row as `text_links` takes it. The source's groups are its own: two sources may both have a 1."""
    given = f"{example.source}\x1f{example.group}" if example.group else ""
    return TextRow(whole_question(example), example.output, example.input, given)


def question_answer(example: Example) -> QuestionAnswer:
    """The row as `duplicate_pairs` takes it: another system prompt makes another question."""
    question = whole_question(example)
    if example.system:
        question = f"{example.system}\n{question}"
    return QuestionAnswer(question, example.output)
