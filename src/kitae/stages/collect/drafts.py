"""What a row of any form becomes on its way to an Example."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

Rounds = tuple[tuple[str, str], ...]


class Draft(NamedTuple):
    """The content of an Example, before it has an id."""

    instruction: str
    input: str
    output: str
    system: str
    history: Rounds
    group: str = ""


class RefusedRowError(Exception):
    """The row must not become an Example; the rule, the field and the value that speak against it."""

    def __init__(self, rule: str, field_name: str | None = None, detail: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.field = field_name
        self.detail = detail


@dataclass
class Notes:
    """Repairs made while a row is read: rule -> (field, detail), one entry per rule."""

    repairs: dict[str, tuple[str | None, str]] = field(
        default_factory=dict[str, tuple[str | None, str]]
    )

    def add(self, rule: str, field_name: str | None = None, detail: str = "") -> None:
        """Note a repair; the first of its rule is shown, later ones add their detail."""
        if rule in self.repairs and detail:
            first_field, first_detail = self.repairs[rule]
            self.repairs[rule] = (first_field, f"{first_detail}, {detail}"[:200])
        else:
            self.repairs.setdefault(rule, (field_name, detail))


def text_of(value: Any, field_name: str, notes: Notes) -> str:  # noqa: ANN401
    """A field's text; nothing is an empty text, a number is written out.

    Raises:
        RefusedRowError: The value is a list or an object.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        notes.add("scalar_as_text", field_name, str(value).lower())
        return str(value).lower()
    if isinstance(value, int | float):
        if value != value:
            notes.add("nan", field_name, "NaN")
            return ""
        notes.add("scalar_as_text", field_name, str(value))
        return str(value)
    raise RefusedRowError("wrong_type", field_name, shown(value))


def shown(value: Any) -> str:  # noqa: ANN401
    """A value as evidence: JSON where it can be, short."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = str(value)
    return text[:80]
