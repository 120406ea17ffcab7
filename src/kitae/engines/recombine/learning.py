"""From examples to a grammar, or to the reason why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kitae.core.hashing import unit_interval
from kitae.engines.recombine.answers import find_label_space
from kitae.engines.recombine.grammar import Grammar, to_grammar
from kitae.engines.recombine.induction import find_readings
from kitae.engines.recombine.rows import to_rows
from kitae.records.example import Example

MIN_EXAMPLES = 16
MIN_OF_A_KIND = 16
"""Examples in one script (and with one instruction, where the input varies) that are needed to learn from."""
MIN_PHRASE_SHARE = 0.5
MAX_EXAMPLES = 2000
"""More examples teach no more phrasings worth the time; this many are taken, spread by their ids."""
MIN_READ_SHARE = 0.3
"""Share of rows in which words with a meaning must have been found."""


@dataclass(frozen=True)
class Refusal:
    """Why a set cannot be varied by recombining.

    Attributes:
        reason: `too_few`, `one_answer`, `open_answers`, `mixed_answers`, `too_many_fields`, `long_texts`
            or `nothing_shared`.
        values: The numbers behind it.
    """

    reason: str
    values: Mapping[str, int] = field(default_factory=dict[str, int])


def learn(examples: Sequence[Example]) -> Grammar | Refusal:
    """What the examples share: phrasings with open places, and words for each value."""
    if len(examples) < MIN_EXAMPLES:
        return Refusal("too_few", {"rows": len(examples), "minimum": MIN_EXAMPLES})
    space = find_label_space([example.output for example in examples])
    if isinstance(space, str):
        distinct = len({example.output for example in examples})
        return Refusal(space, {"rows": len(examples), "distinct": distinct})
    rows = to_rows(examples, space)
    if len(rows) < max(MIN_EXAMPLES, MIN_PHRASE_SHARE * len(examples)):
        return Refusal("long_texts", {"rows": len(examples), "short": len(rows)})
    kinds = Counter(row.setting for row in rows)
    rows = [row for row in rows if kinds[row.setting] >= MIN_OF_A_KIND]
    if not rows:
        return Refusal("too_few", {"rows": max(kinds.values()), "minimum": MIN_OF_A_KIND})
    rows = sorted(rows, key=lambda row: unit_interval(row.example.id, "learn"))[:MAX_EXAMPLES]
    rows.sort(key=lambda row: row.example.id)
    grammar = to_grammar(find_readings(rows), space)
    read = sum(len(frame.rows) for frame in grammar.frames)
    if read < MIN_READ_SHARE * len(rows):
        return Refusal("nothing_shared", {"rows": len(rows), "shared": read})
    return grammar
