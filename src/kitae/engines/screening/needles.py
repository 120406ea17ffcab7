"""Many short texts looked for at once: which groups of them stand in each text of a column.

Every place of a text is looked up by the bytes from there on: four of them, or six where a character begins that is not of ASCII,
which makes two characters of Chinese or Japanese.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.screening.words import words_of
from kitae.engines.texts.column import TextColumn

MOST_GROUPS = 64
ALL_GROUPS = np.uint64(0xFFFFFFFFFFFFFFFF)
STRANGE_LETTERS = ("\u017f", "\u212a", "\u0130", "\u0131")
"""Python takes these for s, k and i where case does not count: a text with one of them has all groups."""

_PLAIN, _WIDE = 4, 6
"""Bytes of a window that begins with a letter of ASCII, and of any other."""
_FOLD = np.uint64(0x2020202020202020)
"""With these bits set, letters of ASCII are small. Other bytes may fall together: the needle itself is compared next."""
_PLAIN_BITS, _WIDE_BITS = np.uint64(0xFFFFFFFF), np.uint64(0xFFFFFFFFFFFF)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SLOT_SHIFT = np.uint64(46)
_BUCKET_SHIFT = np.uint64(6)
_SLOTS, _BUCKETS = 1 << 18, 1 << 12
_ZERO, _ONE, _FIVE, _SEVEN = (np.uint64(one) for one in (0, 1, 5, 7))
_LOW_FIVE = np.uint64(31)
_STRETCH = 128
"""Bytes that are looked up together; only where one of them may begin a window, they are looked at one by one."""
_COMMON = " etaoinsrhldcumfpgwybvkxjqz"

Groups = NDArray[np.uint64]
"""Bit `n` of a text: a needle of the `n`-th group stands in it."""


@dataclass(frozen=True)
class Needles:
    """Groups of needles, ready to be looked for.

    Attributes:
        names: Of the groups.
        is_start: Bit of a slot: some needle has a window with this hash.
        first: First entry of a bucket of slots; its entries end where those of the next bucket begin.
        entries: Slot of a window, its place in its needle, the needle's start and end in `content`.
        masks: The groups of each entry.
        content: All needles, small letters.
    """

    names: tuple[str, ...]
    is_start: NDArray[np.uint32]
    first: NDArray[np.int32]
    entries: NDArray[np.int32]
    masks: NDArray[np.uint64]
    content: NDArray[np.uint8]

    @classmethod
    def of(cls, groups: Mapping[str, Collection[str]]) -> Needles:
        """A table of named groups; case counts for nothing in A to Z.

        Raises:
            ValueError: A needle is too short: less than four letters or two wide characters.
        """
        if len(groups) > MOST_GROUPS:
            raise ValueError(f"{len(groups)} groups are more than {MOST_GROUPS}")
        masks: dict[bytes, int] = {}
        for bit, texts in enumerate(groups.values()):
            for text in texts:
                needle = text.encode().lower()
                masks[needle] = masks.get(needle, 0) | 1 << bit
        return cls(tuple(groups), *_tables(masks))

    def bits(self, *names: str) -> np.uint64:
        """The bits of some groups."""
        return np.uint64(sum(1 << self.names.index(name) for name in names))

    def standing(self, column: TextColumn) -> Groups:
        """The groups that stand in each text."""
        found = np.zeros(len(column), np.uint64)
        tables = (self.is_start, self.first, self.entries, self.masks, self.content, _SMALL)
        _find(column.data, words_of(column.data), column.offsets, tables, found)
        return found


_SMALL = np.frombuffer(bytes(range(256)).lower(), np.uint8)


def _tables(masks: Mapping[bytes, int]) -> tuple[NDArray[Any], ...]:
    """The tables of `Needles` after its names."""
    found: list[tuple[int, int, int, int, int]] = []
    start = 0
    for needle, mask in masks.items():
        slot, place = _rarest(needle)
        found.append((slot, place, start, start + len(needle), mask))
        start += len(needle)
    found.sort()
    slots = np.array([one[0] for one in found], np.int64)
    is_start = np.zeros(_SLOTS // 32, np.uint32)
    np.bitwise_or.at(is_start, slots >> 5, np.uint32(1) << (slots & 31).astype(np.uint32))
    buckets = np.arange(_BUCKETS + 1) << int(_BUCKET_SHIFT)
    first = np.searchsorted(slots, buckets).astype(np.int32)
    entries = np.array([one[:4] for one in found], np.int32).reshape(-1, 4)
    bits = np.array([one[4] for one in found], np.uint64)
    return is_start, first, entries, bits, np.frombuffer(b"".join(masks), np.uint8)


def _rarest(needle: bytes) -> tuple[int, int]:
    """(slot, place) of the window that is seldom in other texts."""
    places = [
        place
        for place, byte in enumerate(needle)
        if (place + _PLAIN <= len(needle) and byte < 0x80)
        or (place + _WIDE <= len(needle) and byte >= 0xC0)
    ]
    if not places:
        raise ValueError(f"needle {needle.decode()!r} is too short to be looked for")
    best = max(places, key=lambda place: sum(map(_rarity, _window(needle, place))))
    window = int.from_bytes(_window(needle, best), "little")
    folded = window | int(_FOLD) & int(_WIDE_BITS if needle[best] >= 0xC0 else _PLAIN_BITS)
    return (folded * int(_FACTOR) & int(ALL_GROUPS)) >> int(_SLOT_SHIFT), best


def _window(needle: bytes, place: int) -> bytes:
    return needle[place : place + (_WIDE if needle[place] >= 0xC0 else _PLAIN)]


def _rarity(byte: int) -> int:
    return _COMMON.index(chr(byte)) if chr(byte) in _COMMON else len(_COMMON)


@nb.njit(cache=True, nogil=True)
def _find(data: Any, words: Any, offsets: Any, tables: Any, found: Any) -> None:  # noqa: ANN401
    is_start = tables[0]
    for row in range(found.shape[0]):
        start, end = offsets[row], offsets[row + 1]
        bounds = start, end
        seen = _ZERO
        last = min(end - _PLAIN + 1, words.shape[0])
        for first in range(start, last, _STRETCH):
            stop = min(last, first + _STRETCH)
            if _may_start(words, first, stop, is_start):
                for place in range(first, stop):
                    slot = _slot(words[place])
                    if is_start[slot >> _FIVE] >> np.uint32(slot & _LOW_FIVE) & np.uint32(1):
                        seen |= _standing(data, bounds, place, slot, tables, seen)
        for place in range(max(start, words.shape[0]), end - _PLAIN + 1):
            seen |= _standing(data, bounds, place, _slot(_last(data, place)), tables, seen)
        found[row] = ALL_GROUPS if _has_strange_letter(data[start:end]) else seen


@nb.njit(inline="always")
def _may_start(words: Any, first: Any, stop: Any, is_start: Any) -> Any:  # noqa: ANN401
    """Whether a needle may have its window at one of these places."""
    found = np.uint32(0)
    for place in range(first, stop):
        slot = _slot(words[place])
        found += is_start[slot >> _FIVE] >> np.uint32(slot & _LOW_FIVE) & np.uint32(1)
    return found != 0


@nb.njit(inline="always")
def _slot(word: Any) -> Any:  # noqa: ANN401
    folded = word | _FOLD
    is_wide = _ZERO - ((folded >> _SEVEN) & _ONE)
    return ((folded & (_PLAIN_BITS | (is_wide & _WIDE_BITS))) * _FACTOR) >> _SLOT_SHIFT


@nb.njit(cache=True, nogil=True)
def _last(data: Any, place: Any) -> Any:  # noqa: ANN401
    """The bytes from a place on where less than eight are left."""
    word = _ZERO
    for at in range(min(_WIDE, data.shape[0] - place)):
        word |= np.uint64(data[place + at]) << np.uint64(8 * at)
    return word


@nb.njit(cache=True, nogil=True)
def _standing(data: Any, bounds: Any, place: Any, slot: Any, tables: Any, seen: Any) -> Any:  # noqa: ANN401
    """The groups whose needles stand where the window at a place says they may."""
    _, first, entries, masks, content, small = tables
    text_start, text_end = bounds
    found = _ZERO
    bucket = slot >> _BUCKET_SHIFT
    for entry in range(first[bucket], first[bucket + _ONE]):
        start = place - entries[entry, 1]
        begin, size = entries[entry, 2], entries[entry, 3] - entries[entry, 2]
        is_known = masks[entry] & ~(seen | found) == 0
        is_other = np.uint64(entries[entry, 0]) != slot
        if is_known or is_other or start < text_start or start + size > text_end:
            continue
        same = 0
        while same < size and small[data[start + same]] == content[begin + same]:
            same += 1
        if same == size:
            found |= masks[entry]
    return found


_C4, _B0, _C5, _BF, _E2, _84, _AA = (
    np.uint8(one) for one in (0xC4, 0xB0, 0xC5, 0xBF, 0xE2, 0x84, 0xAA)
)
_BUT_LAST_BIT = np.uint8(0xFE)


@nb.njit(cache=True, nogil=True)
def _has_strange_letter(text: Any) -> Any:  # noqa: ANN401
    """Whether one of `STRANGE_LETTERS` stands in a text, or the first two bytes of U+212A."""
    least = np.uint8(255)
    for place in range(text.shape[0] - 1):
        one, other = text[place], text[place + 1]
        least = min(least, np.uint8((one ^ _C4) | ((other ^ _B0) & _BUT_LAST_BIT)))
        least = min(least, np.uint8((one ^ _C5) | (other ^ _BF)))
        least = min(least, np.uint8((one ^ _E2) | (other ^ _84)))
    return least == 0
