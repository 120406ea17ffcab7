"""The checks of one row by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from kitae.engines.defects import answers, leftovers, questions
from kitae.engines.defects.marks import MARKS, Field, Marks

CheckFunction = Callable[[str, str, str, str], str | None]
"""(instruction, input, output, language) -> what was found, or None."""


@dataclass(frozen=True)
class Check:
    """One class of defect."""

    name: str
    find: CheckFunction
    marks: Marks


@dataclass(frozen=True, slots=True)
class Defect:
    """A check that found something, and what."""

    check: str
    evidence: str


CHECKS: tuple[Check, ...] = tuple(
    Check(find.__name__, find, MARKS[find.__name__])
    for find in (
        answers.refusal,
        answers.ai_self_reference,
        answers.truncated_answer,
        answers.repetition,
        answers.symbol_share,
        questions.impossible_request,
        questions.unreachable_link,
        questions.empty_input_mismatch,
        questions.unused_input_mark,
        questions.merged_instructions,
        leftovers.placeholder,
        leftovers.html_leftovers,
        leftovers.template_leftovers,
        leftovers.boilerplate,
        leftovers.mojibake,
        leftovers.no_answer,
    )
)
"""Every check, in the order in which they are told."""


def find_defects(
    instruction: str,
    input: str,  # noqa: A002
    output: str,
    language: str = "",
    checks: Collection[str] = tuple(MARKS),
) -> tuple[Defect, ...]:
    """What the named checks find in one row; empty for a sound row.

    Args:
        instruction: What is asked.
        input: The text that the instruction speaks of; may be empty.
        output: The answer.
        language: `en`, `ja`, `zh` or empty.
        checks: Names out of `MARKS`.
    """
    texts: dict[Field, str] = {"instruction": instruction, "input": input, "output": output}
    lower: dict[Field, str] = {field: text.lower() for field, text in texts.items()}
    found: list[Defect] = []
    for check in CHECKS:
        if check.name in checks and _is_possible(check.marks, lower):
            evidence = check.find(instruction, input, output, language)
            if evidence is not None:
                found.append(Defect(check.name, evidence))
    return tuple(found)


def _is_possible(marks: Marks, lower: dict[Field, str]) -> bool:
    """Whether a text of the marks stands in a field; patterns are left to the check itself."""
    if marks.most_characters and all(len(lower[f]) > marks.most_characters for f in marks.fields):
        return False
    if marks.patterns or not marks.needles:
        return any(len(lower[field]) >= marks.least_characters for field in marks.fields)
    if marks.at_start:
        return any(_starts(lower[field], marks.needles) for field in marks.fields)
    return any(needle in lower[field] for field in marks.fields for needle in marks.needles)


_SIGNS = re.compile(r"[\W_]*")


def _starts(text: str, needles: tuple[str, ...]) -> bool:
    found = _SIGNS.match(text)
    return text.startswith(needles, found.end() if found else 0)
