"""How long the description of all rows is: the measure by which readings are chosen.

A phrasing or a filler is paid for once, however many rows use it; so the shortest description is the one
that finds what the rows share (minimum description length). A filler that stands for two values of one
field, or that occurs in rows of another value, costs extra.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from kitae.engines.recombine.pieces import BARE, Pieces, cut_cost, filler_cost, shape_of, weight
from kitae.engines.recombine.rows import (
    MAX_FILLER,
    FrameKey,
    Reading,
    Row,
    Slot,
    contains,
    frame_of,
    neighbours,
)

NEW_FRAME = 1.5
NEW_FILLER = 0.3
NEW_NEIGHBOUR = {"spaced": 0.3, "ja": 0.5, "zh": 0.5}
NEW_SHAPE = {"spaced": 0.8, "ja": 0.4, "zh": 0.2}
USE_OF_FILLER = 0.2
FOREIGN_SHAPE = 1.2  # a telling shape (`my ~`) that only other fields have so far
STRAY = 1.0  # a row of another value that holds the filler's text
CLASH = 4.0  # the same filler learnt for another value of the field
KINSHIP = 0.8  # taken off when a part of the filler occurs with this value only
RAGGED = 1.0
IMPOSSIBLE = 1e6

FillerKey = tuple[str, str, str, Pieces]
"""Script, field, value, pieces."""
ShapeKey = tuple[str, str]
"""Field, shape."""


class Evidence:
    """What the rows say of stretches of text before anything is read into them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._strays: dict[FillerKey, int] = {}
        self._kin: dict[FillerKey, bool] = {}
        self._parts: dict[tuple[str, str], Counter[tuple[Pieces, str]]] = {}
        for field in sorted({name for row in rows for name in row.fields}):
            for script in sorted({row.script for row in rows}):
                self._parts[script, field] = _count_parts(rows, script, field)

    def strays(self, key: FillerKey) -> int:
        """Rows of another value that hold the filler's text."""
        if key not in self._strays:
            script, field, value, pieces = key
            self._strays[key] = sum(
                row.script == script and row.fields[field] != value and contains(row.pieces, pieces)
                for row in self._rows
            )
        return self._strays[key]

    def has_kin(self, key: FillerKey) -> bool:
        """Whether a part of the filler occurs in two rows or more, all of this value."""
        if key not in self._kin:
            self._kin[key] = self._find_kin(key)
        return self._kin[key]

    def _find_kin(self, key: FillerKey) -> bool:
        script, field, value, pieces = key
        counts = self._parts[script, field]
        return any(
            counts[part, value] >= 2 and counts[part, value] == counts[part, ""]
            for part in _stretches(pieces, 3)
        )


@dataclass(frozen=True)
class _Entry:
    """What a reading of a row puts into the books.

    Attributes:
        frame: Its phrasing.
        frame_price: Of the phrasing when it is new.
        fillers: Its fillers, in order.
        small: Neighbours and shapes, each with its price when it is new.
        shapes: Shapes that tell something: those of phrases with a function word.
        fixed: What it costs in any case: unnatural cuts.
    """

    frame: FrameKey
    frame_price: float
    fillers: tuple[FillerKey, ...]
    small: Mapping[Hashable, float]
    shapes: tuple[ShapeKey, ...]
    fixed: float


class Ledger:
    """The readings of all rows, with what each distinct thing in them is used for."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.readings: list[Reading] = [()] * len(rows)
        self.frames: Counter[FrameKey] = Counter()
        self.fillers: Counter[FillerKey] = Counter()
        self._evidence = Evidence(rows)
        self._values: Counter[tuple[str, str, Pieces]] = Counter()
        self._small: Counter[Hashable] = Counter()
        self._shapes: Counter[ShapeKey] = Counter()
        self._shape_totals: Counter[str] = Counter()
        self._filler_costs: dict[FillerKey, float] = {}
        self._entries: dict[tuple[int, Reading], _Entry] = {}
        for index in range(len(rows)):
            self._book(self._entry(index, ()), 1)

    def move(self, index: int, reading: Reading) -> float:
        """Give a row another reading; returns how the cost changed."""
        before = self._take_out(index)
        entry = self._entry(index, reading)
        after = self._price(entry)
        self._book(entry, 1)
        self.readings[index] = reading
        return after - before

    def best(self, index: int, readings: Sequence[Reading]) -> tuple[float, Reading]:
        """The cheapest of these readings for a row, and how the cost would change."""
        current = self.readings[index]
        before = self._take_out(index)
        priced = [(round(self._price(self._entry(index, r)), 6), r) for r in readings]
        self._book(self._entry(index, current), 1)
        cost, reading = min(priced, key=lambda pair: (pair[0], pair[1] != current, pair[1]))
        return cost - before, reading

    def _take_out(self, index: int) -> float:
        """Take a row out of the books; returns what it costs to put it back as it was."""
        entry = self._entry(index, self.readings[index])
        self._book(entry, -1)
        return self._price(entry)

    def _price(self, entry: _Entry) -> float:
        cost = entry.fixed + (0.0 if self.frames[entry.frame] else entry.frame_price)
        cost += sum(self._filler_price(key) for key in entry.fillers)
        cost += sum(p for thing, p in entry.small.items() if not self._small[thing])
        return cost + FOREIGN_SHAPE * sum(self._is_foreign(shape) for shape in entry.shapes)

    def _is_foreign(self, shape: ShapeKey) -> bool:
        return not self._shapes[shape] and self._shape_totals[shape[1]] > 0

    def _book(self, entry: _Entry, sign: int) -> None:
        self.frames[entry.frame] += sign
        for key in entry.fillers:
            self.fillers[key] += sign
            self._values[key[0], key[1], key[3]] += sign
        for thing in entry.small:
            self._small[thing] += sign
        for shape in entry.shapes:
            self._shapes[shape] += sign
            self._shape_totals[shape[1]] += sign

    def _entry(self, index: int, reading: Reading) -> _Entry:
        found = self._entries.get((index, reading))
        if found is None:
            found = self._entries[index, reading] = _to_entry(self.rows[index], reading)
        return found

    def _filler_price(self, key: FillerKey) -> float:
        script, field, _, pieces = key
        if self.fillers[key]:
            return USE_OF_FILLER
        clash = CLASH if self._values[script, field, pieces] else 0.0
        return USE_OF_FILLER + clash + self._new_filler_price(key)

    def _new_filler_price(self, key: FillerKey) -> float:
        if key not in self._filler_costs:
            _, _, _, pieces = key
            cost = NEW_FILLER + sum(weight(p) for p in pieces) + STRAY * self._evidence.strays(key)
            self._filler_costs[key] = cost - (KINSHIP if self._evidence.has_kin(key) else 0.0)
        return self._filler_costs[key]


def _to_entry(row: Row, reading: Reading) -> _Entry:
    frame = frame_of(row, reading)
    keys = filler_keys(row, reading)
    return _Entry(
        frame,
        NEW_FRAME + sum(weight(piece) for piece in frame.skeleton if isinstance(piece, str)),
        tuple(keys),
        _small_things(row, frame, keys),
        _telling_shapes(row, keys),
        sum(_cut_price(row, reading, number) for number in range(len(reading))),
    )


def filler_keys(row: Row, reading: Reading) -> list[FillerKey]:
    """The fillers of a reading, in order."""
    return [
        (row.script, h.field, row.fields[h.field], row.pieces[h.start : h.end]) for h in reading
    ]


def _small_things(row: Row, frame: FrameKey, keys: Sequence[FillerKey]) -> Mapping[Hashable, float]:
    """Neighbours and shapes that a reading uses, each with its price when it is new."""
    things: dict[Hashable, float] = {}
    places = [i for i, item in enumerate(frame.skeleton) if isinstance(item, Slot)]
    for place, (script, field, _, pieces) in zip(places, keys, strict=True):
        left, right = neighbours(frame.skeleton, place)
        things[script, field, "left", left] = NEW_NEIGHBOUR[row.script]
        things[script, field, "right", right] = NEW_NEIGHBOUR[row.script]
        things[script, field, "shape", shape_of(pieces, row.script)] = NEW_SHAPE[row.script]
    return things


def _telling_shapes(row: Row, keys: Sequence[FillerKey]) -> tuple[ShapeKey, ...]:
    if row.script != "spaced":
        return ()
    shapes = [(key[1], shape_of(key[3], row.script)) for key in keys]
    return tuple((field, shape) for field, shape in shapes if shape != BARE)


def is_ragged(row: Row, reading: Reading, number: int) -> bool:
    """Whether a place cuts a phrase or a word in two, of which the rest stays in the phrasing."""
    hole = reading[number]
    others = {edge for other in reading if other != hole for edge in (other.start, other.end)}
    edges = {hole.start, hole.end} - others
    return any(cut_cost(row.pieces, edge, row.script) >= RAGGED for edge in edges)


def _cut_price(row: Row, reading: Reading, number: int) -> float:
    hole = reading[number]
    pieces = row.pieces[hole.start : hole.end]
    if not pieces or len(pieces) > MAX_FILLER[row.script]:
        return IMPOSSIBLE
    cuts = [cut_cost(row.pieces, place, row.script) for place in (hole.start, hole.end)]
    is_second_of_two = number > 0 and reading[number - 1].end == hole.start
    return filler_cost(pieces, row.script) + sum(cuts[1:] if is_second_of_two else cuts)


def _count_parts(rows: Sequence[Row], script: str, field: str) -> Counter[tuple[Pieces, str]]:
    counts: Counter[tuple[Pieces, str]] = Counter()
    for row in rows:
        if row.script == script:
            for part in set(_stretches(row.pieces, 3)):
                counts[part, row.fields[field]] += 1
                counts[part, ""] += 1
    return counts


def _stretches(pieces: Pieces, longest: int) -> list[Pieces]:
    return [
        pieces[i : i + size]
        for size in range(1, longest + 1)
        for i in range(len(pieces) - size + 1)
    ]
