"""Bytes of a text's normal form -> bytes of the text as it was written."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import plain_characters, with_plain_characters

_PIECE = re.compile(r".[\u0300-\u036f\u1100-\u11ff\u3099\u309a\uff9e\uff9f]*", re.DOTALL)
"""A character with those that join with it."""


def in_written_form(
    column: TextColumn, rows: NDArray[np.int64], spans: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Spans of the normal forms of some rows as spans of the rows themselves.

    Args:
        column: As written.
        rows: Row of each span.
        spans: (spans, 2): first byte, and the one after the last.
    """
    found = spans.copy()
    if not len(rows):
        return found
    distinct, place = np.unique(rows, return_inverse=True)
    texts = column.take(distinct)
    plain = with_plain_characters(texts)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(len(distinct) + 1))
    for row in range(len(distinct)):
        text, form = texts[row], plain[row]
        if text != form:
            mine = order[bounds[row] : bounds[row + 1]]
            found[mine] = _written(text, form, spans[mine])
    return found


def _written(text: str, form: str, spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """Spans of a text; the whole text where characters join over more than its marks."""
    pieces: list[str] = _PIECE.findall(text)
    forms = [plain_characters(piece) for piece in pieces]
    if "".join(forms) != form:
        return np.array([0, len(text.encode())])
    written = np.cumsum([0, *(len(piece.encode()) for piece in pieces)])
    formed = np.cumsum([0, *(len(one.encode()) for one in forms)])
    first = np.searchsorted(formed, spans[:, 0], side="right") - 1
    end = np.searchsorted(formed, spans[:, 1], side="left")
    return np.stack([written[first], written[end]], axis=1)
