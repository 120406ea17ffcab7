"""Which texts of a column may hold something private, from what is known of them already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kitae.engines.private.needles import ANNOUNCED, TOKEN_START
from kitae.engines.private.shapes import has_number_shape, has_wide_sign
from kitae.engines.screening.memo import SCREENS, all_needles
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import DIGIT, Gate
from kitae.engines.texts.measures import Measures

_OPEN = np.uint32(Gate.AT_SIGN | Gate.MANY_DIGITS)


def private_suspects(column: TextColumn, measures: Measures) -> NDArray[np.bool_]:
    """Whether `find_private` may find anything in each text. `False` is certain.

    Args:
        column: The texts.
        measures: Of the same texts.
    """
    if not len(column.data):
        return np.zeros(len(column), np.bool_)
    said = SCREENS.standing(column) & all_needles().bits(TOKEN_START, ANNOUNCED)
    shaped = has_number_shape(column, measures.kinds[:, DIGIT])
    is_wide = (measures.gates & np.uint32(Gate.NON_ASCII)) != 0
    return (said != 0) | ((measures.gates & _OPEN) != 0) | shaped | has_wide_sign(column, is_wide)
