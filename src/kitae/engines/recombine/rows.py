"""What is learnt from: one question in pieces with its answer's fields, and how it may be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kitae.engines.recombine.answers import Fields, LabelSpace
from kitae.engines.recombine.pieces import Pieces, Script, kind_of, script_of, to_pieces
from kitae.records.example import Example

MAX_PIECES: dict[Script, int] = {"spaced": 30, "ja": 60, "zh": 60}
"""Longer questions are no phrasings with gaps but texts; they are left alone."""
MAX_FILLER: dict[Script, int] = {"spaced": 6, "ja": 9, "zh": 8}


@dataclass(frozen=True)
class Row:
    """One example, ready to be learnt from.

    Attributes:
        example: The example itself.
        part: Where the varied text stands: `instruction`, or `input` where there is one.
        script: How it is written.
        pieces: The varied text in pieces; a capital that only starts the sentence is lowered.
        fields: The answer's values.
        is_capitalised: Whether the sentence starts with a capital.
    """

    example: Example
    part: str
    script: Script
    pieces: Pieces
    fields: Fields
    is_capitalised: bool

    @property
    def setting(self) -> tuple[str, ...]:
        """What stays the same in every row made from this one."""
        instruction = self.example.instruction if self.part == "input" else ""
        return (self.script, self.example.system, instruction)


@dataclass(frozen=True, order=True)
class Hole:
    """A stretch of a row's pieces that carries one field's value."""

    start: int
    end: int
    field: str


Reading = tuple[Hole, ...]
"""Which stretches of a row carry which field, in order; no holes: nothing is known of it."""


@dataclass(frozen=True, order=True)
class Slot:
    """The open place of a frame."""

    field: str


Skeleton = tuple[str | Slot, ...]


@dataclass(frozen=True)
class FrameKey:
    """One phrasing: where it may stand, its pieces with open places, and the values it fixes."""

    setting: tuple[str, ...]
    skeleton: Skeleton
    constants: tuple[tuple[str, str], ...]


def to_rows(examples: Sequence[Example], space: LabelSpace) -> list[Row]:
    """The examples that can be learnt from: one round, of phrase length, answered like the others."""
    lowered = _words_within(examples)
    return [row for example in examples if (row := _to_row(example, space, lowered))]


def skeleton_of(row: Row, reading: Reading) -> Skeleton:
    """The row's pieces with its holes open."""
    skeleton: list[str | Slot] = []
    position = 0
    for hole in reading:
        skeleton += [*row.pieces[position : hole.start], Slot(hole.field)]
        position = hole.end
    return (*skeleton, *row.pieces[position:])


def frame_of(row: Row, reading: Reading) -> FrameKey:
    """The phrasing that a reading gives."""
    opened = {hole.field for hole in reading}
    constants = tuple((n, v) for n, v in sorted(row.fields.items()) if n not in opened)
    return FrameKey(row.setting, skeleton_of(row, reading), constants)


def neighbours(skeleton: Skeleton, index: int) -> tuple[str | Slot, str | Slot]:
    """What stands left and right of a place; empty at the ends."""
    left = skeleton[index - 1] if index > 0 else ""
    right = skeleton[index + 1] if index + 1 < len(skeleton) else ""
    return left, right


def contains(pieces: Pieces, part: Pieces) -> bool:
    """Whether the pieces hold this part in one stretch."""
    return _marked(part) in _marked(pieces)


@lru_cache(maxsize=50_000)
def _marked(pieces: Pieces) -> str:
    return "\x1f" + "\x1f".join(pieces) + "\x1f"


def _to_row(example: Example, space: LabelSpace, lowered: Counter[str]) -> Row | None:
    fields = space.read(example.output)
    if fields is None or example.history:
        return None
    part = "input" if example.input else "instruction"
    text = example.input or example.instruction
    pieces = to_pieces(text)
    script = script_of(text, example.language)
    if not 2 <= len(pieces) <= MAX_PIECES[script] or "\n" in text.strip():
        return None
    is_capitalised = kind_of(pieces[0]) == "word" and pieces[0][0].isupper()
    if is_capitalised and _is_plain_word(pieces[0], lowered):
        pieces = (pieces[0][0].lower() + pieces[0][1:], *pieces[1:])
    return Row(example, part, script, pieces, fields, is_capitalised)


def _words_within(examples: Iterable[Example]) -> Counter[str]:
    """Capitalised words that stand inside sentences: names and the like, which keep their capital."""
    inside: Counter[str] = Counter()
    for example in examples:
        for text in (example.instruction, example.input):
            inside.update(p for p in to_pieces(text)[1:] if p[0].isupper())
    return inside


def _is_plain_word(word: str, capitalised_inside: Counter[str]) -> bool:
    return word != "I" and word not in capitalised_inside and (len(word) == 1 or word[1:].islower())
