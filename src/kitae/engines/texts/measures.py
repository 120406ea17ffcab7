"""Texts -> what is in them, in one compiled pass: open gates, characters by kind, words that tell English."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.language import detect
from kitae.engines.texts import gates as g
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import Gate
from kitae.engines.texts.tokens import decode

_U64 = np.uint64


@dataclass(frozen=True)
class Measures:
    """What is in each text of a column.

    Attributes:
        gates: Bits of `Gate`.
        kinds: Characters of each kind, one column per kind of `gates.KINDS`.
        words: Latin words, and of them (further columns): English ones, foreign ones, those with letters
            that English does not have.
        places: Bit `n - 1`: the text has the `n`-th character that Japanese alone or Chinese alone has.
        longest_run: The longest run of one character, not counting white space.
    """

    gates: NDArray[np.uint32]
    kinds: NDArray[np.int32]
    words: NDArray[np.int32]
    places: NDArray[np.uint64]
    longest_run: NDArray[np.int32]

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.gates)

    @property
    def characters(self) -> NDArray[np.int64]:
        """Length of each text in characters."""
        return self.kinds.sum(axis=1, dtype=np.int64)

    def rows_with(self, gate: Gate) -> NDArray[np.int64]:
        """The texts that have one of these gates open."""
        return np.flatnonzero(self.gates & np.uint32(gate))

    def replaced(self, rows: NDArray[np.int64], new: Measures) -> Measures:
        """The measures with those of some texts, which were changed, as they are now."""
        copies = {one.name: getattr(self, one.name).copy() for one in fields(self)}
        for name, values in copies.items():
            values[rows] = getattr(new, name)
        return Measures(**copies)


def measure(column: TextColumn) -> Measures:
    """What is in each text; an empty text has nothing."""
    rows = len(column)
    found = Measures(
        gates=np.zeros(rows, np.uint32),
        kinds=np.zeros((rows, len(g.KINDS)), np.int32),
        words=np.zeros((rows, 4), np.int32),
        places=np.zeros(rows, np.uint64),
        longest_run=np.zeros(rows, np.int32),
    )
    _measure(
        column.data,
        column.offsets,
        (g.character_table(), _markers(), _lower_letters(), *_known_words()),
        (found.gates, found.kinds, found.words, found.places, found.longest_run),
    )
    return found


WORDS, ENGLISH, FOREIGN, MARKED = range(4)
"""Columns of `Measures.words`."""

_MARKERS = (
    "<|", "<\uff5c", "</s>", "<s>", "<<SYS>>", "<</SYS>>", "<eos>", "<bos>", "<pad>", "<unk>",
    "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]",
)  # fmt: skip
_WIDTH = 16
_SLOTS = 2048
_SLOT_SHIFT = np.uint64(53)


@lru_cache(maxsize=1)
def _markers() -> NDArray[np.uint8]:
    """How chat markers start, padded with zeros."""
    padded = [marker.encode().ljust(_WIDTH, b"\0") for marker in _MARKERS]
    return np.frombuffer(b"".join(padded), np.uint8).reshape(len(_MARKERS), _WIDTH)


@lru_cache(maxsize=1)
def _lower_letters() -> NDArray[np.uint64]:
    """The two bytes of the small letter of each letter of `detect.LATIN`; where it has others, 0xFFFF."""
    lower = np.full(0x250, 0xFFFF, np.uint64)
    for code in range(0x80, len(lower)):
        small = chr(code).lower().encode()
        if len(small) == 2:
            lower[code] = int.from_bytes(small, "big")
    return lower


@lru_cache(maxsize=1)
def _known_words() -> tuple[np.uint64, NDArray[np.uint64], NDArray[np.int64]]:
    """(factor, words as their bytes, which column of `Measures.words` each counts in).

    A word has the slot that its product with the factor begins with; no two share one.
    """
    texts = sorted(detect.ENGLISH | detect.FOREIGN)
    values = np.array([int.from_bytes(text.encode(), "big") for text in texts], np.uint64)
    factor = np.uint64(0x9E3779B97F4A7C15)
    while len(set(((values * factor) >> _SLOT_SHIFT).tolist())) < len(texts):
        factor = np.uint64((int(factor) * 0xD1342543DE82EF95 | 1) % 2**64)
    slots = (values * factor) >> _SLOT_SHIFT
    words, columns = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.int64)
    words[slots] = values
    columns[slots] = [ENGLISH if text in detect.ENGLISH else FOREIGN for text in texts]
    return factor, words, columns


_ABOVE = np.uint32(g.bits(Gate.NON_ASCII) | g.LETTER)
_ABOVE_WORD = np.uint32(g.bits(Gate.NON_ASCII | Gate.WORD) | g.LETTER)
_ABOVE_COMPATIBILITY = np.uint32(g.bits(Gate.NON_ASCII | Gate.WORD | Gate.COMPOSING) | g.LETTER)
_ABOVE_CONTROL = np.uint32(g.bits(Gate.NON_ASCII | Gate.CONTROL) | g.NOTHING)
_TABLE_GATES = np.uint32(0x1FF)
_GATE_SHIFT = np.uint32(g.GATE_SHIFT)
_PLACE_SHIFT = np.uint32(g.PLACE_SHIFT)
_PLACE_BITS = np.uint32(g.PLACE_BITS)
_KIND_BITS = np.uint32(g.KIND_BITS)
_BLANK, _GBK, _RARE = np.uint32(g.BLANK), np.uint32(g.GBK), np.uint32(g.RARE)
_TRAIL, _JOINS = np.uint32(g.TRAIL), np.uint32(g.JOINS_DIGITS)
_LATIN, _DIGIT = np.uint32(g.LATIN), np.uint32(g.DIGIT)
_MOJIBAKE, _OUTER_SPACE = np.uint32(Gate.MOJIBAKE), np.uint32(Gate.OUTER_SPACE)
_SPECIAL, _TAG, _ENTITY = (np.uint32(one) for one in (Gate.SPECIAL_TOKEN, Gate.TAG, Gate.ENTITY))
_FENCE, _LINK = np.uint32(Gate.FENCE), np.uint32(Gate.LINK)
_MANY_DIGITS, _CLOSED = np.uint32(Gate.MANY_DIGITS), np.uint32(0)
_LEAST_DIGITS = 7
_LEAST_STRANGE = 3
_PACKED_BITS = 12
_STRETCH = 4000
"""Bytes, so that the count of one kind fits in so many bits."""
_WIDE_BITS = 10
_WIDE_STRETCH = 1000
"""Bytes. A longer stretch is read in parts."""
_NO_CHARACTER = np.uint32(0xFFFFFFFF)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_NO_TAIL = -(2**40)
_CURLY = np.uint32(0x2019)


@nb.njit(inline="always")
def _entry(code: Any, table: Any) -> Any:  # noqa: ANN401
    """What the table says of a character, or what holds for all those above it."""
    if code < g.TABLE_SIZE:
        return table[code]
    if 0x2F800 <= code < 0x2FA20:
        return _ABOVE_COMPATIBILITY
    if 0xE0000 <= code < 0xE0080:
        return _ABOVE_CONTROL
    return _ABOVE_WORD if code < 0x40000 else _ABOVE


@nb.njit(cache=True, nogil=True)
def _measure(data: Any, offsets: Any, tables: Any, found: Any) -> None:  # noqa: ANN401
    gates, kinds, words, places, longest_run = found
    most = 0
    for row in range(offsets.shape[0] - 1):
        most = max(most, offsets[row + 1] - offsets[row])
    buffer = np.empty(most + 2, np.uint64)
    for row in range(offsets.shape[0] - 1):
        start, end = offsets[row], offsets[row + 1]
        place = start
        text = (_CLOSED, _CLOSED, _U64(0), 0)  # entries, gates, places, strange characters
        run = (_NO_CHARACTER, 1, 0)  # character before, its run, the longest run
        word = (
            _ZERO,
            _ZERO,
            _NO_TAIL,
            _ZERO,
            _ZERO,
        )  # its bytes, is marked, end of its tail, words, marked ones
        while place < end:
            if data[place] < 0x80:
                stop, text = _plain(data, place, end, tables, text, kinds[row])
                run = _plain_run(data, place, stop, run)
                word = _plain_words(data, place, stop, end, word, buffer)
                place = stop
            else:
                place, text, run, word = _wide(
                    data, place, end, tables, text, run, word, buffer, kinds[row]
                )
        _count_words(word, buffer, tables, words[row])
        many = kinds[row, g.DIGIT] >= _LEAST_DIGITS and _has_long_number(data, start, end, tables)
        gates[row] = _opened(data, start, end, tables, text) | (_MANY_DIGITS if many else _CLOSED)
        places[row] = text[2]
        longest_run[row] = run[2]


@nb.njit(inline="always")
def _plain(data: Any, place: Any, end: Any, tables: Any, text: Any, kinds: Any) -> Any:  # noqa: ANN401
    """A stretch of ASCII: where it stops, and what its characters say."""
    start, table = place, tables[0]
    entries, opened, seen, strange = text
    packed, here = _U64(0), _CLOSED
    rest = data[start : min(end, start + _STRETCH)]
    size = 0
    while size < rest.shape[0] and rest[size] < 0x80:
        entry = table[rest[size]]
        here |= entry
        packed += _U64(1) << _U64((entry & _KIND_BITS) * _PACKED_BITS)
        size += 1
    place = start + size
    for kind in range(g.SIGN + 1):
        kinds[kind] += (packed >> _U64(kind * _PACKED_BITS)) & _U64(0xFFF)
    if here & _RARE:
        for at in range(start, place):
            if table[data[at]] & _RARE:
                opened |= _neighbour_gates(data[at], data, at, end, tables[1])
    return place, (entries | here, opened, seen, strange)


@nb.njit(inline="always")
def _plain_run(data: Any, start: Any, stop: Any, run: Any) -> Any:  # noqa: ANN401
    """The longest run with a stretch of ASCII in it; runs of less than four are not looked for."""
    before, length, longest = run
    piece = data[start:stop]
    size = piece.shape[0]
    last = np.uint32(piece[size - 1])
    if length == 1 and before != piece[0] and size > 3 and not _has_run(piece):
        length = 1
        while piece[size - 1 - length] == last:
            length += 1
        return last, length, longest
    for at in range(size):
        code = np.uint32(piece[at])
        length = length + 1 if code == before else 1
        is_blank = code == 32 or 9 <= code <= 13
        longest = max(longest, 0 if is_blank else length)
        before = code
    return before, length, longest


@nb.njit(inline="always")
def _has_run(piece: Any) -> Any:  # noqa: ANN401
    """Whether four bytes in a row are equal."""
    least = np.uint8(255)
    for at in range(piece.shape[0] - 3):
        first = piece[at]
        others = (first ^ piece[at + 1]) | (first ^ piece[at + 2]) | (first ^ piece[at + 3])
        least = min(least, np.uint8(others))
    return least == 0


@nb.njit(inline="always")
def _plain_words(data: Any, place: Any, stop: Any, end: Any, word: Any, buffer: Any) -> Any:  # noqa: ANN401
    """The words that end in a stretch of ASCII, and the one that goes on; almost without branches."""
    value, is_marked, tail_end, count, marked = word
    piece = data[place:stop]
    tail = tail_end - place
    for at in range(piece.shape[0]):
        if at == tail:
            buffer[count] = value
            count += _ONE
            marked += is_marked
            value, is_marked, tail = _ZERO, _ZERO, _NO_TAIL
        byte = piece[at]
        small = byte | np.uint8(32)
        is_letter = np.uint8(small - np.uint8(97)) < 26
        if byte == 39 and value != 0:
            tail = _tail_end(data, place + at + 1, end) - place
            is_letter = tail > 0
        is_end = _U64((not is_letter) & (value != 0))
        buffer[count] = value
        count += is_end
        marked += is_end & is_marked
        is_marked = is_marked if is_letter else _ZERO
        value = ((value << _U64(8)) | _U64(small)) if is_letter else _ZERO
    return value, is_marked, tail + place, count, marked


@nb.njit
def _has_long_number(data: Any, place: Any, end: Any, tables: Any) -> Any:  # noqa: ANN401
    """Whether there are many digits with nothing else between them than what stands inside numbers."""
    digits = 0
    while place < end:
        code, size = decode(data, place)
        entry = _entry(code, tables[0])
        if (entry & _KIND_BITS) == _DIGIT:
            digits += 1
        elif not entry & _JOINS:
            digits = 0
        if digits == _LEAST_DIGITS:
            return True
        place += size
    return False


@nb.njit(inline="always")
def _tail_end(data: Any, place: Any, end: Any) -> Any:  # noqa: ANN401
    """Where the small letters after an apostrophe end; `_NO_TAIL` without any."""
    start = place
    while place < end and 97 <= data[place] <= 122:
        place += 1
    return place if place > start else _NO_TAIL


@nb.njit(inline="always")
def _wide(  # noqa: PLR0913, PLR0917
    data: Any, place: Any, end: Any, tables: Any, text: Any,  # noqa: ANN401
    run: Any, word: Any, buffer: Any, kinds: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401  # fmt: skip
    """A stretch of other characters: where it stops, and what they say."""
    table, lower = tables[0], tables[2]
    entries, opened, seen, strange = text
    before, length, longest = run
    packed = _U64(0)
    stop = min(end, place + _WIDE_STRETCH)
    while place < stop and data[place] >= 0x80:
        code, size = decode(data, place)
        entry = _entry(code, table)
        entries |= entry
        kind = entry & _KIND_BITS
        if kind >= g.SIGN:
            packed += _U64(1) << _U64((kind - g.SIGN) * _WIDE_BITS)
        else:
            kinds[kind] += 1
        if 0xBF <= before <= 0xF4 and _is_mojibake(before, code, entry):
            opened |= _MOJIBAKE
        if entry & _RARE:
            strange += 1 if entry & _GBK else 2
        at = (entry >> _PLACE_SHIFT) & _PLACE_BITS
        seen |= (_U64(1) << _U64(at)) >> _U64(1)
        if word[0] != 0 or kind == _LATIN:
            word = _wide_in_word(data, place, end, code, kind, lower, word, buffer)
        length = length + 1 if code == before else 1
        longest = max(longest, 0 if entry & _BLANK else length)
        before = code
        place += size
    for kind in range(g.SIGN, g.LETTER + 1):
        kinds[kind] += (packed >> _U64((kind - g.SIGN) * _WIDE_BITS)) & _U64(0x3FF)
    return place, (entries, opened, seen, strange), (before, length, longest), word


@nb.njit(inline="always")
def _is_mojibake(before: Any, code: Any, entry: Any) -> Any:  # noqa: ANN401
    """Whether two characters are what UTF-8 gives when it is read as Windows-1252."""
    return (before >= 0xC2 and entry & _TRAIL) or (before == 0xBF and code == 0xBD)


@nb.njit(inline="always")
def _wide_in_word(  # noqa: PLR0913, PLR0917
    data: Any, place: Any, end: Any, code: Any, kind: Any, lower: Any, word: Any, buffer: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401  # fmt: skip
    """A word and the character after it: one more letter, an apostrophe in it, or its end."""
    value, is_marked, tail_end, count, marked = word
    tail = _NO_TAIL
    if code == _CURLY and value != 0 and place != tail_end:
        tail = _tail_end(data, place + 3, end)
    if tail > 0:
        return (value << _U64(16)) | _U64(0xFFFF), _ONE, tail, count, marked
    if value != 0 and (kind != _LATIN or place == tail_end):
        buffer[count] = value
        count += _ONE
        marked += is_marked
        value, is_marked, tail_end = _ZERO, _ZERO, _NO_TAIL
    if kind == _LATIN:
        value, is_marked = (value << _U64(16)) | lower[code], _ONE
    return value, is_marked, tail_end, count, marked


@nb.njit(inline="always")
def _count_words(word: Any, buffer: Any, tables: Any, counts: Any) -> None:  # noqa: ANN401
    """Count the words of a text, and those that are in a list."""
    factor, known, columns = tables[3], tables[4], tables[5]
    value, is_marked, _, count, marked = word
    if value != 0:
        buffer[count] = value
        count += _ONE
        marked += is_marked
    english, foreign = 0, 0
    found = buffer[:count]
    for at in range(found.shape[0]):
        slot = (found[at] * factor) >> _SLOT_SHIFT
        is_known = known[slot] == found[at]
        english += is_known & (columns[slot] == ENGLISH)
        foreign += is_known & (columns[slot] == FOREIGN)
    counts[WORDS], counts[ENGLISH], counts[FOREIGN], counts[MARKED] = (
        count,
        english,
        foreign,
        marked,
    )


@nb.njit(inline="always")
def _opened(data: Any, start: Any, end: Any, tables: Any, text: Any) -> Any:  # noqa: ANN401
    """All gates of a text that was read."""
    entries, opened, _, strange = text
    if strange >= _LEAST_STRANGE:
        opened |= _MOJIBAKE
    if end > start:
        last = end - 1
        while data[last] & 0xC0 == 0x80:
            last -= 1
        first_entry = _entry(decode(data, start)[0], tables[0])
        if (first_entry | _entry(decode(data, last)[0], tables[0])) & _BLANK:
            opened |= _OUTER_SPACE
    return opened | ((entries >> _GATE_SHIFT) & _TABLE_GATES)


@nb.njit
def _neighbour_gates(code: Any, data: Any, place: Any, end: Any, markers: Any) -> Any:  # noqa: ANN401
    """The gates that a rare sign of ASCII opens together with what stands around it."""
    after = data[place + 1] if place + 1 < end else 0
    is_doubled = place + 2 < end and after == data[place + 2]
    if code in (60, 91):
        found = _SPECIAL if _is_marker(data, place, end, markers) else _CLOSED
        return found | (
            _TAG if code == 60 and (_is_letter(after) or after in (47, 33)) else _CLOSED
        )
    if code == 38:
        return _ENTITY if _is_letter(after) or after == 35 else _CLOSED
    if code == 96:
        return _FENCE if is_doubled and after == 96 else _CLOSED
    is_link = is_doubled and after == 47 and place > 0 and data[place - 1] in (112, 115)
    return _LINK if is_link else _CLOSED


@nb.njit(inline="always")
def _is_letter(byte: Any) -> Any:  # noqa: ANN401
    return 97 <= (byte | 32) <= 122


@nb.njit
def _is_marker(data: Any, place: Any, end: Any, markers: Any) -> Any:  # noqa: ANN401
    """Whether one of the chat markers starts here."""
    for row in range(markers.shape[0]):
        size = 0
        while markers[row, size] != 0 and place + size < end:
            if data[place + size] != markers[row, size]:
                break
            size += 1
        if markers[row, size] == 0:
            return True
    return False
