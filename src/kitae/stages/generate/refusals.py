"""Why a set cannot be varied, in words."""

from __future__ import annotations

from kitae.core.errors import DataError
from kitae.engines.recombine import Refusal

_WHY = {
    "too_few": "there are only {rows} examples on the train side, and at least {minimum} are needed to see"
    " what they share",
    "one_answer": "all {rows} examples have the same answer, so that no word can be told from its answer",
    "open_answers": "the answers are free text ({distinct} different ones in {rows} examples), and a new question"
    " would need a new answer that nobody has written",
    "mixed_answers": "the answers are JSON written in different ways or with different keys ({distinct} different"
    " ones in {rows} examples)",
    "too_many_fields": "the answers have more fields than this method can tell apart",
    "long_texts": "only {short} of {rows} questions are short phrasings; the others are texts, which hold no gaps to"
    " fill",
    "nothing_shared": "only {shared} of {rows} questions share a phrasing with another, or a word that goes with the"
    " answer",
    "too_little_variety": "only {possible} new questions could be made from {rows} examples ({phrasings} phrasings"
    " with open places were found)",
}


def refusal_error(refusal: Refusal) -> DataError:
    """The error that says why nothing can be made, and what to do."""
    why = _WHY[refusal.reason].format(**refusal.values)
    return DataError(
        f"The offline augmenter cannot make rows from this data: {why}.",
        where="stage generate, the train side",
        fix="write `generate: off` in kitae.yaml, or add examples that say the same thing about other things"
        " (`How will work be this week?`, `How will school be this term?`)",
    )
