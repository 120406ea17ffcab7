"""What a regular expression cannot match without: its alternatives, each as the texts that stand in every match of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby, product
from typing import Any

ops: Any = import_module("re._constants")
parser: Any = import_module("re._parser")
MOST_CHARACTERS = 80
MOST_ALTERNATIVES = 60_000
MOST_LAST = 12
GAP = None
"""Anything, or nothing."""

Way = tuple[Any, ...]
"""Characters, and gaps between them."""


def alternatives(pattern: re.Pattern[str]) -> set[tuple[str, ...]]:
    """For each way to match a pattern, the texts that stand in the match, in small letters where case does not count.

    Large classes, unbounded repetition and look-around count as gaps, so a way may promise less than the pattern does.
    """
    tree = parser.parse(pattern.pattern, pattern.flags)
    is_any_case = bool(tree.state.flags & re.IGNORECASE)
    return {tuple(_texts(way)) for way in _sequence(list(tree), any_case=is_any_case)}


def _texts(way: Way) -> Iterator[str]:
    for is_gap, parts in groupby(way, key=lambda part: part is GAP):
        if not is_gap:
            yield "".join(parts)


def _sequence(nodes: list[Any], *, any_case: bool) -> list[Way]:
    ways: list[Way] = [()]
    for op, argument in nodes:
        choices = _choices(op, argument, any_case=any_case)
        if len(ways) * len(choices) > MOST_ALTERNATIVES:
            choices = [(GAP,)]
        ways = list(dict.fromkeys(_joined(a, b) for a, b in product(ways, choices)))
    return ways


def _joined(left: Way, right: Way) -> Way:
    return left[:-1] + right if left[-1:] == right[:1] == (GAP,) else left + right


def _choices(op: Any, argument: Any, *, any_case: bool) -> list[Way]:
    if op is ops.LITERAL:
        return _characters([argument], any_case=any_case)
    if op is ops.IN:
        members = _members(argument)
        return _characters(members, any_case=any_case) if members else [(GAP,)]
    if op is ops.SUBPATTERN:
        _, on, off, inner = argument
        case = (any_case or bool(on & re.IGNORECASE)) and not off & re.IGNORECASE
        return _sequence(list(inner), any_case=case)
    if op is ops.BRANCH:
        return list(
            dict.fromkeys(
                way for one in argument[1] for way in _sequence(list(one), any_case=any_case)
            )
        )
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        return _repeated(argument, any_case=any_case)
    return [()] if op is ops.AT else [(GAP,)]


def _repeated(argument: Any, *, any_case: bool) -> list[Way]:
    least, most, inner = argument
    once = _sequence(list(inner), any_case=any_case)
    if (least, most) == (0, 1):
        return list(dict.fromkeys([(), *once]))
    if most <= 4 and len(once) <= 4:
        counts = range(least, most + 1)
        return list(dict.fromkeys(sum(way, ()) for n in counts for way in product(once, repeat=n)))
    if least == 0:
        is_simple = once != [(GAP,)] and len(once) <= MOST_LAST
        return [(), *((GAP, *way) for way in once)] if is_simple else [(GAP,)]
    if len(once) ** least > 64:
        return [(*way, GAP) for way in once]
    return [(*sum(way, ()), GAP) for way in product(once, repeat=least)]


def _characters(codes: list[int], *, any_case: bool) -> list[Way]:
    characters = map(chr, codes)
    if not any_case:
        return [(one,) for one in characters]
    cases = (
        c
        for one in characters
        for c in ([one.lower()] if one.isascii() else [one.lower(), one.upper()])
    )
    return [(one,) for one in dict.fromkeys(cases) if len(one) == 1]


def _members(argument: Any) -> list[int]:
    """The characters of a class; none where it is negated, large, or has classes inside."""
    found: list[int] = []
    for op, value in argument:
        if op is ops.LITERAL:
            found.append(value)
        elif (op, value) == (ops.CATEGORY, ops.CATEGORY_SPACE):
            found += (code for code in range(0x3001) if chr(code).isspace())
        elif op is ops.RANGE and value[1] - value[0] < MOST_CHARACTERS:
            found += range(value[0], value[1] + 1)
        else:
            return []
    return found if len(found) <= MOST_CHARACTERS else []
