"""Finding the readings: which stretch of each question carries which field of its answer.

Patterns shared by pairs of rows propose readings for all rows that match; each proposal that makes the whole
description shorter is taken, the best first; then every row is looked at again by itself until nothing
changes.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, permutations, product

from kitae.core.hashing import unit_interval
from kitae.engines.recombine.ledger import FillerKey, Ledger, filler_keys
from kitae.engines.recombine.patterns import Pattern, match, shared_patterns
from kitae.engines.recombine.pieces import Pieces, cut_cost, filler_cost, shape_of
from kitae.engines.recombine.rows import (
    MAX_FILLER,
    FrameKey,
    Hole,
    Reading,
    Row,
    Slot,
    contains,
    frame_of,
)

MAX_CORE = 140
"""Rows that the search compares with each other; further rows are read by what these taught."""
MAX_PROPOSALS = 800
MAX_SWEEPS = 6
MAX_ROUNDS = 4
SHORTER = -0.05
DECIDED = 0.5
"""By how much the next best roles of a phrasing must be dearer."""
FIXED_PLACE_SHARE = 0.8

Roles = tuple[tuple[str, ...], ...]
"""For each gap of a pattern the field it carries, or two fields side by side."""


@dataclass(frozen=True)
class Proposal:
    """Read all rows that match a pattern in one way."""

    pattern: Pattern
    roles: Roles
    rows: tuple[int, ...]


def find_readings(rows: Sequence[Row]) -> Ledger:
    """The readings that make the description of all rows shortest, as far as the search finds."""
    chosen = sorted(range(len(rows)), key=lambda i: unit_interval(rows[i].example.id, "core"))
    core = sorted(chosen[:MAX_CORE])
    searched = _search([rows[i] for i in core])
    if len(core) == len(rows):
        return searched
    ledger = Ledger(rows)
    for place, i in enumerate(core):
        ledger.move(i, searched.readings[place])
    for i in chosen[MAX_CORE:]:
        ledger.move(i, ledger.best(i, _alternatives(ledger, i))[1])
    return ledger


def _search(rows: Sequence[Row]) -> Ledger:
    ledger = Ledger(rows)
    proposals = _propose(rows)
    for _ in range(MAX_ROUNDS):
        before = list(ledger.readings)
        _take_proposals(ledger, proposals)
        _settle(ledger)
        _open_shared_fillers(ledger)
        _settle(ledger)
        if ledger.readings == before:
            break
    _open_fixed_places(ledger)
    _decide_roles(ledger)
    return ledger


def _propose(rows: Sequence[Row]) -> list[Proposal]:
    settings: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        settings[row.setting].append(index)
    proposals: dict[Proposal, None] = {}
    for indices in settings.values():
        for pattern, pairs in _patterns_among(rows, indices).items():
            fitting = [i for i in indices if match(pattern, rows[i])]
            for proposal in _readings_of(pattern, rows, fitting, pairs):
                proposals[proposal] = None
    ranked = sorted(
        proposals, key=lambda p: (-len(p.rows) * _length(p.pattern), p.pattern, p.roles)
    )
    return ranked[:MAX_PROPOSALS]


def _patterns_among(
    rows: Sequence[Row], indices: Sequence[int]
) -> dict[Pattern, set[tuple[str, ...]]]:
    """Pattern -> the sets of fields that differ between rows that share it."""
    found: dict[Pattern, set[tuple[str, ...]]] = defaultdict(set)
    for i, j in combinations(indices, 2):
        one, two = rows[i], rows[j]
        differing = tuple(n for n in sorted(one.fields) if one.fields[n] != two.fields[n])
        for pattern in shared_patterns(one, two) if differing else ():
            found[pattern].add(differing)
    return found


def _readings_of(
    pattern: Pattern,
    rows: Sequence[Row],
    fitting: Sequence[int],
    differing: Iterable[tuple[str, ...]],
) -> Iterator[Proposal]:
    for fields in sorted(differing):
        for roles in _roles(fields, len(pattern) - 1):
            named = {name for role in roles for name in role}
            groups: dict[tuple[tuple[str, str], ...], list[int]] = defaultdict(list)
            for i in fitting:
                constants = tuple(
                    pair for pair in sorted(rows[i].fields.items()) if pair[0] not in named
                )
                groups[constants].append(i)
            for members in groups.values():
                if len(members) > 1:
                    yield Proposal(pattern, roles, tuple(members))


def _roles(fields: Sequence[str], gaps: int) -> Iterator[Roles]:
    """Ways to give the fields to the gaps, each gap one field or two side by side."""
    for order in permutations(fields):
        if len(order) == gaps:
            yield tuple((name,) for name in order)
        if len(order) == gaps + 1:
            for wide in range(gaps):
                singles = [(name,) for name in order]
                yield (*singles[:wide], order[wide : wide + 2], *singles[wide + 2 :])


def _length(pattern: Pattern) -> int:
    return sum(len(part) for part in pattern)


def _take_proposals(ledger: Ledger, proposals: Sequence[Proposal]) -> None:
    """Take the proposal that shortens most, again and again; a gain is looked at anew before taking."""
    queue = [(_try(ledger, p, keep=False), n) for n, p in enumerate(proposals)]
    heapq.heapify(queue)
    while queue:
        gain, number = heapq.heappop(queue)
        if gain >= SHORTER:
            return
        now = round(_try(ledger, proposals[number], keep=False), 6)
        if queue and now > queue[0][0]:
            if now < SHORTER:
                heapq.heappush(queue, (now, number))
            continue
        if now < SHORTER:
            _try(ledger, proposals[number], keep=True)


def _try(ledger: Ledger, proposal: Proposal, *, keep: bool) -> float:
    """How the cost changes when the proposal is taken; undone again unless it is to be kept."""
    before = [(i, ledger.readings[i]) for i in proposal.rows]
    options = {i: _options(ledger.rows[i], proposal) for i in proposal.rows}
    change = 0.0
    for _ in range(2 if any(len(o) > 1 for o in options.values()) else 1):
        for i in proposal.rows:
            if options[i]:
                change += ledger.move(i, ledger.best(i, options[i])[1])
    if not keep:
        for i, reading in before:
            ledger.move(i, reading)
    return change


def _options(row: Row, proposal: Proposal) -> list[Reading]:
    readings: list[Reading] = []
    for gaps in match(proposal.pattern, row):
        parts = [list(_spread(gap, role)) for gap, role in zip(gaps, proposal.roles, strict=True)]
        for choice in product(*parts):
            reading = tuple(hole for holes in choice for hole in holes)
            if all(_is_possible(row, hole) for hole in reading):
                readings.append(reading)
    return readings


def _spread(gap: tuple[int, int], role: tuple[str, ...]) -> Iterator[Reading]:
    """The ways to lay one field, or two side by side, into a gap."""
    start, end = gap
    if len(role) == 1:
        yield (Hole(start, end, role[0]),)
        return
    for cut in range(start + 1, end):
        yield (Hole(start, cut, role[0]), Hole(cut, end, role[1]))


def _is_possible(row: Row, hole: Hole) -> bool:
    pieces = row.pieces[hole.start : hole.end]
    return 0 < len(pieces) <= MAX_FILLER[row.script] and filler_cost(pieces, row.script) < 9.0


def _settle(ledger: Ledger) -> None:
    """Look at each row by itself until no other reading is cheaper."""
    for _ in range(MAX_SWEEPS):
        moved = False
        for index in range(len(ledger.rows)):
            change, reading = ledger.best(index, _alternatives(ledger, index))
            if change < SHORTER and reading != ledger.readings[index]:
                ledger.move(index, reading)
                moved = True
        if not moved:
            return


def _alternatives(ledger: Ledger, index: int) -> list[Reading]:
    """Readings of a row by phrasings and by fillers that are known from other rows."""
    row = ledger.rows[index]
    current = ledger.readings[index]
    readings = {current, ()}
    for frame, count in ledger.frames.items():
        if count and frame.setting == row.setting:
            readings.update(_by_frame(row, frame))
    places = [_known_places(ledger, row, field) for field in sorted(row.fields)]
    for choice in product(*[[None, *holes] for holes in places]):
        reading = tuple(sorted(hole for hole in choice if hole is not None))
        if all(one.end <= two.start for one, two in pairwise(reading)):
            readings.add(reading)
    return sorted(readings)


def _by_frame(row: Row, frame: FrameKey) -> Iterator[Reading]:
    if any(row.fields[name] != value for name, value in frame.constants):
        return
    pattern: list[list[str]] = [[]]
    roles: list[tuple[str, ...]] = []
    for item in frame.skeleton:
        if isinstance(item, str):
            pattern[-1].append(item)
        elif roles and not pattern[-1]:
            roles[-1] = (*roles[-1], item.field)
        else:
            roles.append((item.field,))
            pattern.append([])
    if not roles or max(len(role) for role in roles) > 2:
        return
    proposal = Proposal(tuple(tuple(part) for part in pattern), tuple(roles), ())
    yield from _options(row, proposal)


def _known_places(ledger: Ledger, row: Row, field: str) -> list[Hole]:
    """Where a filler that is known for the row's value stands in the row."""
    known = [
        key[3]
        for key, count in ledger.fillers.items()
        if count and key[:3] == (row.script, field, row.fields[field])
    ]
    return sorted({hole for pieces in known for hole in _occurrences(row, pieces, field)})


def _occurrences(row: Row, pieces: Pieces, field: str) -> Iterator[Hole]:
    size = len(pieces)
    for start in range(len(row.pieces) - size + 1):
        if row.pieces[start : start + size] == pieces:
            yield Hole(start, start + size, field)


def _open_shared_fillers(ledger: Ledger) -> None:
    """Open a stretch that two unread rows share, where they agree in a field's value."""
    unread: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for i, row in enumerate(ledger.rows):
        read = {hole.field for hole in ledger.readings[i]}
        for field in sorted(set(row.fields) - read):
            unread[row.script, field, row.fields[field]].append(i)
    for (_, field, _), indices in sorted(unread.items()):
        for pieces in _shared_stretches(ledger.rows, indices):
            _open_everywhere(ledger, indices, pieces, field)


def _shared_stretches(rows: Sequence[Row], indices: Sequence[int]) -> list[Pieces]:
    found: set[Pieces] = set()
    for i, j in combinations(indices, 2):
        a = rows[i].pieces
        for start in range(len(a)):
            for end in range(start + 1, min(len(a), start + MAX_FILLER[rows[i].script]) + 1):
                if not contains(rows[j].pieces, a[start:end]):
                    break
                found.add(a[start:end])
    return sorted(found, key=lambda part: (-len(part), part))


def _open_everywhere(ledger: Ledger, indices: Sequence[int], pieces: Pieces, field: str) -> None:
    """Open these pieces in all the rows when that makes the description shorter."""
    before = {i: ledger.readings[i] for i in indices}
    change = 0.0
    for i in indices:
        options = [
            tuple(sorted((*before[i], hole)))
            for hole in _occurrences(ledger.rows[i], pieces, field)
            if _is_free(hole, before[i]) and _is_possible(ledger.rows[i], hole)
        ]
        if options and not any(hole.field == field for hole in before[i]):
            change += ledger.move(i, ledger.best(i, options)[1])
    if change >= SHORTER:
        for i, reading in before.items():
            ledger.move(i, reading)


def _is_free(hole: Hole, reading: Reading) -> bool:
    return all(hole.end <= other.start or other.end <= hole.start for other in reading)


def _open_fixed_places(ledger: Ledger) -> None:
    """Open the first words of unread rows where a field stands at the start in nearly all others."""
    groups = sorted({(row.script, field) for row in ledger.rows for field in row.fields})
    for script, field in groups:
        known = _known_fillers(ledger, script, field)
        at_start = sum(is_start for is_start, _ in known)
        if len(known) < 5 or at_start < FIXED_PLACE_SHARE * len(known):
            continue
        shapes = Counter(shape for is_start, shape in known if is_start)
        for index, row in enumerate(ledger.rows):
            if row.script == script and not any(h.field == field for h in ledger.readings[index]):
                _open_start(ledger, index, field, shapes)


def _known_fillers(ledger: Ledger, script: str, field: str) -> list[tuple[bool, str]]:
    """For each place where the field is read: whether it starts the row, and the filler's shape."""
    return [
        (hole.start == 0, shape_of(key[3], row.script))
        for row, reading in zip(ledger.rows, ledger.readings, strict=True)
        if row.script == script
        for hole, key in zip(reading, filler_keys(row, reading), strict=True)
        if hole.field == field
    ]


def _open_start(ledger: Ledger, index: int, field: str, shapes: Counter[str]) -> None:
    row, reading = ledger.rows[index], ledger.readings[index]
    limit = min([len(row.pieces), MAX_FILLER[row.script], *(hole.start for hole in reading)])
    options: list[tuple[int, int]] = []
    for end in range(1, limit + 1):
        pieces = row.pieces[:end]
        is_natural = cut_cost(row.pieces, end, row.script) + filler_cost(pieces, row.script) < 0.1
        frequency = shapes[shape_of(pieces, row.script)]
        if is_natural and frequency > 1 and not _strays(ledger, row, field, pieces):
            options.append((-frequency, end))
    if options:
        ledger.move(index, tuple(sorted((*reading, Hole(0, min(options)[1], field)))))


def _strays(ledger: Ledger, row: Row, field: str, pieces: Pieces) -> bool:
    return any(
        other.script == row.script
        and other.fields[field] != row.fields[field]
        and contains(other.pieces, pieces)
        for other in ledger.rows
    )


def _decide_roles(ledger: Ledger) -> None:
    """Where a phrasing's places would carry each other's fields as well or better, change or forget it.

    Two words beside each other in two rows do not say which of them is the period; a phrasing is kept only when
    other rows tell.
    """
    for _ in range(MAX_ROUNDS):
        changed = False
        for frame in sorted(_wide_frames(ledger), key=str):
            rows = [
                i
                for i, r in enumerate(ledger.readings)
                if r and frame_of(ledger.rows[i], r) == frame
            ]
            margin, better = _best_other_roles(ledger, rows)
            if margin < 0:
                for i, reading in zip(rows, better, strict=True):
                    ledger.move(i, reading)
                changed = True
            elif margin < DECIDED:
                for i in rows:
                    ledger.move(i, ())
                changed = True
        if not changed:
            return


def _wide_frames(ledger: Ledger) -> list[FrameKey]:
    return [
        frame
        for frame, count in ledger.frames.items()
        if count and sum(isinstance(item, Slot) for item in frame.skeleton) > 1
    ]


def _best_other_roles(ledger: Ledger, rows: Sequence[int]) -> tuple[float, list[Reading]]:
    """How much dearer the description gets when the places change their fields; the cheapest such change."""
    before = [ledger.readings[i] for i in rows]
    fields = [hole.field for hole in before[0]]
    tried: list[tuple[float, list[Reading]]] = []
    for order in permutations(fields):
        if list(order) == fields:
            continue
        readings = [
            tuple(replace(hole, field=name) for hole, name in zip(reading, order, strict=True))
            for reading in before
        ]
        change = sum(ledger.move(i, reading) for i, reading in zip(rows, readings, strict=True))
        tried.append((round(change, 6), readings))
        for i, reading in zip(rows, before, strict=True):
            ledger.move(i, reading)
    return min(tried, key=lambda pair: pair[0])


def known_fillers(ledger: Ledger) -> list[FillerKey]:
    """All fillers that the readings use, sorted."""
    return sorted(key for key, count in ledger.fillers.items() if count)
