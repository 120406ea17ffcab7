"""The repairs of `engines.language.repair` over a column: only texts with an open gate are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language import repair
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import Gate
from kitae.engines.texts.measures import Measures, measure

GATES = {
    "mojibake": Gate.MOJIBAKE,
    "control_character": Gate.CONTROL,
    "unicode_form": Gate.COMPOSING,
    "special_token": Gate.SPECIAL_TOKEN,
    "outer_space": Gate.OUTER_SPACE,
}
"""Rule -> the gate without which it changes nothing."""


@dataclass(frozen=True)
class Rule:
    """One way to change a text.

    Attributes:
        name: Its code in the list of changes.
        gate: Texts without it are not changed.
        change: Text -> text.
    """

    name: str
    gate: Gate
    change: Callable[[str], str]


@dataclass(frozen=True)
class Step:
    """Rules that are applied one after another, until none of them changes anything or `rounds` times."""

    rules: tuple[Rule, ...]
    rounds: int = 1


class Mended(NamedTuple):
    """One change of one text."""

    row: int
    rule: str
    before: str
    after: str


@dataclass(frozen=True)
class MendedColumn:
    """A column after its repairs, what is in it now, and each change in the order in which it was made."""

    column: TextColumn
    measures: Measures
    changes: tuple[Mended, ...]


def repair_step(*, all_rules: bool = True) -> Step:
    """What `repaired` does: every rule, or only those that also serve texts which are to stay as they are."""
    names = repair.RULES if all_rules else repair.ALWAYS
    rules = tuple(Rule(name, GATES[name], repair.RULES[name]) for name in names)
    return Step(rules, repair.MOST_ROUNDS)


def marker_step() -> Step:
    """Chat markers cut out wherever they stand."""
    change = repair.without_inner_special_tokens
    return Step((Rule("special_token", Gate.SPECIAL_TOKEN, change),))


def mended_column(column: TextColumn, measures: Measures, steps: Sequence[Step]) -> MendedColumn:
    """All steps on every text, over and over, until a text is its own repair.

    Args:
        column: Texts.
        measures: Of the same texts.
        steps: In the order in which they are applied.
    """
    work = _Work(column, measures)
    rows = np.arange(len(column))
    while len(rows):
        rows = _joined(work.do(step, rows) for step in steps)
    return MendedColumn(column.replaced(work.texts), work.measures, tuple(work.changes))


Rows = NDArray[np.int64]


class _Work:
    """A column while it is mended; `texts` has those that are no longer as they were."""

    def __init__(self, column: TextColumn, measures: Measures) -> None:
        self._column = column
        self.measures = measures
        self.texts: dict[int, str] = {}
        self.changes: list[Mended] = []

    def do(self, step: Step, rows: Rows) -> Rows:
        """Apply a step to some rows; the rows that it changed."""
        touched: list[Rows] = []
        for _ in range(step.rounds):
            rows = _joined(self._apply(rule, rows) for rule in step.rules)
            if not len(rows):
                break
            touched.append(rows)
        return _joined(touched)

    def _apply(self, rule: Rule, rows: Rows) -> Rows:
        """Apply a rule to those rows that have its gate open; the rows that it changed."""
        suspects = rows[(self.measures.gates[rows] & np.uint32(rule.gate)) != 0]
        made: dict[int, str] = {}
        for row in suspects.tolist():
            before = self.texts[row] if row in self.texts else self._column[row]
            after = rule.change(before)
            if after != before:
                made[row] = after
                self.changes.append(Mended(row, rule.name, before, after))
        changed = np.array(list(made), np.int64)
        if made:
            self.texts.update(made)
            fresh = measure(TextColumn.from_texts(list(made.values())))
            self.measures = self.measures.replaced(changed, fresh)
        return changed


def _joined(parts: Iterable[Rows]) -> Rows:
    """Rows of several lists, in order, each once."""
    found = [part for part in parts if len(part)]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
