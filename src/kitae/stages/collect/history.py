"""The earlier rounds of an Alpaca record, in the ways people write them."""

from __future__ import annotations

from typing import Any, cast

import orjson

from kitae.engines.reading.roles import role_of
from kitae.stages.collect.conversations import rounds_of
from kitae.stages.collect.drafts import Notes, RefusedRowError, Rounds, shown, text_of
from kitae.stages.collect.placeholders import is_placeholder


def history_of(value: Any, notes: Notes) -> Rounds:  # noqa: ANN401
    """Rounds, oldest first; nothing, an empty text or an empty list give none.

    Raises:
        RefusedRowError: It is no list of pairs.
    """
    if isinstance(value, str) and value.strip()[:1] == "[":
        value = _parsed(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    if not isinstance(value, list | tuple):
        raise RefusedRowError("wrong_type", "history", shown(value))
    items = cast("list[Any]", value)
    if items and isinstance(items[0], dict) and {"role", "from"} & set(cast("Any", items[0])):
        return rounds_of(items, notes)
    rounds = [_round(item, number, notes) for number, item in enumerate(items, 1)]
    return tuple(r for r in rounds if r is not None)


def _parsed(text: str) -> Any:  # noqa: ANN401
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RefusedRowError("wrong_type", "history", text[:80]) from error


def _round(item: Any, number: int, notes: Notes) -> tuple[str, str] | None:  # noqa: ANN401
    """One round, or None where there is none in it."""
    question, answer = (text_of(part, "history", notes) for part in _pair(item, number))
    if is_placeholder(question) or is_placeholder(answer):
        notes.add("placeholder_history", "history", question[:60])
        return None
    if not question.strip() and not answer.strip():
        notes.add("empty_round", "history", f"#{number}")
        return None
    if not question.strip() or not answer.strip():
        raise RefusedRowError("broken_history", "history", f"#{number}")
    return question, answer


def _pair(item: Any, number: int) -> tuple[Any, Any]:  # noqa: ANN401
    if isinstance(item, dict):
        by_role = {role_of(key): value for key, value in cast("dict[str, Any]", item).items()}
        if "instruction" in by_role and "output" in by_role:
            return by_role["instruction"], by_role["output"]
    elif isinstance(item, list | tuple) and len(cast("list[Any]", item)) == 2:
        pair = cast("list[Any]", item)
        return pair[0], pair[1]
    raise RefusedRowError("wrong_type", "history", f"#{number}: {shown(item)}")
