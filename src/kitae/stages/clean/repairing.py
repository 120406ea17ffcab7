"""Repairs the texts of a row and remembers each change."""

from __future__ import annotations

from collections.abc import Callable

from kitae.engines.language.repair import repaired, without_inner_special_tokens
from kitae.records.example import Example, Round
from kitae.records.issues import Change
from kitae.stages.clean.config import CleanConfig

EXCERPT = 120
CONTEXT = 20


def repaired_example(example: Example, config: CleanConfig) -> tuple[Example, list[Change]]:
    """The row with its texts repaired, and what changed. The id stays: it names the row, not its text."""
    changes: list[Change] = []

    def mend(field: str, text: str) -> str:
        mended, made = _mended(text, config)
        changes.extend(_change(example.id, field, *change) for change in made)
        return mended

    rounds = tuple(
        Round(
            instruction=mend(f"history[{i}].instruction", one.instruction),
            answer=mend(f"history[{i}].answer", one.answer),
        )
        for i, one in enumerate(example.history)
    )
    texts = {name: mend(name, getattr(example, name)) for name in _FIELDS}
    if not changes:
        return example, []
    rules = dict.fromkeys([*example.repairs, *(change.rule for change in changes)])
    update = {**texts, "history": rounds, "repairs": tuple(rules)}
    return example.model_copy(update=update), changes


_FIELDS = ("instruction", "input", "output", "system")


def _mended(text: str, config: CleanConfig) -> tuple[str, list[tuple[str, str, str]]]:
    """A text after the repairs that the recipe wants; repairing it again changes nothing."""
    changes: list[tuple[str, str, str]] = []
    steps: list[Callable[[str], tuple[str, list[tuple[str, str, str]]]]] = [
        lambda text: repaired(text, all_rules=config.repair)
    ]
    if config.special_tokens_inside == "remove":
        steps.append(_without_inner)
    count = -1
    while len(changes) != count:
        count = len(changes)
        for step in steps:
            text, made = step(text)
            changes.extend(made)
    return text, changes


def _without_inner(text: str) -> tuple[str, list[tuple[str, str, str]]]:
    after = without_inner_special_tokens(text)
    return after, [("special_token", text, after)] if after != text else []


def _change(row_id: str, field: str, rule: str, before: str, after: str) -> Change:
    start = max(0, _same_start(before, after) - CONTEXT)
    return Change(
        id=row_id,
        rule=rule,
        field=field,
        before=_excerpt(before, start),
        after=_excerpt(after, start),
    )


def _excerpt(text: str, start: int) -> str:
    """A piece of the text around the change; `…` where something was left out."""
    end = start + EXCERPT
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _same_start(one: str, other: str) -> int:
    """Characters that two texts have in common at their start."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
