"""What `split` reports about its groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kitae.core.config import Record
from kitae.core.text import Message
from kitae.records.example import SIDES, Example, Side
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


def findings(examples: Sequence[Example], decision: Decision) -> SplitFindings:
    """Count what was decided."""
    members = Counter(decision.groups.values())
    sides: dict[Side, SideSize] = {side: _size(side, examples, decision) for side in SIDES}
    return SplitFindings(
        sides=sides,
        groups=len(members),
        largest_group=max(members.values(), default=0),
        group_sizes={str(k): n for k, n in sorted(Counter(members.values()).items())},
        notes=_notes(sides, members),
    )


def _size(side: Side, examples: Sequence[Example], decision: Decision) -> SideSize:
    rows = [row for row, there in decision.sides.items() if there == side]
    return SideSize(
        rows=len(rows),
        groups=len({decision.groups[row] for row in rows}),
        declared_rows=sum(examples[row].side == side for row in rows),
        wanted_rows=decision.wanted.get(side),
    )


def _notes(sides: dict[Side, SideSize], members: Counter[str]) -> tuple[Message, ...]:
    notes = [
        Message(
            key="split.note.sides",
            values={side: size.rows for side, size in sides.items()},
        )
    ]
    shared = [size for size in members.values() if size > 1]
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
