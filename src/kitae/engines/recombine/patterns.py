"""Patterns: what two questions share, with gaps where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kitae.engines.recombine.pieces import Pieces, Script, cut_cost, kind_of
from kitae.engines.recombine.rows import MAX_FILLER, Row, contains

Pattern = tuple[Pieces, ...]
"""The shared stretches, in order; a gap lies between each two. The first and last may be empty."""
Gaps = tuple[tuple[int, int], ...]
"""Where the gaps of a pattern lie in a row: start and end of each."""

MAX_MATCHES = 12
UNNATURAL = 1.0


def shared_patterns(one: Row, two: Row) -> list[Pattern]:
    """The patterns that both rows match, with one gap and, where the middle shares something, two."""
    a, b = one.pieces, two.pieces
    head = _shared_head(a, b)
    tail = _shared_head(a[head:][::-1], b[head:][::-1])
    ends = {(h, t) for h in _cuts(a, b, head, one.script) for t in _tails(a, b, tail, one.script)}
    patterns: list[Pattern] = []
    for start, rest in sorted(ends):
        if start + rest >= min(len(a), len(b)):
            continue
        first, last = a[:start], a[len(a) - rest :]
        if len(first) + len(last) >= 2:
            patterns.append((first, last))
        middle_a, middle_b = a[start : len(a) - rest], b[start : len(b) - rest]
        patterns += [(first, core, last) for core in _cores(middle_a, middle_b)]
    return [p for p in dict.fromkeys(patterns) if _says_enough(p)]


def match(pattern: Pattern, row: Row) -> list[Gaps]:
    """All ways in which a row fits a pattern, at most twelve."""
    first, last = pattern[0], pattern[-1]
    end = len(row.pieces) - len(last)
    if end <= len(first) or row.pieces[: len(first)] != first or row.pieces[end:] != last:
        return []
    found: list[Gaps] = []
    for gaps in _fill(pattern[1:-1], row.pieces, len(first), end):
        if all(stop - start <= 2 * MAX_FILLER[row.script] for start, stop in gaps):
            found.append(gaps)
        if len(found) == MAX_MATCHES:
            break
    return found


def _fill(inner: Sequence[Pieces], pieces: Pieces, start: int, end: int) -> Iterator[Gaps]:
    if not inner:
        yield ((start, end),)
        return
    size = len(inner[0])
    for place in range(start + 1, end - size):
        if pieces[place : place + size] == inner[0]:
            for rest in _fill(inner[1:], pieces, place + size, end):
                yield ((start, place), *rest)


def _shared_head(a: Pieces, b: Pieces) -> int:
    limit = min(len(a), len(b))
    return next((i for i in range(limit) if a[i] != b[i]), limit)


def _cuts(a: Pieces, b: Pieces, head: int, script: Script) -> list[int]:
    """Places to end the shared beginning: the longest, and the next natural one before it."""
    places = [head]
    natural = [
        i
        for i in range(head, -1, -1)
        if cut_cost(a, i, script) + cut_cost(b, i, script) < UNNATURAL
    ]
    return sorted({*places, *natural[:2]})


def _tails(a: Pieces, b: Pieces, tail: int, script: Script) -> list[int]:
    natural = [
        i
        for i in range(tail, -1, -1)
        if cut_cost(a, len(a) - i, script) + cut_cost(b, len(b) - i, script) < UNNATURAL
    ]
    return sorted({tail, *natural[:2]})


def _cores(a: Pieces, b: Pieces) -> list[Pieces]:
    """The longest stretches that two middles share, with something on both sides of each."""
    inner = a[1:-1]
    found = {
        inner[i:j]
        for i in range(len(inner))
        for j in range(i + 1, len(inner) + 1)
        if contains(b[1:-1], inner[i:j])
    }
    longest = sorted(found, key=lambda part: (-len(part), part))
    return [p for p in longest if not any(contains(q, p) for q in longest if q != p)][:4]


def _says_enough(pattern: Pattern) -> bool:
    said = [piece for part in pattern for piece in part if kind_of(piece) != "sign"]
    return len(said) >= 2
