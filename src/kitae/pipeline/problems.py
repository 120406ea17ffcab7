"""What is wrong with a value of the recipe, in words for the person who wrote it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

_CHOICE = re.compile(r"'([^']*)'|(\d+)")
_BLOCK = "needs keys of its own below it, each on a line like `key: value`"
_LIST = "needs a list: lines that start with `- `"
_WHOLE_NUMBER = "needs a whole number"
_NUMBER = "needs a number"
_YES_OR_NO = "needs true or false"
_WANTED: Mapping[str, str] = {
    "model_type": _BLOCK,
    "model_attributes_type": _BLOCK,
    "dict_type": _BLOCK,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": "needs text (put it in quotes)",
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "string_too_short": "needs at least {min_length} character(s)",
    "string_too_long": "may have at most {max_length} characters",
    "too_short": "needs at least {min_length} item(s)",
    "too_long": "may have at most {max_length} items",
}
"""Type of the checker's error -> what the key needs."""


def wrong_value(details: Sequence[ErrorDetails]) -> str:
    """What one key takes, what it was given, and the nearest allowed word.

    Args:
        details: Everything that is wrong with the value; several where it may have one of several forms.
    """
    given = details[0].get("input")
    choices = [choice for detail in details for choice in _choices(detail)]
    if choices:
        return f"{_shown(given)} is not one of {', '.join(choices)}{_nearest(given, choices)}"
    wanted = dict.fromkeys(_wanted(detail) for detail in details)
    return f"{' or '.join(wanted)} (given: {_shown(given)})"


def _wanted(detail: ErrorDetails) -> str:
    text = _WANTED.get(detail["type"])
    if text is None:
        return detail["msg"].removeprefix("Value error, ")
    return text.format(**detail.get("ctx", {}))


def _choices(detail: ErrorDetails) -> list[str]:
    """The words of a closed set, empty for other errors."""
    context: dict[str, Any] = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        told = str(context["expected"])
    elif detail["type"] == "union_tag_invalid":
        told = str(context["expected_tags"])
    else:
        return []
    return [word or number for word, number in _CHOICE.findall(told)]


def _nearest(given: object, choices: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(given).casefold(), choices, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _shown(given: object) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, Mapping):
        return "keys and values"
    if isinstance(given, list | tuple):
        return "a list"
    text = repr(given)
    return text if len(text) <= 80 else text[:79] + "…"
