"""Walks down texts word by word, all texts at once, to where their own words begin.

Texts that agree so far are at one node. Only texts that still walk are read on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.characters import TABLE_SIZE
from kitae.engines.texts.tokens import decode, mix
from kitae.engines.wording.groups import NONE, group_into, room_for_groups
from kitae.engines.wording.letters import (
    CJK_WORD,
    KIND_BITS,
    LAST_CJK,
    LETTER,
    OTHER,
    letters,
)

SLOT_SHARE = 0.25
"""A place where this share of rows goes on in bundles too small to be a wording is where a text begins."""
ROOT_HALF_WORDS = 6
"""Half words that a frame needs when the questions around it are of all kinds."""
CLEAR_HALF_WORDS = 2
"""Half words that a frame needs when nothing but large bundles stood above it."""
LEADING_SHARE = 0.2
"""Behind a frame of one or two words, fewer rows than this go on with the same word."""
COUNTED_HALF_WORDS = 16
"""Longer frames are no better evidence: a long text asked about nine times is not a wording."""
SLOT_VALUES = 4
"""From this many ways on that all continue alike, a place is a slot, not a choice between wordings."""
FOLLOW_SHARE = 0.75
"""Share of those ways that go on with one and the same word."""

_BLOCK = 64
_U32, _U64 = np.uint32, np.uint64
_SEED = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)


@dataclass(frozen=True)
class Lines:
    """Where rows walk.

    Attributes:
        data: Bytes of the column.
        starts: Place in `data` where each row begins to walk.
        limits: Place where it ends at the latest; a row with a limit before its start walks backwards.
        nodes: int32; rows with different numbers walk apart from the start.
        num_nodes: How many such numbers there are.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    limits: NDArray[np.int64]
    nodes: NDArray[np.int32]
    num_nodes: int


@dataclass(frozen=True)
class Walked:
    """How far rows walked together.

    Attributes:
        places: Place in the data where the common words of each row end and its own text begins.
        chains: uint64 per row; equal for equal common words; 0 where there are none.
        worth: int64 per row; rows times words of its frame; 0 where it found no frame.
        stops: int32 per row; rows with equal numbers stopped together; -1 where it did not stop.
        num_stops: How many such numbers there are.
    """

    places: NDArray[np.int64]
    chains: NDArray[np.uint64]
    worth: NDArray[np.int64]
    stops: NDArray[np.int32]
    num_stops: int


def walk(lines: Lines, least: int, *, must_find: bool) -> Walked:
    """How far each row agrees with at least `least` others before its own text begins.

    Args:
        lines: The rows and the part of each in which it walks.
        least: Rows that a bundle needs; at least 1.
        must_find: Go past places that fall apart too early to be a frame; without it, such a place is
            the answer (the other end of these rows already has a frame).
    """
    number = len(lines.nodes)
    most_nodes = max(lines.num_nodes, number // least)
    places, stops = lines.starts.copy(), np.full(number, NONE, np.int32)
    most_stops = lines.num_nodes + number // least
    chains, worth = np.zeros(most_stops + 1, np.uint64), np.zeros(most_stops + 1, np.int64)
    num_stops = _walk(
        (lines.data, letters(), lines.limits),
        _walking(lines),
        (_tree(most_nodes), _counts(most_nodes)),
        (lines.num_nodes, least, must_find),
        (stops, places, chains, worth),
    )
    return Walked(places, chains[stops], worth[stops], stops, num_stops)


def _walking(lines: Lines) -> tuple[NDArray[Any], ...]:
    """Per line that still walks: row, node, place, next word, place behind it."""
    number = len(lines.nodes)
    rows, words = np.arange(number), np.zeros(number, np.uint64)
    return rows, lines.nodes.copy(), lines.starts.copy(), words, lines.starts.copy()


def _tree(number: int) -> tuple[NDArray[Any], ...]:
    """Per node: words on the way as one value, half words, whether only large parts stood above."""
    return np.zeros(number, np.uint64), np.zeros(number, np.int64), np.ones(number, np.bool_)


def _counts(number: int) -> tuple[NDArray[Any], ...]:
    """What is known of each node of a level.

    Rows, rows that end, rows of the largest part, large parts, rows in them; whether a text begins
    there, whether a frame may end there.
    """
    numbers = [np.zeros(number, np.int64) for _ in range(5)]
    return *numbers, np.zeros(number, np.bool_), np.zeros(number, np.bool_)


@nb.njit(cache=True, nogil=True, boundscheck=False)
def letter_at(data: Any, place: Any, table: Any) -> Any:  # noqa: ANN401
    """(kind and lower-case form of a character, as in the table; its bytes)."""
    code, size = decode(data, place)
    if code < TABLE_SIZE:
        return table[code], np.int64(size)
    return _U32((code << _U32(2)) | _U32(CJK_WORD if code <= LAST_CJK else OTHER)), np.int64(size)


@nb.njit(cache=True, nogil=True, boundscheck=False)
def character_before(data: Any, place: Any) -> Any:  # noqa: ANN401
    """Where the character begins that ends at a place."""
    place -= 1
    while data[place] & 0xC0 == 0x80:
        place -= 1
    return place


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _next_word(data: Any, place: Any, limit: Any, table: Any) -> Any:  # noqa: ANN401
    """(value of the next word, place behind it), backwards for a limit that comes before.

    The value is 0 where there is no word; its lowest bit tells a CJK character from a word.
    """
    is_forward = place < limit
    value = _SEED
    is_inside = False
    while place != limit:
        first = place if is_forward else character_before(data, place)
        letter, size = letter_at(data, first, table)
        kind = letter & _U32(KIND_BITS)
        if kind != LETTER and is_inside:
            break
        place = first + size if is_forward else first
        if kind == CJK_WORD:
            return mix(_U64(letter) + _SEED) | _U64(3), place
        if kind == LETTER:
            value = (value ^ _U64(letter)) * _STEP
            is_inside = True
    return (mix(value) & ~_U64(3)) | _U64(2) if is_inside else _U64(0), place


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _read(texts: Any, walking: Any, number: Any, ahead: Any) -> None:  # noqa: ANN401
    """The next word of the lines that go on, and the places behind it.

    The bytes of a block of lines are brought near all at once: waiting for each in turn takes longer.
    """
    data, table, limits = texts
    rows, _, _, _, afters = walking
    onward, words, places = ahead
    last = data.shape[0] - 1
    for first in range(0, number, _BLOCK):
        end = min(first + _BLOCK, number)
        for i in range(first, end):
            words[i] = data[min(afters[onward[i]], last)] if last >= 0 else 0
        for i in range(first, end):
            line = onward[i]
            words[i], places[i] = _next_word(data, afters[line], limits[rows[line]], table)


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _walk(texts: Any, walking: Any, nodes: Any, rules: Any, found: Any) -> Any:  # noqa: ANN401
    """Level by level: every line that still walks takes one step at a time; how many stops there are."""
    num_nodes, least, must_find = rules
    tree, counts = nodes
    number = walking[0].shape[0]
    table = room_for_groups(number)
    children = np.empty(number, np.int32)
    ahead = np.arange(number), np.empty(number, np.uint64), np.empty(number, np.int64)
    _read(texts, walking, number, ahead)
    for i in range(number):
        walking[3][i], walking[4][i] = ahead[1][i], ahead[2][i]
    num_stops = np.int64(0)
    while number > 0:
        num_groups = group_into(walking[1], walking[3], number, least, table)
        _count(walking, number, counts, num_nodes)
        _count_parts(table, num_groups, counts, least)
        _judge(counts, tree, num_nodes, must_find)
        num_ahead = _choose(table, number, counts, least, ahead[0])
        _read(texts, walking, num_ahead, ahead)
        _judge_by_follower(table, ahead, num_ahead, counts)
        num_stops = _stop(walking, number, nodes, found, num_stops)
        num_nodes = _descend(table, num_groups, nodes, (num_nodes, least), children)
        number = _take(walking, table[0], ahead, num_ahead, children)
    return num_stops


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _count(walking: Any, number: Any, counts: Any, num_nodes: Any) -> None:  # noqa: ANN401
    _, nodes, _, words, _ = walking
    rows, ended, leading, large, large_rows, _, _ = counts
    for node in range(num_nodes):
        rows[node] = ended[node] = large[node] = large_rows[node] = 0
    for i in range(number):
        rows[nodes[i]] += 1
        if words[i] == 0:
            ended[nodes[i]] += 1
    for node in range(num_nodes):
        leading[node] = ended[node]


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _count_parts(table: Any, num_groups: Any, counts: Any, least: Any) -> None:  # noqa: ANN401
    _, _, _, nodes, _, sizes = table
    _, _, leading, large, large_rows, _, _ = counts
    for i in range(num_groups):
        node = nodes[i]
        leading[node] = max(leading[node], sizes[i])
        if sizes[i] >= least:
            large[node] += 1
            large_rows[node] += sizes[i]


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _judge(counts: Any, tree: Any, num_nodes: Any, must_find: Any) -> None:  # noqa: ANN401
    """Whether many rows fall apart here into texts of their own, and whether a frame may end here."""
    rows, ended, leading, _, large_rows, is_slot, is_enough = counts
    _, half_words, is_clear = tree
    for node in range(num_nodes):
        small_rows = rows[node] - large_rows[node] - ended[node]
        is_slot[node] = small_rows >= SLOT_SHARE * rows[node]
        is_diverse = leading[node] < LEADING_SHARE * rows[node]
        needed = CLEAR_HALF_WORDS if is_clear[node] and is_diverse else ROOT_HALF_WORDS
        is_enough[node] = not must_find or half_words[node] >= needed


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _choose(table: Any, number: Any, counts: Any, least: Any, onward: Any) -> Any:  # noqa: ANN401
    """Which lines may go on: those in large parts; how many they are."""
    of, _, _, nodes, _, sizes = table
    _, _, _, _, _, is_slot, is_enough = counts
    chosen = 0
    for i in range(number):
        part = of[i]
        if part == NONE or sizes[part] < least:
            continue
        if not (is_slot[nodes[part]] and is_enough[nodes[part]]):
            onward[chosen] = i
            chosen += 1
    return chosen


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _judge_by_follower(table: Any, ahead: Any, num_ahead: Any, counts: Any) -> None:  # noqa: ANN401
    """Find the nodes whose many ways on nearly all have one word in common right behind them."""
    of, _, _, nodes, _, _ = table
    onward, next_words, _ = ahead
    _, _, _, large, _, is_slot, _ = counts
    parts, words = np.empty(num_ahead, np.int32), np.empty(num_ahead, np.uint64)
    asked = np.int64(0)
    for i in range(num_ahead):
        part = of[onward[i]]
        if large[nodes[part]] >= SLOT_VALUES and not is_slot[nodes[part]]:
            parts[asked], words[asked] = part, next_words[i]
            asked += 1
    if asked == 0:
        return
    pairs, follows = room_for_groups(asked), room_for_groups(asked)
    num_pairs = group_into(parts, words, asked, np.int64(1), pairs)
    for i in range(num_pairs):
        parts[i], words[i] = nodes[pairs[3][i]], pairs[4][i]
    num_follows = group_into(parts, words, num_pairs, np.int64(1), follows)
    for i in range(num_follows):
        node = follows[3][i]
        if follows[5][i] >= FOLLOW_SHARE * large[node]:
            is_slot[node] = True


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _stop(walking: Any, number: Any, nodes: Any, found: Any, num_stops: Any) -> Any:  # noqa: ANN401
    """Write down the rows of the nodes that stop; how many stops there are now."""
    rows, node_of, places, _, _ = walking
    (chains, half_words, _), (num_rows, _, _, _, number_of, is_slot, is_enough) = nodes
    stops, stop_places, stop_chains, stop_worth = found
    for i in range(number):
        node = node_of[i]
        if not (is_slot[node] and is_enough[node]):
            continue
        if num_rows[node] > 0:
            stop_chains[num_stops] = chains[node]
            stop_worth[num_stops] = num_rows[node] * min(COUNTED_HALF_WORDS, half_words[node])
            num_rows[node], number_of[node] = 0, num_stops
            num_stops += 1
        stops[rows[i]], stop_places[rows[i]] = number_of[node], places[i]
    return num_stops


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _descend(table: Any, num_groups: Any, nodes: Any, limits: Any, children: Any) -> Any:  # noqa: ANN401
    """Large parts become the nodes of the next level; how many they are."""
    _, _, _, node_of, words, sizes = table
    (chains, half_words, is_clear), (_, _, _, _, _, is_slot, is_enough) = nodes
    num_nodes, least = limits
    above = chains[:num_nodes].copy(), half_words[:num_nodes].copy(), is_clear[:num_nodes].copy()
    number = 0
    for i in range(num_groups):
        node, word = node_of[i], words[i]
        children[i] = NONE
        if sizes[i] < least or (is_slot[node] and is_enough[node]):
            continue
        children[i] = number
        chains[number] = mix(above[0][node] ^ word) + _U64(1)
        half_words[number] = above[1][node] + 2 - np.int64(word & _U64(1))
        is_clear[number] = above[2][node] and not is_slot[node]
        number += 1
    return number


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _take(walking: Any, of: Any, ahead: Any, num_ahead: Any, children: Any) -> Any:  # noqa: ANN401
    """Move the lines that go on to their new nodes; how many they are."""
    rows, nodes, places, words, afters = walking
    onward, next_words, next_afters = ahead
    number = 0
    for i in range(num_ahead):
        line = onward[i]
        child = children[of[line]]
        if child == NONE:
            continue
        rows[number], nodes[number], places[number] = rows[line], child, afters[line]
        words[number], afters[number] = next_words[i], next_afters[i]
        number += 1
    return number
