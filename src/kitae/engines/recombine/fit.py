"""Whether a filler fits an open place where it was not seen: the grammar that can be checked.

A place in a spaced script takes phrases of the shapes seen there (`my ~`, `this ~`); a bare word is taken only
where neither place is peculiar, as a bare word may be anything. In Japanese the particle that follows tells:
a word seen before `の` or `は` is a noun and stands before any of them; what a verb takes (`へ行ける`, `できる`)
it takes only of the words seen there. In Chinese both neighbours must have been seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kitae.engines.recombine.grammar import Filler, Grammar
from kitae.engines.recombine.pieces import BARE, Script, shape_of
from kitae.engines.recombine.rows import Slot, neighbours

SEEN_HERE, ALIKE, LIKELY, BOLD = 0, 1, 2, 4
"""How bold it is to put a filler in a place: not at all, by the same evidence, by near evidence, by a guess."""
_NOUN_MARKS = ("について", "に関", "の", "は", "も")
_CASE_MARKS = ("が", "を", "に", "へ", "と", "から", "まで", "より")
_VERB_MARKS = ("でき", "する", "した", "して", "します", "され", "させ")


@dataclass(frozen=True)
class Option:
    """A filler that may stand in a place; `level` is 0 when it was seen there."""

    filler: Filler
    level: int


def options_for(grammar: Grammar, frame: int, slot: int) -> list[Option]:
    """The fillers that may stand in an open place, those seen there first."""
    field = grammar.frames[frame].fields[slot]
    script = grammar.frames[frame].script
    seen = set(grammar.fillers_in(frame, slot))
    options = [Option(filler, SEEN_HERE) for filler in seen]
    if any(_is_ragged_at(grammar, filler, (frame, slot)) for filler in seen):
        return sorted(options, key=lambda option: option.filler)
    is_whole_answer = len(grammar.space.fields) == 1
    for filler in grammar.fillers_for(script, field):
        level = None if filler in seen else _level(grammar, filler, (frame, slot), script)
        if level is not None and not (is_whole_answer and not _stood_beside(grammar, filler, seen)):
            options.append(Option(filler, level))
    return sorted(options, key=lambda option: (option.level, option.filler))


def _stood_beside(grammar: Grammar, filler: Filler, others: set[Filler]) -> bool:
    """Whether the filler shares another place with one of these.

    Asked for where an answer is one label: there the words around the place speak to the answer too ("reset my
    PIN", "I lost my card"), and only words that were seen to change places may do so.
    """
    homes = {(use.frame, use.slot) for use in grammar.uses[filler]}
    return any((use.frame, use.slot) in homes for other in others for use in grammar.uses[other])


def _is_ragged_at(grammar: Grammar, filler: Filler, place: tuple[int, int]) -> bool:
    return any(u.is_ragged for u in grammar.uses[filler] if (u.frame, u.slot) == place)


def _level(grammar: Grammar, filler: Filler, place: tuple[int, int], script: Script) -> int | None:
    if all(use.is_ragged for use in grammar.uses[filler]):
        return None
    if script == "spaced":
        return _level_by_shape(grammar, filler, place)
    if script == "ja":
        return _level_by_particle(grammar, filler, place)
    return _level_by_neighbours(grammar, filler, place)


def _level_by_shape(grammar: Grammar, filler: Filler, place: tuple[int, int]) -> int | None:
    shape = shape_of(filler.pieces, "spaced")
    if shape not in _shapes(grammar, place):
        return None
    if shape != BARE:
        return ALIKE
    homes = {(use.frame, use.slot) for use in grammar.uses[filler]}
    is_plain = not any(_is_peculiar(grammar, home) for home in (place, *sorted(homes)))
    return BOLD if is_plain else None


def _shapes(grammar: Grammar, place: tuple[int, int]) -> set[str]:
    return {shape_of(filler.pieces, "spaced") for filler in grammar.fillers_in(*place)}


def _is_peculiar(grammar: Grammar, place: tuple[int, int]) -> bool:
    """Whether a place takes phrases of a shape that no other place of the field takes."""
    field = grammar.frames[place[0]].fields[place[1]]
    counts: Counter[str] = Counter()
    for number, frame in enumerate(grammar.frames):
        for slot, name in enumerate(frame.fields):
            if name == field and frame.script == "spaced":
                counts.update(_shapes(grammar, (number, slot)))
    return any(counts[shape] == 1 for shape in _shapes(grammar, place))


def _level_by_particle(grammar: Grammar, filler: Filler, place: tuple[int, int]) -> int | None:
    wanted = _after(grammar, place)
    seen = {_after(grammar, (use.frame, use.slot)) for use in grammar.uses[filler]}
    is_noun = any(mark.startswith(("noun", "verb", "case")) for mark in seen)
    is_adverb = bool(seen & {"pause", "slot"})
    if wanted in seen:
        return ALIKE
    if wanted.startswith("noun"):
        return BOLD if is_noun else None
    if wanted == "pause":
        return ALIKE if is_noun or is_adverb or "other" in seen else None
    if wanted == "slot":
        return LIKELY if is_noun else None
    if wanted == "other" and (is_noun or is_adverb):
        return LIKELY if is_noun or "slot" in seen else BOLD
    return None


def _after(grammar: Grammar, place: tuple[int, int]) -> str:
    """What follows an open place: a noun's particle, a case with its verb, a pause, another place."""
    skeleton = grammar.frames[place[0]].key.skeleton
    position = grammar.frames[place[0]].slots[place[1]] + 1
    following = skeleton[position:]
    if following and isinstance(following[0], Slot):
        return "slot"
    text = "".join(_until_slot(following))
    if not text or not text[0].isalnum():
        return "pause"
    if text.startswith(_VERB_MARKS):
        return "verb"
    noun_mark = next((mark for mark in _NOUN_MARKS if text.startswith(mark)), None)
    if noun_mark:
        return f"noun {noun_mark}"
    return f"case {text[:6]}" if text.startswith(_CASE_MARKS) else "other"


def _until_slot(items: Iterable[str | Slot]) -> list[str]:
    pieces: list[str] = []
    for item in items:
        if isinstance(item, Slot):
            break
        pieces.append(item)
    return pieces


def _level_by_neighbours(grammar: Grammar, filler: Filler, place: tuple[int, int]) -> int | None:
    left, right = _beside(grammar, place)
    seen = [_beside(grammar, (use.frame, use.slot)) for use in grammar.uses[filler]]
    is_left_known = any(one == left for one, _ in seen)
    is_right_known = any(two == right for _, two in seen)
    return ALIKE if is_left_known and is_right_known else None


def _beside(grammar: Grammar, place: tuple[int, int]) -> tuple[str | Slot, str | Slot]:
    frame = grammar.frames[place[0]]
    return neighbours(frame.key.skeleton, frame.slots[place[1]])
