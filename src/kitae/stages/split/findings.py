"""What `split` reports about its groups."""

from __future__ import annotations

import numpy as np

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.records.example import SIDES, Side
from kitae.stages.split.originals import Originals
from kitae.stages.split.sides import Decision


class SideSize(Record):
    """What one side got."""

    rows: int
    groups: int
    declared_rows: int
    """Rows that their source put there."""
    wanted_rows: int | None
    """Rows that the share asks for; None for train, which gets the rest."""


class SplitFindings(Record):
    """The groups and the sides."""

    sides: dict[Side, SideSize]
    groups: int
    largest_group: int
    """Rows of the largest group."""
    group_sizes: dict[str, int]
    """Size -> number of groups of that size."""
    notes: tuple[Message, ...]


def findings(originals: Originals, decision: Decision) -> SplitFindings:
    """Count what was decided."""
    groups = decision.groups[decision.groups >= 0]
    members = np.unique(groups, return_counts=True)[1]
    sizes, times = np.unique(members, return_counts=True)
    sides: dict[Side, SideSize] = {
        side: _size(place, originals, decision) for place, side in enumerate(SIDES)
    }
    return SplitFindings(
        sides=sides,
        groups=len(members),
        largest_group=int(members.max(initial=0)),
        group_sizes={
            str(size): count for size, count in zip(sizes.tolist(), times.tolist(), strict=True)
        },
        notes=_notes(sides, members[members > 1].tolist()),
    )


def _size(place: int, originals: Originals, decision: Decision) -> SideSize:
    is_there = decision.sides == place
    return SideSize(
        rows=int(is_there.sum()),
        groups=len(np.unique(decision.groups[is_there])),
        declared_rows=int((originals.declared[is_there] == place).sum()),
        wanted_rows=decision.wanted.get(place),
    )


def _notes(sides: dict[Side, SideSize], shared: list[int]) -> tuple[Message, ...]:
    notes = [
        Message(
            key="split.note.sides",
            values={side: size.rows for side, size in sides.items()},
        )
    ]
    if shared:
        notes.append(
            Message(
                key="split.note.groups",
                values={"rows": sum(shared), "groups": len(shared), "largest": max(shared)},
            )
        )
    for side, size in sides.items():
        if size.wanted_rows and size.rows - size.declared_rows < size.wanted_rows // 2:
            notes.append(
                Message(
                    key="split.note.too_few",
                    values={"side": f"@side.{side}", "rows": size.rows, "wanted": size.wanted_rows},
                )
            )
    return tuple(notes)
