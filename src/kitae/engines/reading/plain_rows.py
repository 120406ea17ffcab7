"""Lines of JSON that need no thought -> columns of texts, compiled.

What is read here is what `orjson` reads in the same line. A line is left to the readers of Python objects
when it is the least bit unusual: keys never seen, a value that is no text, a number with an exponent, an
escape in a key, a key that comes twice, U+0000, U+FFFD or half a character in a text, a text that ends as
a template may end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from kitae.engines.reading.plain_scan import (
    EMPTY,
    END,
    ESCAPED,
    HALF,
    KEY,
    KEY_END,
    KIND,
    MAX_KEYS,
    MAX_TURNS,
    NULL,
    START,
    STRING,
    TURNS,
    code_point,
    plain_escape,
    same_bytes,
    scan_row,
)
from kitae.engines.reading.rows import MAX_ROW_CHARACTERS
from kitae.engines.reading.shapes import (
    ASSISTANT,
    IGNORED,
    INPUT,
    INSTRUCTION,
    MODEL,
    NOTHING,
    OUTPUT,
    SYSTEM,
    TALK,
    USER,
    Shape,
)
from kitae.engines.texts.column import TextColumn

PADDING = 32
"""Bytes after the data that may be read and are not."""

NUM_TEXTS = 4
_BROKEN = -2


@dataclass(frozen=True)
class Shapes:
    """Shapes as the kernel takes them."""

    shapes: tuple[Shape, ...]
    tables: Any

    @classmethod
    def of(cls, shapes: Sequence[Shape]) -> Shapes:
        """All of one file; they agree in their ends and lengths of templates."""
        names = [key for shape in shapes for key in (*shape.keys, shape.who, shape.what)]
        ends = np.cumsum([0, *(len(shape.keys) + 2 for shape in shapes)])
        roles = [role for shape in shapes for role in (*shape.roles, IGNORED, IGNORED)]
        voices = dict(shapes[0].voices) if shapes else {}
        blanks, closers = (shapes[0].blanks, shapes[0].closers) if shapes else ("", "")
        tables = (
            _stored(names),
            ends.astype(np.int64),
            np.array(roles, np.int64),
            _stored(list(voices)),
            np.array(list(voices.values()), np.int64),
            np.array([ord(sign) for sign in blanks], np.int64),
            np.array([ord(sign) for sign in closers], np.int64),
            np.int64(4 * max((shape.longest for shape in shapes), default=0)),
        )
        return cls(tuple(shapes), tables)


@dataclass(frozen=True)
class PlainRows:
    """The rows of a block that could be read.

    Attributes:
        places: For each line, the place of its row; -1 where it has to be read otherwise.
        shapes: For each row, the place of its shape.
        texts: Instruction, input, output, system.
    """

    places: NDArray[np.int64]
    shapes: NDArray[np.int64]
    texts: tuple[TextColumn, ...]


def read_plain(
    data: bytes, starts: NDArray[np.int64], shapes: Shapes, broken: Sequence[int] = ()
) -> PlainRows:
    """Read what can be read of some lines.

    Args:
        data: Lines, each with its break.
        starts: Where each starts, and where the next one would.
        shapes: Of rows that were seen before.
        broken: The lines that are no valid UTF-8.
    """
    number = len(starts) - 1
    signs = np.frombuffer(data, np.uint8)
    places = np.full(number, -1, np.int64)
    places[list(broken)] = _BROKEN
    of_shape = np.empty(number, np.int64)
    ends = np.zeros((NUM_TEXTS, number + 1), np.int64)
    texts = np.empty((NUM_TEXTS, len(data) + PADDING), np.uint8)
    count = _read_lines((signs, starts), shapes.tables, (places, of_shape, ends, texts))
    places[list(broken)] = -1
    columns = tuple(
        TextColumn(texts[i, : ends[i, count]], ends[i, : count + 1]) for i in range(NUM_TEXTS)
    )
    return PlainRows(places, of_shape[:count], columns)


def _stored(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    raw = [text.encode() for text in texts]
    return np.frombuffer(b"".join(raw) + b"\0", np.uint8), np.cumsum([0, *map(len, raw)])


@nb.njit(cache=True, nogil=True)
def _read_lines(block: Any, tables: Any, out: Any) -> Any:  # noqa: ANN401
    data, starts = block
    places, of_shape, ends, texts = out
    spans = np.zeros((MAX_KEYS, 6), np.int64)
    turns = np.zeros((MAX_TURNS, 2 * HALF), np.int64)
    chosen = np.zeros((NUM_TEXTS, 3), np.int64)
    count = 0
    for line in range(starts.shape[0] - 1):
        if starts[line + 1] - starts[line] > MAX_ROW_CHARACTERS or places[line] == _BROKEN:
            continue
        num_keys, num_turns = scan_row(data, starts[line], starts[line + 1] - 1, spans, turns)
        if num_keys <= 0:
            continue
        shape = _find_shape(data, spans, num_keys, tables)
        if shape < 0:
            continue
        if not _choose(data, (spans, turns, num_turns), tables, shape, chosen):
            continue
        if not _write_row(data, chosen, (tables[5], tables[6], tables[7]), (ends, texts, count)):
            continue
        places[line] = count
        of_shape[count] = shape
        count += 1
    return count


@nb.njit
def _find_shape(data: Any, spans: Any, num_keys: Any, tables: Any) -> Any:  # noqa: ANN401
    names, name_ends = tables[0]
    first_of = tables[1]
    for shape in range(first_of.shape[0] - 1):
        first = first_of[shape]
        if first_of[shape + 1] - first - 2 != num_keys:
            continue
        is_same = True
        for i in range(num_keys):
            start, size = name_ends[first + i], name_ends[first + i + 1] - name_ends[first + i]
            mine = spans[i, KEY]
            if spans[i, KEY_END] - mine != size or not same_bytes(data, mine, names, start, size):
                is_same = False
                break
        if is_same:
            return shape
    return -1


@nb.njit
def _choose(data: Any, found: Any, tables: Any, shape: Any, chosen: Any) -> Any:  # noqa: ANN401
    """Note which text is which; False where a value is not what its role wants."""
    spans, turns, num_turns = found
    first, roles = tables[1][shape], tables[2]
    chosen[:, :] = 0
    for i in range(tables[1][shape + 1] - first - 2):
        role, kind = roles[first + i], spans[i, KIND]
        is_empty = kind in (NULL, EMPTY)
        is_empty |= kind == STRING and spans[i, START] == spans[i, END]
        if role < NUM_TEXTS:
            is_optional = role in (INPUT, SYSTEM)
            if kind == STRING:
                chosen[role, 0], chosen[role, 1] = spans[i, START], spans[i, END]
                chosen[role, 2] = spans[i, ESCAPED]
            elif kind != NULL or not is_optional:
                return False
        elif role == NOTHING:
            if not is_empty:
                return False
        elif role == TALK and not (
            kind == TURNS and _choose_turns(data, turns, num_turns, (tables, shape), chosen)
        ):
            return False
    return chosen[INSTRUCTION, 1] > chosen[INSTRUCTION, 0] and chosen[OUTPUT, 1] > chosen[OUTPUT, 0]


@nb.njit
def _choose_turns(data: Any, turns: Any, num_turns: Any, wanted: Any, chosen: Any) -> Any:  # noqa: ANN401
    """A question and an answer, perhaps with what the model is before them."""
    tables, shape = wanted
    if num_turns < 2:
        return False
    first = tables[1][shape + 1] - 2
    for turn in range(num_turns):
        voice = -1
        has_text = False
        text = 0
        for half in range(2):
            at = half * HALF
            if _is_named(data, turns[turn, at:], tables[0], first):
                voice = _voice(data, turns[turn, at:], tables)
            elif _is_named(data, turns[turn, at:], tables[0], first + 1):
                has_text, text = True, at
        if voice < 0 or not has_text:
            return False
        place = turn - (num_turns - 2)
        if place < 0:
            role = SYSTEM if voice == MODEL else -1
        elif place == 0:
            role = INSTRUCTION if voice == USER else -1
        else:
            role = OUTPUT if voice == ASSISTANT else -1
        if role < 0 or turns[turn, text + END] == turns[turn, text + START]:
            return False
        chosen[role, 0] = turns[turn, text + START]
        chosen[role, 1] = turns[turn, text + END]
        chosen[role, 2] = turns[turn, text + ESCAPED]
    return True


@nb.njit
def _is_named(data: Any, span: Any, names: Any, place: Any) -> Any:  # noqa: ANN401
    stored, ends = names
    start, size = ends[place], ends[place + 1] - ends[place]
    first = span[KEY]
    return (
        size > 0 and span[KEY_END] - first == size and same_bytes(data, first, stored, start, size)
    )


@nb.njit
def _voice(data: Any, span: Any, tables: Any) -> Any:  # noqa: ANN401
    """Who a name stands for; -1 for an unknown one."""
    stored, ends = tables[3]
    first, size = span[START], span[END] - span[START]
    for voice in range(ends.shape[0] - 1):
        start = ends[voice]
        if ends[voice + 1] - start == size and same_bytes(data, first, stored, start, size):
            return tables[4][voice]
    return -1


@nb.njit
def _write_row(data: Any, chosen: Any, limits: Any, out: Any) -> Any:  # noqa: ANN401
    """Write the texts of a row after those before it; False where one has to be looked at by itself."""
    ends, texts, count = out
    for role in range(NUM_TEXTS):
        start = ends[role, count]
        stop = _write_text(data, chosen[role], texts[role], start)
        if stop > start and not _is_sure(texts[role], start, stop, limits):
            return False
        ends[role, count + 1] = stop
    return True


@nb.njit
def _write_text(data: Any, span: Any, out: Any, at: Any) -> Any:  # noqa: ANN401
    """Copy a text, its escapes resolved; gives the place after it."""
    place, end = span[0], span[1]
    if span[2] == 0:
        out[at : at + end - place] = data[place:end]
        return at + end - place
    while place < end:
        sign = data[place]
        place += 1
        if sign != 92:
            out[at] = sign
            at += 1
            continue
        sign = data[place]
        place += 1
        if sign == 117:
            code, place = code_point(data, place, end)
            at = _write_character(code, out, at)
        else:
            out[at] = plain_escape(sign)
            at += 1
    return at


@nb.njit
def _write_character(code: Any, out: Any, at: Any) -> Any:  # noqa: ANN401
    """A character as UTF-8."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | (code >> 6)
        out[at + 1] = 0x80 | (code & 0x3F)
        return at + 2
    if code < 0x10000:
        out[at] = 0xE0 | (code >> 12)
        out[at + 1] = 0x80 | ((code >> 6) & 0x3F)
        out[at + 2] = 0x80 | (code & 0x3F)
        return at + 3
    out[at] = 0xF0 | (code >> 18)
    out[at + 1] = 0x80 | ((code >> 12) & 0x3F)
    out[at + 2] = 0x80 | ((code >> 6) & 0x3F)
    out[at + 3] = 0x80 | (code & 0x3F)
    return at + 4


@nb.njit
def _is_sure(text: Any, start: Any, stop: Any, limits: Any) -> Any:  # noqa: ANN401
    """Whether a text says something and is no template, going by how it ends."""
    blanks, closers, many_bytes = limits
    last, place = _last_character(text, start, stop)
    if _is_in(last, blanks):
        return False
    if not _is_in(last, closers) or stop - start > many_bytes:
        return True
    if (last != 0x2E and last != 0x3002) or place == start:
        return False
    before, _ = _last_character(text, start, place)
    return not _is_in(before, blanks) and not _is_in(before, closers)


@nb.njit
def _is_in(code: Any, codes: Any) -> Any:  # noqa: ANN401
    if 48 <= code <= 122 and code != 93:
        return False
    for i in range(codes.shape[0]):  # noqa: SIM110
        if codes[i] == code:
            return True
    return False


@nb.njit
def _last_character(text: Any, start: Any, stop: Any) -> Any:  # noqa: ANN401
    """(last character, where it starts)."""
    place = stop - 1
    while place > start and text[place] & 0xC0 == 0x80:
        place -= 1
    code = np.int64(text[place])
    if code >= 0xF0:
        code &= 0x07
    elif code >= 0xE0:
        code &= 0x0F
    elif code >= 0xC0:
        code &= 0x1F
    for i in range(place + 1, stop):
        code = (code << 6) | np.int64(text[i] & 0x3F)
    return code, place
