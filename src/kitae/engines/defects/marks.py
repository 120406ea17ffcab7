"""What must stand in a row for a check to find anything: it is looked for in whole columns, before any check."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kitae.engines.screening.memo import SCREENS, all_needles
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import OTHER_SCRIPT, SPACE, Gate
from kitae.engines.texts.measures import Measures

Field = Literal["instruction", "input", "output"]
FIELDS: tuple[Field, ...] = ("instruction", "input", "output")
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class FieldTexts:
    """One field of all rows, and what is in it."""

    column: TextColumn
    measures: Measures

    @property
    def solid(self) -> NDArray[np.int64]:
        """Characters of each text without white space and other scripts, which have a blank of their own (U+1680)."""
        left_out = self.measures.kinds[:, [SPACE, OTHER_SCRIPT]].sum(axis=1, dtype=np.int64)
        return self.measures.characters - left_out

    def has(self, check: str) -> Mask:
        """Whether a needle of a check stands in each text."""
        return (SCREENS.standing(self.column) & all_needles().bits(check)) != 0

    def opens(self, gate: Gate) -> Mask:
        """Whether one of these gates is open in each text."""
        return (self.measures.gates & np.uint32(gate)) != 0


RowTexts = Mapping[Field, FieldTexts]
Look = Callable[[RowTexts], Mask]


@dataclass(frozen=True)
class Marks:
    """What must stand in one of the fields for a check to find anything.

    A test takes each of the patterns apart and shows that no match goes without.
    """

    fields: tuple[Field, ...]
    patterns: tuple[re.Pattern[str], ...] = ()
    """The check finds nothing where none of these matches."""
    needles: tuple[str, ...] = ()
    """Every match has one of these, whatever the case of A to Z ..."""
    gate: Gate | None = None
    """... or opens one of these ..."""
    shape: Look | None = None
    """... or the row is shaped like this."""
    only: Look | None = None
    """Other rows are sound, whatever they have."""
    least_characters: int = 0
    """Shorter fields are sound."""
    most_characters: int = 0
    """Longer ones too; 0 sets no bound."""


def may_have(check: str, marks: Marks, texts: RowTexts) -> Mask:
    """Whether the marks of a check stand in each row. `False` is certain."""
    possible = np.zeros(len(texts["output"].column), np.bool_)
    for name in marks.fields:
        field = texts[name]
        found = marks.shape(texts) if marks.shape else np.zeros_like(possible)
        if marks.needles:
            found = found | field.has(check)
        if marks.gate:
            found = found | field.opens(marks.gate)
        possible |= found & _fits(field, marks)
    return possible & marks.only(texts) if marks.only and possible.any() else possible


def _fits(field: FieldTexts, marks: Marks) -> Mask:
    """Whether each text has a length at which the check finds anything."""
    sizes = field.measures.characters
    is_short = sizes <= marks.most_characters if marks.most_characters else True
    return (sizes >= marks.least_characters) & is_short


def either(*needles: str) -> tuple[str, ...]:
    """Needles written with `|` between them."""
    return tuple(one for text in needles for one in text.split("|"))


def each(before: str, after: str) -> tuple[str, ...]:
    """Every beginning with every end, both written with `|` between them."""
    return tuple(one + other for one in before.split("|") for other in after.split("|"))
