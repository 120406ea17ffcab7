"""The checks of one row by name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from kitae.engines.defects import answers, leftovers, questions
from kitae.engines.defects.marks import Marks

CheckFunction = Callable[[str, str, str], str | None]
"""(instruction, input, output) -> what was found, or None."""


@dataclass(frozen=True)
class Check:
    """One class of defect."""

    find: CheckFunction
    marks: Marks

    @property
    def name(self) -> str:
        """As in the recipe."""
        return self.find.__name__


@dataclass(frozen=True, slots=True)
class Defect:
    """A check that found something, and what."""

    check: str
    evidence: str


CHECKS: tuple[Check, ...] = (
    Check(answers.refusal, answers.REFUSAL),
    Check(answers.ai_self_reference, answers.AI_SELF_REFERENCE),
    Check(answers.truncated_answer, answers.TRUNCATED_ANSWER),
    Check(answers.repetition, answers.REPETITION),
    Check(answers.symbol_share, answers.SYMBOL_SHARES),
    Check(questions.impossible_request, questions.IMPOSSIBLE_REQUEST),
    Check(questions.unreachable_link, questions.UNREACHABLE_LINK),
    Check(questions.empty_input_mismatch, questions.EMPTY_INPUT_MISMATCH),
    Check(questions.unused_input_mark, questions.UNUSED_INPUT_MARK),
    Check(questions.merged_instructions, questions.MERGED_INSTRUCTIONS),
    Check(leftovers.placeholder, leftovers.PLACEHOLDER),
    Check(leftovers.html_leftovers, leftovers.HTML_LEFTOVERS),
    Check(leftovers.template_leftovers, leftovers.TEMPLATE_LEFTOVERS),
    Check(leftovers.boilerplate, leftovers.BOILERPLATE),
    Check(leftovers.mojibake, leftovers.MOJIBAKE),
    Check(leftovers.no_answer, leftovers.NO_ANSWER),
)
"""Every check, in the order in which they are told."""
MARKS: dict[str, Marks] = {check.name: check.marks for check in CHECKS}
"""Name of each check -> what it needs."""


def find_defects(
    instruction: str,
    input: str,  # noqa: A002
    output: str,
    checks: Collection[str] = tuple(MARKS),
) -> tuple[Defect, ...]:
    """What the named checks find in one row; empty for a sound row.

    Args:
        instruction: What is asked.
        input: The text that the instruction speaks of; may be empty.
        output: The answer.
        checks: Names out of `MARKS`.
    """
    wanted = (check for check in CHECKS if check.name in checks)
    found = ((check.name, check.find(instruction, input, output)) for check in wanted)
    return tuple(Defect(name, evidence) for name, evidence in found if evidence is not None)
