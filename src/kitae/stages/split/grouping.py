"""Which rows must stay together, given the sides that some of them already have.

Rows that are linked, directly or over others, form a group. Where the rows of a group have sides already
that disagree, or a declared held-out row is among them, its rows enter one after another: declared test
and validation, rows with a side in the journal, declared train, new rows. Each joins the groups that it
is linked to; one that would tie two sides together leaves. Nothing here depends on the order in which
the sources list their rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kitae.engines.dataflow import Dataflow
from kitae.engines.similarity import DisjointSets, Links, row_texts, text_links
from kitae.engines.similarity.shared import LinkKind
from kitae.records.example import SIDES
from kitae.stages.split.originals import NO_SIDE, Originals

TRAIN, VALIDATION, TEST = (SIDES.index(side) for side in ("train", "validation", "test"))
HELD_OUT = (TEST, VALIDATION)


@dataclass(frozen=True)
class Drop:
    """Why a row leaves: a reason code and the ids of the rows that speak against it."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Groups:
    """Groups of rows.

    Attributes:
        labels: For each row, the first one of its group; -1 for rows that leave.
        sides: For each row, the side that its group has already, or `NO_SIDE`.
        drops: Row -> why it leaves.
    """

    labels: NDArray[np.int64]
    sides: NDArray[np.int8]
    drops: Mapping[int, Drop]


Link = tuple[int, LinkKind]
Key = tuple[int, int]


def find_groups(
    originals: Originals, near_similarity: float, flow: Dataflow | None = None
) -> Groups:
    """The groups of all rows, and the rows that leave because they would tie two sides together.

    Args:
        originals: All originals with the sides that they have already.
        near_similarity: See the recipe.
        flow: Where the work is done; here and now if not given.
    """
    links = _links(originals, near_similarity, flow)
    labels = links.all_groups.copy()
    highest = np.full(len(originals), NO_SIDE, np.int8)
    lowest = np.full(len(originals), len(SIDES), np.int8)
    own = originals.own
    rows = np.flatnonzero(own != NO_SIDE)
    np.maximum.at(highest, labels[rows], own[rows])
    np.minimum.at(lowest, labels[rows], own[rows])
    sides = highest[labels]
    disputed = _disputed(originals, labels, highest > lowest)
    drops = _settle(originals, links, disputed, (labels, sides))
    return Groups(labels, sides, drops)


_FOUND: dict[tuple[str, float], Links] = {}
"""The links found last: the stage asks for them once before and once while it runs."""


def _links(originals: Originals, near_similarity: float, flow: Dataflow | None) -> Links:
    key = originals.content_hash, near_similarity
    if key not in _FOUND:
        _FOUND.clear()
        _FOUND[key] = text_links(row_texts(originals.table), near_similarity, flow)
    return _FOUND[key]


def _disputed(
    originals: Originals, labels: NDArray[np.int64], has_two_sides: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Rows of groups whose rows disagree, or that a declared held-out row shares with others."""
    is_held_out = np.isin(originals.declared, HELD_OUT)
    has_declared = np.zeros(len(originals), np.bool_)
    has_declared[labels[is_held_out]] = True
    sizes = np.bincount(labels, minlength=len(originals))
    is_disputed = has_two_sides[labels] | (has_declared[labels] & (sizes[labels] > 1))
    return np.flatnonzero(is_disputed)


def _settle(
    originals: Originals,
    links: Links,
    disputed: NDArray[np.int64],
    found: tuple[NDArray[np.int64], NDArray[np.int8]],
) -> dict[int, Drop]:
    """Let the disputed rows enter one after another; corrects `found`, gives those that leave."""
    if not len(disputed):
        return {}
    labels, sides = found
    state = _Entering(originals, links, disputed.tolist())
    drops: dict[int, Drop] = {}
    for row in _order(originals, disputed.tolist()):
        others = _binding(state, row)
        drop = _objection(state, row, others)
        if drop:
            drops[row] = drop
        else:
            state.join(row, (other for other, _ in others))
    labels[disputed], sides[disputed] = -1, NO_SIDE
    for row in state.entered:
        labels[row] = state.group(row)
        sides[row] = state.side(row)
    return drops


@dataclass
class _Entering:
    """The rows that have entered so far.

    `holders` knows, for each key, one row per side that it entered with: the others of that side are in
    the same group.
    """

    originals: Originals
    links: Links
    rows: Sequence[int]
    holders: dict[Key, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    entered: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self._own = self.originals.own
        self._place = {row: place for place, row in enumerate(self.rows)}
        self._sets = DisjointSets(len(self.rows))
        self._sides: dict[int, int] = {}
        self._near = self.links.near_units()

    def own_side(self, row: int) -> int:
        """The side that the row has already, from its source or from the journal."""
        return int(self._own[row])

    def group(self, row: int) -> int:
        """What stands for the group of a row that has entered."""
        return self.rows[self._sets.find(self._place[row])]

    def side(self, row: int) -> int:
        """The side of the group of a row that has entered."""
        return self._sides.get(self._sets.find(self._place[row]), NO_SIDE)

    def neighbours(self, row: int) -> list[Link]:
        """Rows that have entered and that this row is linked to."""
        return [
            (holder, kind)
            for key, own_kind in self.links.row_keys(row)
            for near_key, kind in self._near_keys(key, own_kind)
            for holder in self.holders[near_key].values()
        ]

    def join(self, row: int, others: Iterable[int]) -> None:
        """Let a row in and unite it with its neighbours, leaving out those on another side."""
        own = self.own_side(row)
        self.entered.append(row)
        for key, _ in self.links.row_keys(row):
            self.holders[key].setdefault(own, row)
        if own != NO_SIDE:
            self._sides[self._place[row]] = own
        for other in others:
            mine = self._sets.find(self._place[row])
            theirs = self._sets.find(self._place[other])
            sides = [self._sides[place] for place in (mine, theirs) if place in self._sides]
            if mine == theirs or len(set(sides)) > 1:
                continue
            root = self._sets.union(mine, theirs)
            if sides:
                self._sides[root] = sides[0]

    def _near_keys(self, key: Key, own_kind: LinkKind) -> list[tuple[Key, LinkKind]]:
        near = self._near.get(key[1], []) if key[0] == -1 else []
        return [(key, own_kind), *(((-1, other), kind) for other, kind in near)]


def _order(originals: Originals, rows: Sequence[int]) -> list[int]:
    ranks = {TEST: 0, VALIDATION: 1, TRAIN: 3}

    def rank(row: int) -> tuple[int, str]:
        declared = int(originals.declared[row])
        if declared != NO_SIDE:
            return ranks[declared], originals.ids[row]
        return (2 if originals.journaled[row] != NO_SIDE else 4), originals.ids[row]

    return sorted(rows, key=rank)


def _binding(state: _Entering, row: int) -> list[Link]:
    """The row's links, without mere likeness to what a source declared to be on another side.

    What the user named as test stays exactly that: a similar row neither joins it nor leaves for it
    (`build` looks at its answer and decides).
    """
    own = state.own_side(row)
    declared = state.originals.declared
    return [
        (other, kind)
        for other, kind in state.neighbours(row)
        if kind != "near" or declared[other] not in HELD_OUT or declared[other] == own
    ]


def _objection(state: _Entering, row: int, others: Sequence[Link]) -> Drop | None:
    """Why the row cannot enter, or None."""
    own = state.own_side(row)
    all_declared = state.originals.declared
    declared = _ids(
        state, (o for o, _ in others if all_declared[o] in HELD_OUT and state.side(o) != own)
    )
    if declared:
        return Drop("same_as_declared", declared[0])
    is_old = own != NO_SIDE and all_declared[row] == NO_SIDE
    if is_old:
        return None
    sides: dict[int, int] = {}
    for other, kind in others:
        side = state.side(other)
        if side != NO_SIDE and (own == NO_SIDE or kind != "near"):
            sides.setdefault(side, other)
    if len({*sides, own} - {NO_SIDE}) > 1:
        return Drop("ties_sides", " ".join(_ids(state, sides.values())))
    return None


def _ids(state: _Entering, rows: Iterable[int]) -> list[str]:
    return sorted({state.originals.ids[row] for row in rows})
