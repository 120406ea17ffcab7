"""Which side each group goes to: the lowest in a keyed hash, up to the wanted share."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kitae.core.hashing import unit_interval
from kitae.records.example import Example, Side
from kitae.stages.split.config import SplitConfig
from kitae.stages.split.grouping import Drop, Groups, content_key, find_groups

TEST_SHARE = 0.2
VALIDATION_SHARE = 0.1
LARGE_GROUP = 5
"""A group of more than a fifth of the wanted rows is held out only when the others do not suffice: a
test set of few groups says little."""
MOST_OF_ALL = 3
"""No group of a third of all rows or more is held out."""


@dataclass(frozen=True)
class Decision:
    """Where each row goes.

    Attributes:
        sides: Row -> side, for the rows that stay.
        groups: Row -> name of its group, for the rows that stay.
        drops: Row -> why it leaves.
        wanted: Side -> rows that the shares ask for.
    """

    sides: dict[int, Side]
    groups: dict[int, str]
    drops: dict[int, Drop]
    wanted: dict[Side, int]


def decide(
    examples: Sequence[Example], journal: Mapping[str, Side], config: SplitConfig, seed: int
) -> Decision:
    """Give every row its side. Rows with a side in the journal or from their source keep it."""
    found = find_groups(examples, journal, config.near_similarity)
    names = _names(examples, found)
    wanted = wanted_rows(examples, found, config)
    sides = dict(found.sides)
    sizes = Counter(found.labels.values())
    free = sorted(
        (label for label in sizes if label not in sides),
        key=lambda label: (unit_interval(names[label], str(seed)), names[label]),
    )
    undeclared = Counter(
        sides[label]
        for row, label in found.labels.items()
        if label in sides and not examples[row].side
    )
    for side in ("test", "validation"):
        missing = wanted[side] - undeclared[side]
        chosen = _chosen([g for g in free if g not in sides], sizes, missing, len(found.labels))
        if not undeclared[side] and not chosen and wanted[side]:
            chosen = _smallest([g for g in free if g not in sides], sizes, len(found.labels))
        sides.update(dict.fromkeys(chosen, side))
    sides.update(dict.fromkeys((g for g in free if g not in sides), "train"))
    return Decision(
        {row: sides[label] for row, label in found.labels.items()},
        {row: names[label] for row, label in found.labels.items()},
        found.drops,
        wanted,
    )


def wanted_rows(examples: Sequence[Example], found: Groups, config: SplitConfig) -> dict[Side, int]:
    """Rows to hold out of those without a declared side; a share is rounded up."""
    declared = {example.side for example in examples}
    rows = sum(not examples[row].side for row in found.labels)
    test = _share(config.test_share, TEST_SHARE, is_declared="test" in declared)
    validation = _share(
        config.validation_share, VALIDATION_SHARE, is_declared="validation" in declared
    )
    return {
        "test": min(math.ceil(test * rows - 1e-9), config.max_test_rows),
        "validation": min(math.ceil(validation * rows - 1e-9), config.max_validation_rows),
    }


def _share(asked: float | None, usual: float, *, is_declared: bool) -> float:
    if asked is not None:
        return asked
    return 0.0 if is_declared else usual


def _names(examples: Sequence[Example], found: Groups) -> dict[int, str]:
    """A group is named after the lowest content key in it."""
    keys: dict[int, list[str]] = defaultdict(list)
    for row, label in found.labels.items():
        keys[label].append(content_key(examples[row]))
    return {label: min(members) for label, members in keys.items()}


def _chosen(
    groups: Iterable[int], sizes: Mapping[int, int], missing: int, all_rows: int
) -> list[int]:
    """Groups, in the given order, until as many rows as are missing are reached as nearly as possible."""
    order = list(groups)
    chosen: list[int] = []
    left = missing
    for most in (max(1, missing // LARGE_GROUP), all_rows // MOST_OF_ALL):
        for group in order:
            fits = sizes[group] <= most and sizes[group] < 2 * left
            if group not in chosen and fits:
                chosen.append(group)
                left -= sizes[group]
        if 2 * left <= missing:
            break
    return chosen


def _smallest(groups: Sequence[int], sizes: Mapping[int, int], all_rows: int) -> list[int]:
    """One group, the smallest, where none came near the wanted number."""
    if len(groups) < MOST_OF_ALL:
        return []
    smallest = min(groups, key=lambda group: sizes[group])
    return [smallest] if sizes[smallest] * MOST_OF_ALL <= all_rows else []
