"""Two texts -> what they share: every common span of whole tokens, by a suffix automaton, so nothing is missed.

A span is counted from three words or five CJK characters on. The automaton is built over the material's
part and the benchmark text is read through it: linear in both, whatever repeats in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.characters import CLASS_BITS, SPACE, character_tables
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.tokens import CJK, KIND_BITS, NUMBER, next_token

LEAST_HALF_WORDS = 5
"""Shorter common spans are the language, not the text."""
_REACH = 2
"""Tokens beyond a gap's own length in which another number contradicts."""
_EDGE = 3
"""Beyond the first and the last span a number contradicts only so near to them."""

_U64 = np.uint64


@dataclass(frozen=True)
class PlacedTokens:
    """The tokens of texts in normal form, with the bytes of each, counted from the text's first."""

    values: NDArray[np.uint64]
    firsts: NDArray[np.int64]
    ends: NDArray[np.int64]
    offsets: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.offsets)

    @property
    def ideographs(self) -> NDArray[np.int64]:
        """CJK characters of each text."""
        sums = np.concatenate([[0], np.cumsum((self.values & KIND_BITS) == CJK)])
        return sums[self.offsets[1:]] - sums[self.offsets[:-1]]


@dataclass(frozen=True)
class Shared:
    """What pairs of texts share.

    Attributes:
        longest: Tokens of the longest common span.
        in_benchmark: Its first token there.
        in_material: Its first token there.
        span_words: CJK characters and other tokens of it: (pairs, 2).
        matched: Half-words of the benchmark text's own tokens that stand in the material.
        own: Half-words of all its own tokens.
        agreeing: Numbers of the benchmark text that the material has in their place.
        contradicted: Numbers in whose place the material has others.
    """

    longest: NDArray[np.int64]
    in_benchmark: NDArray[np.int64]
    in_material: NDArray[np.int64]
    span_words: NDArray[np.int64]
    matched: NDArray[np.int64]
    own: NDArray[np.int64]
    agreeing: NDArray[np.int64]
    contradicted: NDArray[np.int64]


def placed_tokens(column: TextColumn) -> PlacedTokens:
    """The tokens of texts in normal form."""
    data = column.data[column.offsets[0] : column.offsets[-1]]
    offsets = column.offsets - column.offsets[0]
    values = np.empty(len(data), np.uint64)
    firsts, ends = np.empty(len(data), np.int64), np.empty(len(data), np.int64)
    starts = np.zeros(len(column) + 1, np.int64)
    tables = (*character_tables(), np.uint8(CLASS_BITS))
    number = _placed((data, offsets), tables, (values, firsts, ends), starts)
    values, firsts, ends = (part[:number].copy() for part in (values, firsts, ends))
    return PlacedTokens(values, firsts, ends, starts)


def shared(
    benchmark: PlacedTokens,
    material: PlacedTokens,
    pairs: tuple[NDArray[np.int64], ...],
    is_own: NDArray[np.bool_],
) -> Shared:
    """What pairs of texts share.

    Args:
        benchmark: Tokens of benchmark texts.
        material: Tokens of material texts.
        pairs: For each pair its benchmark text, its material text, and the part of the material's
            tokens that is looked at: first, and the one after the last.
        is_own: Whether a token of the benchmark is no part of a form.
    """
    number = len(pairs[0])
    found = np.zeros((8, number), np.int64)
    longest = int(benchmark.counts.max(initial=0)), int((pairs[3] - pairs[2]).max(initial=0))
    _shared_all(
        (benchmark.values, benchmark.offsets, is_own),
        (material.values, material.offsets),
        tuple(np.ascontiguousarray(part) for part in pairs),
        _room(*longest),
        found,
    )
    spans = np.stack([found[3], found[0] - found[3]], axis=1)
    return Shared(found[0], found[1], found[2], spans, found[4], found[5], found[6], found[7])


def _room(benchmark: int, material: int) -> tuple[NDArray[Any], ...]:
    """Working memory: of the automaton, of its edges, and per token of the benchmark text."""
    states, edges = 2 * material + 4, 6 * material + 8
    automaton = np.empty((states, 4), np.int32)
    moves = np.empty((edges, 3), np.int32)
    from_root = np.empty(benchmark + 1, np.int32)
    known = np.empty(1 << (2 * benchmark + 2).bit_length(), np.int32)
    per_token = np.empty((5, benchmark + 1), np.int32)
    numbered = np.empty(material + 1, np.int32)
    return automaton, moves, from_root, known, per_token, numbered


@nb.njit(cache=True, nogil=True)
def _placed(texts: Any, tables: Any, found: Any, starts: Any) -> Any:  # noqa: ANN401
    data, offsets = texts
    values, firsts, ends = found
    written = 0
    for row in range(offsets.shape[0] - 1):
        place, end = offsets[row], offsets[row + 1]
        before = np.int64(SPACE)
        while place < end:
            first = place
            value, place, before = next_token(data, place, end, before, tables)
            if value != 0:
                values[written] = value
                firsts[written] = first - offsets[row]
                ends[written] = place - offsets[row]
                written += 1
        starts[row + 1] = written
    return written


@nb.njit
def _number_tokens(tokens: Any, known: Any, ids: Any) -> Any:  # noqa: ANN401
    """Number the distinct tokens of a text from 0 on, through a table of first places; gives how many."""
    known[:] = -1
    mask = _U64(known.shape[0] - 1)
    distinct = 0
    for i in range(tokens.shape[0]):
        slot = (tokens[i] >> _U64(2)) & mask
        while known[slot] >= 0 and tokens[known[slot]] != tokens[i]:
            slot = (slot + _U64(1)) & mask
        if known[slot] < 0:
            known[slot] = i
            ids[i] = distinct
            distinct += 1
        else:
            ids[i] = ids[known[slot]]
    return distinct


@nb.njit
def _as_numbers(tokens: Any, other: Any, table: Any, numbered: Any) -> None:  # noqa: ANN401
    """Tokens of the material as the benchmark text numbers them; -1 for what it does not have."""
    known, ids = table
    mask = _U64(known.shape[0] - 1)
    for i in range(tokens.shape[0]):
        slot = (tokens[i] >> _U64(2)) & mask
        while known[slot] >= 0 and other[known[slot]] != tokens[i]:
            slot = (slot + _U64(1)) & mask
        numbered[i] = ids[known[slot]] if known[slot] >= 0 else -1


LENGTH, LINK, END, HEAD = range(4)
"""Columns of the automaton: longest span of a state, its suffix link, where the span first ends, first edge."""


@nb.njit
def _edge(state: Any, token: Any, automaton: Any, moves: Any) -> Any:  # noqa: ANN401
    edge = automaton[state, HEAD]
    while edge >= 0 and moves[edge, 0] != token:
        edge = moves[edge, 2]
    return edge


@nb.njit
def _target(state: Any, token: Any, graph: Any) -> Any:  # noqa: ANN401
    """The state after a token; -1 where there is none. The start's many edges are a table."""
    automaton, moves, from_root = graph
    if state == 0:
        return from_root[token]
    edge = _edge(state, token, automaton, moves)
    return moves[edge, 1] if edge >= 0 else np.int32(-1)


@nb.njit
def _set_target(state: Any, token: Any, target: Any, graph: Any, used: Any) -> None:  # noqa: ANN401
    automaton, moves, from_root = graph
    if state == 0:
        from_root[token] = target
        return
    edge = _edge(state, token, automaton, moves)
    if edge < 0:
        edge = used[1]
        used[1] += 1
        moves[edge, 0], moves[edge, 2] = token, automaton[state, HEAD]
        automaton[state, HEAD] = edge
    moves[edge, 1] = target


@nb.njit
def _split(before: Any, token: Any, state: Any, graph: Any, used: Any) -> Any:  # noqa: ANN401
    """A state of its own for the shorter spans of a state; gives it."""
    automaton, moves, _ = graph
    if automaton[state, LENGTH] == automaton[before, LENGTH] + 1:
        return state
    clone = used[0]
    used[0] += 1
    automaton[clone, LENGTH] = automaton[before, LENGTH] + 1
    automaton[clone, LINK] = automaton[state, LINK]
    automaton[clone, END] = automaton[state, END]
    automaton[clone, HEAD] = -1
    edge = automaton[state, HEAD]
    while edge >= 0:
        _set_target(clone, moves[edge, 0], moves[edge, 1], graph, used)
        edge = moves[edge, 2]
    automaton[state, LINK] = clone
    while before >= 0 and _target(before, token, graph) == state:
        _set_target(before, token, clone, graph, used)
        before = automaton[before, LINK]
    return clone


@nb.njit
def _extend(last: Any, token: Any, place: Any, graph: Any, used: Any) -> Any:  # noqa: ANN401
    """Take in one more token of the material; gives the state of all read so far."""
    automaton = graph[0]
    known = _target(last, token, graph)
    if known >= 0:
        return _split(last, token, known, graph, used)
    new = used[0]
    used[0] += 1
    automaton[new, LENGTH] = automaton[last, LENGTH] + 1
    automaton[new, END] = place
    automaton[new, HEAD] = -1
    state = last
    while state >= 0 and _target(state, token, graph) < 0:
        _set_target(state, token, new, graph, used)
        state = automaton[state, LINK]
    if state < 0:
        automaton[new, LINK] = 0
    else:
        automaton[new, LINK] = _split(state, token, _target(state, token, graph), graph, used)
    return new


@nb.njit
def _build(numbered: Any, distinct: Any, graph: Any) -> None:  # noqa: ANN401
    automaton, _, from_root = graph
    from_root[:distinct] = -1
    automaton[0, LENGTH], automaton[0, LINK], automaton[0, HEAD] = 0, -1, -1
    used = np.array([1, 0], np.int32)
    last = np.int32(0)
    for place in range(numbered.shape[0]):
        if numbered[place] < 0:
            last = np.int32(0)
        else:
            last = _extend(last, numbered[place], place, graph, used)


@nb.njit
def _read_through(ids: Any, graph: Any, lengths: Any, places: Any) -> None:  # noqa: ANN401
    """For each token of the benchmark text: the longest common span that ends with it, and where."""
    automaton = graph[0]
    state, length = np.int32(0), np.int32(0)
    for i in range(lengths.shape[0]):
        while state > 0 and _target(state, ids[i], graph) < 0:
            state = automaton[state, LINK]
            length = automaton[state, LENGTH]
        target = _target(state, ids[i], graph)
        if target >= 0:
            state, length = target, np.int32(length + 1)
        else:
            state, length = np.int32(0), np.int32(0)
        lengths[i] = length
        places[i] = automaton[state, END]


@nb.njit
def _half_words(token: Any) -> Any:  # noqa: ANN401
    return 1 if token & KIND_BITS == CJK else 2


@nb.njit
def _cover(tokens: Any, lengths: Any, places: Any, aligned: Any) -> Any:  # noqa: ANN401
    """Write where in the material each token of a counted span stands; gives the end of the longest."""
    aligned[: tokens.shape[0]] = -1
    best, best_weight = -1, 0
    for i in range(tokens.shape[0]):
        goes_on = i + 1 < tokens.shape[0] and lengths[i + 1] == lengths[i] + 1
        if goes_on or lengths[i] == 0:
            continue
        weight = 0
        for k in range(lengths[i]):
            weight += _half_words(tokens[i - k])
        if weight > best_weight:
            best, best_weight = i, weight
        if weight < LEAST_HALF_WORDS and lengths[i] < tokens.shape[0]:
            continue
        for k in range(lengths[i]):
            aligned[i - k] = places[i] - k
    return best


@nb.njit
def _other_number(place: Any, stop: Any, material: Any, number: Any) -> Any:  # noqa: ANN401
    """Whether other numbers, and not this one, stand from one place to another."""
    is_found = False
    for i in range(max(place, 0), min(stop, material.shape[0])):
        if material[i] == number:
            return False
        is_found |= material[i] & KIND_BITS == NUMBER
    return is_found


@nb.njit
def _is_contradicted(i: Any, tokens: Any, aligned: Any, material: Any) -> Any:  # noqa: ANN401
    """Whether the material has another number in the place of a number that it does not have there."""
    left, right = i, i
    while left >= 0 and aligned[left] < 0:
        left -= 1
    while right < tokens.shape[0] and aligned[right] < 0:
        right += 1
    is_inside = left >= 0 and right < tokens.shape[0]
    if left >= 0 and (is_inside or i - left <= _EDGE):
        place = aligned[left] + 1
        stop = place + (i - left) + _REACH
        if is_inside and aligned[right] >= place:
            stop = min(stop, aligned[right])
        return _other_number(place, stop, material, tokens[i])
    if left < 0 and right < tokens.shape[0] and right - i <= _EDGE:
        stop = aligned[right]
        return _other_number(stop - (right - i) - _REACH, stop, material, tokens[i])
    return False


@nb.njit
def _summed(texts: Any, aligned: Any, found: Any, pair: Any) -> None:  # noqa: ANN401
    """Matched and own half-words, agreeing and contradicted numbers of a pair."""
    tokens, is_own, material = texts
    for i in range(tokens.shape[0]):
        if is_own[i]:
            found[5, pair] += _half_words(tokens[i])
            if aligned[i] >= 0:
                found[4, pair] += _half_words(tokens[i])
        if tokens[i] & KIND_BITS == NUMBER:
            if aligned[i] >= 0:
                found[6, pair] += 1
            elif _is_contradicted(i, tokens, aligned, material):
                found[7, pair] += 1


@nb.njit(cache=True, nogil=True)
def _shared_all(benchmark: Any, material: Any, pairs: Any, room: Any, found: Any) -> None:  # noqa: ANN401
    automaton, moves, from_root, known, per_token, numbered = room
    graph = (automaton, moves, from_root)
    ids, lengths, places, aligned = per_token[0], per_token[1], per_token[2], per_token[3]
    for pair in range(pairs[0].shape[0]):
        first, end = benchmark[1][pairs[0][pair]], benchmark[1][pairs[0][pair] + 1]
        tokens, is_own = benchmark[0][first:end], benchmark[2][first:end]
        start = material[1][pairs[1][pair]]
        others = material[0][start + pairs[2][pair] : start + pairs[3][pair]]
        size = 1
        while size < 2 * tokens.shape[0] + 1:
            size *= 2
        distinct = _number_tokens(tokens, known[:size], ids)
        _as_numbers(others, tokens, (known[:size], ids), numbered)
        _build(numbered[: others.shape[0]], distinct, graph)
        _read_through(ids, graph, lengths[: tokens.shape[0]], places)
        best = _cover(tokens, lengths, places, aligned)
        if best < 0:
            continue
        found[0, pair] = lengths[best]
        found[1, pair] = best + 1 - lengths[best]
        found[2, pair] = pairs[2][pair] + places[best] + 1 - lengths[best]
        for k in range(lengths[best]):
            found[3, pair] += 1 if tokens[best - k] & KIND_BITS == CJK else 0
        _summed((tokens, is_own, others), aligned, found, pair)
