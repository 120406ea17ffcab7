"""What stands in a column is looked up once: private data and defects ask the same bytes."""

from __future__ import annotations

import weakref
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kitae.engines.screening.needles import Groups, Needles
from kitae.engines.texts.column import TextColumn


@lru_cache(maxsize=1)
def all_needles() -> Needles:
    """The needles of every check of defects and of private data."""
    from kitae.engines.defects.checks import CHECKS
    from kitae.engines.private.needles import NEEDLES

    return Needles.of({check.name: check.marks.needles for check in CHECKS} | NEEDLES)


class ScreenMemo:
    """What stands in the columns that are still in use. One per process."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[TextColumn], Groups]] = {}

    def __len__(self) -> int:
        """Number of columns."""
        return len(self._known)

    def standing(self, column: TextColumn) -> Groups:
        """The groups of `all_needles` in each text of a column."""
        column_known, groups = self._known.get(id(column), (None, None))
        if groups is None or column_known is None or column_known() is not column:
            groups = all_needles().standing(column)
            self._keep(column, groups)
        return groups

    def changed(self, before: TextColumn, after: TextColumn, rows: NDArray[np.int64]) -> None:
        """Look up only the texts in which a column differs from one that was looked up."""
        groups = self.standing(before).copy()
        groups[rows] = all_needles().standing(after.take(rows))
        self._keep(after, groups)

    def _keep(self, column: TextColumn, groups: Groups) -> None:
        key = id(column)
        self._known[key] = (weakref.ref(column, lambda _: self._known.pop(key, None)), groups)


SCREENS = ScreenMemo()
