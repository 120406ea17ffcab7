"""Lines with the same key, found in one pass without sorting."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.texts.tokens import mix

NONE = -1
SIEVE_SHARE = 5
"""Groups of at least this part (a fifth) of the wanted size are found, too."""
_SIEVE = 4096
_U64 = np.uint64


def group(
    nodes: NDArray[np.int32], words: NDArray[np.uint64], least: int = 1
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Lines of one node with the same word.

    Args:
        nodes: A number per line; lines of different nodes are never in one group.
        words: 64 bits per line; 0 is no word and belongs to no group.
        least: Groups below a fifth of this size may be left out.

    Returns:
        The group of each line (-1 where it has none), numbered by their first lines; and the node of each.
    """
    table = room_for_groups(len(nodes))
    number = group_into(nodes, words, len(nodes), least, table)
    of, _, _, group_nodes, _, _ = table
    return of, group_nodes[:number]


@nb.njit(cache=True, nogil=True, boundscheck=False)
def room_for_groups(number: Any) -> Any:  # noqa: ANN401
    """Room for so many lines: (group, chosen line, slots; node, word and size of each group)."""
    room = 2
    while room < 2 * number:
        room *= 2
    return (
        np.empty(number, np.int32),
        np.empty(number, np.int64),
        np.empty(room, np.int32),
        np.empty(number, np.int32),
        np.empty(number, np.uint64),
        np.empty(number, np.int64),
    )


@nb.njit(cache=True, nogil=True, boundscheck=False)
def group_into(nodes: Any, words: Any, number: Any, least: Any, table: Any) -> Any:  # noqa: ANN401
    """Group the first `number` lines; how many groups there are."""
    of, chosen, slots, group_nodes, group_words, sizes = table
    kept = _sieve(nodes, words, number, least, chosen)
    room = 2
    while room < 2 * kept:
        room *= 2
    for slot in range(room):
        slots[slot] = NONE
    for line in range(number):
        of[line] = NONE
    found = 0
    for i in range(kept):
        line = chosen[i]
        node, word = nodes[line], words[line]
        slot = np.int64(_spread(node, word) & _U64(room - 1))
        one = slots[slot]
        while one != NONE and (group_words[one] != word or group_nodes[one] != node):
            slot = (slot + 1) & (room - 1)
            one = slots[slot]
        if one == NONE:
            one = np.int32(found)
            slots[slot], group_nodes[one], group_words[one], sizes[one] = one, node, word, 0
            found += 1
        of[line] = one
        sizes[one] += 1
    return found


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _spread(node: Any, word: Any) -> Any:  # noqa: ANN401
    return mix(word ^ (_U64(node) * _U64(0x9E3779B97F4A7C15)))


@nb.njit(cache=True, nogil=True, boundscheck=False)
def _sieve(nodes: Any, words: Any, number: Any, least: Any, chosen: Any) -> Any:  # noqa: ANN401
    """Choose the lines with a word, without most of those in small groups; how many they are."""
    is_sieving = number > _SIEVE and least > SIEVE_SHARE
    counts = np.zeros(_SIEVE, np.int32)
    if is_sieving:
        for line in range(number):
            if words[line] != 0:
                counts[_spread(nodes[line], words[line]) >> _U64(52)] += np.int32(1)
    kept = 0
    for line in range(number):
        if words[line] == 0:
            continue
        if is_sieving:
            count = counts[_spread(nodes[line], words[line]) >> _U64(52)]
            if SIEVE_SHARE * count < least:
                continue
        chosen[kept] = line
        kept += 1
    return kept
