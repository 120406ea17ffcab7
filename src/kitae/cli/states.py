"""The table of `kitae status`: plain text, aligned for East Asian widths. Light on purpose."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import orjson

from kitae.core.words import say

_COUNTS = ("in", "made", "out", "dropped", "quarantined", "pending", "repaired")


def print_status(document: dict[str, Any], *, is_json: bool) -> None:
    """Print a status document, as it is or as a table."""
    if is_json:
        sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        sys.stdout.write("\n".join(state_lines(document)) + "\n")


def state_lines(document: dict[str, Any]) -> list[str]:
    """One line per stage: its title, its state, its rows."""
    language = document["language"]
    rows = [["stage", "state", *_COUNTS]]
    for stage in document["stages"]:
        counts = [str(stage["counts"][name] or "") for name in _COUNTS]
        rows.append([say(f"stage.{stage['name']}", language), stage["state"], *counts])
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [_line(row, widths) for row in rows]


def _line(cells: list[str], widths: list[int]) -> str:
    padded = [
        cell + " " * (width - _width(cell)) if index < 2 else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
