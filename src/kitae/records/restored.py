"""Rows that a person took back after a stage had dropped them: the journal `restored`.

An entry names rows by their content ids, so a changed text never inherits a restoration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

JOURNAL = "restored"


def restored_ids(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The rows whose restoration stands, sorted.

    Args:
        entries: Of the journal, oldest first; one with `undo` takes the row's restoration back.
    """
    standing: dict[str, bool] = {}
    for entry in entries:
        standing[str(entry["row"])] = not entry.get("undo", False)
    return tuple(sorted(row for row, is_restored in standing.items() if is_restored))
