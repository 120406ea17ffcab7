"""Which rows must stay together, given the sides that some of them already have.

Rows enter one after another: declared test and validation, rows with a side in the journal, declared
train, new rows. Each joins the groups that it is linked to; one that would tie two sides together
leaves. Nothing here depends on the order in which the sources list their rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kitae.engines.similarity import DisjointSets, Links, text_links, text_row
from kitae.engines.similarity.shared import LinkKind
from kitae.records.example import Example, Side

HELD_OUT: tuple[Side, ...] = ("test", "validation")


@dataclass(frozen=True)
class Drop:
    """Why a row leaves: a reason code and the ids of the rows that speak against it."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Groups:
    """Groups of rows.

    Attributes:
        labels: Row -> what stands for its group. Rows that leave are not in it.
        sides: Group -> its side, for groups that have one already.
        drops: Row -> why it leaves.
    """

    labels: dict[int, int]
    sides: dict[int, Side]
    drops: dict[int, Drop]


Link = tuple[int, LinkKind]


@dataclass
class _Entering:
    """The rows that have entered so far.

    `holders` knows, for each key, one row per side that it entered with: the others of that side are in
    the same group.
    """

    examples: Sequence[Example]
    links: Links
    journal: Mapping[str, Side]
    sets: DisjointSets
    holders: dict[str, dict[Side | None, int]] = field(default_factory=lambda: defaultdict(dict))
    entered: list[int] = field(default_factory=list[int])
    sides: dict[int, Side] = field(default_factory=dict[int, Side])

    def own_side(self, row: int) -> Side | None:
        """The side that the row has already, from its source or from the journal."""
        example = self.examples[row]
        if example.side == "":
            return self.journal.get(content_key(example))
        return example.side

    def side(self, row: int) -> Side | None:
        """The side of the group of a row that has entered."""
        return self.sides.get(self.sets.find(row))

    def neighbours(self, row: int) -> list[Link]:
        """Rows that have entered and that this row is linked to."""
        return [
            (holder, kind if shared_kind is None else shared_kind)
            for key, kind in self.links.keys[row]
            for near_key, shared_kind in [(key, None), *self.links.near.get(key, ())]
            for holder in self.holders[near_key].values()
        ]

    def join(self, row: int, others: Iterable[int]) -> None:
        """Let a row in and unite it with its neighbours, leaving out those on another side."""
        own = self.own_side(row)
        self.entered.append(row)
        for key, _ in self.links.keys[row]:
            self.holders[key].setdefault(own, row)
        if own is not None:
            self.sides[row] = own
        for other in others:
            mine, theirs = self.sets.find(row), self.sets.find(other)
            sides: list[Side] = [self.sides[r] for r in (mine, theirs) if r in self.sides]
            if mine == theirs or len(set(sides)) > 1:
                continue
            root = self.sets.union(mine, theirs)
            if sides:
                self.sides[root] = sides[0]


def content_key(example: Example) -> str:
    """The row's content id without the number that tells equal rows apart."""
    return example.id.split("-", 1)[0]


def find_groups(
    examples: Sequence[Example], journal: Mapping[str, Side], near_similarity: float
) -> Groups:
    """The groups of all rows, and the rows that leave because they would tie two sides together.

    Args:
        examples: All originals.
        journal: Content key -> side, of rows that were given one before.
        near_similarity: See the recipe.
    """
    links = text_links([text_row(example) for example in examples], near_similarity)
    state = _Entering(examples, links, journal, DisjointSets(len(examples)))
    drops: dict[int, Drop] = {}
    for row in _order(examples, journal):
        others = _binding(state, row)
        drop = _objection(state, row, others)
        if drop:
            drops[row] = drop
        else:
            state.join(row, (other for other, _ in others))
    return Groups({row: state.sets.find(row) for row in sorted(state.entered)}, state.sides, drops)


def _order(examples: Sequence[Example], journal: Mapping[str, Side]) -> list[int]:
    ranks: dict[str, int] = {"test": 0, "validation": 1, "train": 3}

    def rank(row: int) -> tuple[int, str]:
        example = examples[row]
        if example.side:
            return ranks[example.side], example.id
        return (2 if content_key(example) in journal else 4), example.id

    return sorted(range(len(examples)), key=rank)


def _binding(state: _Entering, row: int) -> list[Link]:
    """The row's links, without mere likeness to what a source declared to be on another side.

    What the user named as test stays exactly that: a similar row neither joins it nor leaves for it
    (`build` looks at its answer and decides).
    """
    own = state.own_side(row)
    return [
        (other, kind)
        for other, kind in state.neighbours(row)
        if kind != "near"
        or state.examples[other].side not in HELD_OUT
        or state.examples[other].side == own
    ]


def _objection(state: _Entering, row: int, others: Sequence[Link]) -> Drop | None:
    """Why the row cannot enter, or None."""
    own = state.own_side(row)
    declared = _ids(
        state, (o for o, _ in others if state.examples[o].side in HELD_OUT and state.side(o) != own)
    )
    if declared:
        return Drop("same_as_declared", declared[0])
    is_old = own is not None and state.examples[row].side == ""
    if is_old:
        return None
    sides: dict[Side, int] = {}
    for other, kind in others:
        side = state.side(other)
        if side is not None and (own is None or kind != "near"):
            sides.setdefault(side, other)
    if len({*sides, own} - {None}) > 1:
        return Drop("ties_sides", " ".join(_ids(state, sides.values())))
    return None


def _ids(state: _Entering, rows: Iterable[int]) -> list[str]:
    return sorted({state.examples[row].id for row in rows})
