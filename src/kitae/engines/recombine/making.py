"""Making new questions: every phrasing with every filler that fits, checked and put in order."""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from kitae.core.hashing import unit_interval
from kitae.engines.recombine.fit import Option, options_for
from kitae.engines.recombine.grammar import Filler, Frame, Grammar
from kitae.engines.recombine.pieces import Pieces, normalised, to_text
from kitae.records.example import Example, content_id

MAX_PER_FRAME = 4000


@dataclass(frozen=True)
class Candidate:
    """One question that can be made.

    Attributes:
        example: The row, with its parents and its phrasing.
        frame: The phrasing, as people read it.
        fillers: What stands in the open places, as (field, words).
        level: 0 when every filler was seen in this very place; higher is a bolder step.
    """

    example: Example
    frame: str
    fillers: tuple[tuple[str, str], ...]
    level: int


@dataclass(frozen=True)
class Pool:
    """Everything that can be made; iterating gives the best order, worked out as far as it is asked for."""

    candidates: tuple[Candidate, ...]
    seed: int

    def __len__(self) -> int:
        return len(self.candidates)

    def __iter__(self) -> Iterator[Candidate]:
        return _in_order(self.candidates, self.seed)


def make_candidates(grammar: Grammar, seed: int, known: Iterable[str] = ()) -> Pool:
    """All new questions; in their order, phrasings, words and answers take turns.

    No two are equal to each other, to an example or to a known question when width, case, spaces and signs are
    left aside. The order depends on the examples and the seed alone.
    """
    taken = {normalised(text) for text in (*known, *(to_text(row.pieces) for row in grammar.rows))}
    found: dict[str, list[Candidate]] = defaultdict(list)
    for number in range(len(grammar.frames)):
        for candidate in _of_frame(grammar, number, seed):
            found[normalised(_varied_text(candidate.example))].append(candidate)
    sound = [
        min(same, key=lambda c: (c.level, c.frame))
        for text, same in found.items()
        if text not in taken and len({c.example.output for c in same}) == 1
    ]
    return Pool(tuple(sound), seed)


def _of_frame(grammar: Grammar, number: int, seed: int) -> Iterator[Candidate]:
    frame = grammar.frames[number]
    options = [options_for(grammar, number, slot) for slot in range(len(frame.slots))]
    words = _words_by_start(grammar, frame)
    for choice in _choices(options, f"{seed}:{frame.text}"):
        if _reads_as_meant(frame, [option.filler for option in choice], words):
            yield _candidate(grammar, number, choice)


def _choices(options: Sequence[Sequence[Option]], key: str) -> Iterable[tuple[Option, ...]]:
    """All combinations, or a seeded selection where there are too many."""
    total = prod(len(o) for o in options)
    if total <= MAX_PER_FRAME:
        return product(*options)
    chosen = random.Random(key).sample(range(total), MAX_PER_FRAME)
    return (_choice_at(options, place) for place in chosen)


def _choice_at(options: Sequence[Sequence[Option]], place: int) -> tuple[Option, ...]:
    choice: list[Option] = []
    for group in options:
        place, index = divmod(place, len(group))
        choice.append(group[index])
    return tuple(choice)


def _words_by_start(grammar: Grammar, frame: Frame) -> Mapping[str, Sequence[Filler]]:
    by_start: dict[str, list[Filler]] = defaultdict(list)
    for filler in grammar.uses:
        if filler.script == frame.script:
            by_start[filler.pieces[0]].append(filler)
    return by_start


def _reads_as_meant(
    frame: Frame, fillers: Sequence[Filler], words: Mapping[str, Sequence[Filler]]
) -> bool:
    """Whether the known words in the new question say what its answer says, and nothing else."""
    meant = frame.values(fillers)
    found = list(_known_words(frame.filled(fillers), words))
    for start, end, filler in found:
        is_inside = any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in found)
        if not is_inside and meant[filler.field] != filler.value:
            return False
    return True


def _known_words(
    pieces: Pieces, words: Mapping[str, Sequence[Filler]]
) -> Iterator[tuple[int, int, Filler]]:
    for start, piece in enumerate(pieces):
        for filler in words.get(piece, ()):
            end = start + len(filler.pieces)
            if pieces[start:end] == filler.pieces:
                yield start, end, filler


def _candidate(grammar: Grammar, number: int, choice: Sequence[Option]) -> Candidate:
    frame = grammar.frames[number]
    fillers = [option.filler for option in choice]
    parents = _parents(grammar, number, fillers)
    example = _example(grammar, frame, fillers, parents)
    named = tuple((filler.field, filler.text) for filler in fillers)
    return Candidate(example, frame.text, named, sum(option.level for option in choice))


def _parents(grammar: Grammar, number: int, fillers: Sequence[Filler]) -> list[int]:
    """The fewest rows that show the phrasing and every filler; the phrasing's row first."""
    uses = [{use.row for use in grammar.uses[filler]} for filler in fillers]
    first = max(grammar.frames[number].rows, key=lambda row: (sum(row in u for u in uses), -row))
    parents = [first]
    for rows in uses:
        if not rows.intersection(parents):
            parents.append(min(rows))
    return parents


def _example(
    grammar: Grammar, frame: Frame, fillers: Sequence[Filler], parents: Sequence[int]
) -> Example:
    model = grammar.rows[parents[0]]
    text = to_text(frame.filled(fillers))
    if model.is_capitalised:
        text = text[0].upper() + text[1:]
    instruction = model.example.instruction if model.part == "input" else text
    input_text = text if model.part == "input" else ""
    output = grammar.space.write(frame.values(fillers))
    sources = [grammar.rows[row].example for row in parents]
    row_id = content_id(instruction, input_text, output, model.example.system, ())
    return Example(
        id=row_id,
        instruction=instruction,
        input=input_text,
        output=output,
        system=model.example.system,
        group=_group(row_id, sources),
        side="train",
        origin="made",
        parents=tuple(source.id for source in sources),
        source="generate",
        locator=frame.text,
        licence=" AND ".join(sorted({source.licence for source in sources})),
        language=model.example.language,
        review="unread",
    )


def _group(row_id: str, parents: Sequence[Example]) -> str:
    groups = {parent.group for parent in parents}
    return groups.pop() if len(groups) == 1 and "" not in groups else f"made:{row_id}"


def _varied_text(example: Example) -> str:
    return example.input or example.instruction


def _in_order(candidates: Sequence[Candidate], seed: int) -> Iterator[Candidate]:
    """Take turns: always the candidate whose answer, phrasing and words were used least so far."""
    used: Counter[Hashable] = Counter()
    salt = str(seed)
    queue = [
        (float(c.level), unit_interval(c.example.id, salt), number)
        for number, c in enumerate(candidates)
    ]
    heapq.heapify(queue)
    while queue:
        _, tie, number = heapq.heappop(queue)
        candidate = candidates[number]
        cost = _tiredness(candidate, used)
        if queue and cost > queue[0][0]:
            heapq.heappush(queue, (cost, tie, number))
            continue
        used.update(_traits(candidate))
        yield candidate


def _tiredness(candidate: Candidate, used: Counter[Hashable]) -> float:
    answer, *others = _traits(candidate)
    return candidate.level + 3.0 * used[answer] + 0.5 * sum(used[trait] for trait in others)


def _traits(candidate: Candidate) -> list[Hashable]:
    return [candidate.example.output, candidate.frame, *candidate.fillers]
