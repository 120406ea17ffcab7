"""Which texts of a column may hold private data, so that only those are searched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kitae.engines.private import column_may_have_private
from kitae.engines.texts.column import TextColumn


def may_have_private(column: TextColumn) -> NDArray[np.bool_]:
    """Whether `find_private` may find anything in each text. `False` is certain."""
    if not len(column.data):
        return np.zeros(len(column), np.bool_)
    return np.asarray(column_may_have_private(column.to_arrow()), np.bool_)
