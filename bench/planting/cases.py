"""What is planted: defects of rows, with the check that has to name them, and defects of whole sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from bench.planting import values
from bench.planting.defects import (
    Planted,
    changed,
    copied,
    edited,
    licensed,
    long_rows,
    marked,
    refusal,
    same,
    with_answer,
    with_text,
)
from bench.planting.sets import RealSet
from kitae.engines.language import tokens
from kitae.engines.similarity import row_texts, shared_text_groups
from kitae.engines.statistics.answers import answer_key
from kitae.records.example import Example, to_table
from kitae.stages.gate import GateConfig

Plant = Callable[[RealSet, float, Random], Planted]
HELD_OUT = ("validation", "test")


@dataclass(frozen=True)
class Case:
    """A defect of rows.

    Attributes:
        name: Of the defect.
        check: That has to name the rows.
        outcome: That the check should have.
        plant: Puts it into a set.
        gate: The gate's part of the recipe.
        is_for: Which sets it can be planted in.
        from_share: Share of planted rows from which on the outcome is wanted; below it a check may be silent ...
        from_rows: ... as with fewer rows than this.
    """

    name: str
    check: str
    outcome: str
    plant: Plant
    gate: GateConfig = field(default_factory=GateConfig)
    is_for: Callable[[RealSet], bool] = lambda _base: True
    from_share: float = 0.0
    from_rows: int = 1


def _other_answer(base: RealSet, rate: float, draw: Random) -> Planted:
    """Copies of train rows with the answer of a row that is answered otherwise."""
    answers = sorted({row.output for row in base.rows})

    def change(row: Example, draw: Random) -> Example:
        own = answer_key(row.output)
        others = [answer for answer in answers if answer_key(answer) != own]
        return row.model_copy(update={"output": draw.choice(others)})

    return copied(base, rate, draw, change, sides=("train",))


def _near_leak(base: RealSet, rate: float, draw: Random) -> Planted:
    return _near_copies(base, rate, draw, HELD_OUT)


def _near_repeat(base: RealSet, rate: float, draw: Random) -> Planted:
    return _near_copies(base, rate, draw, ("train",))


def _near_copies(base: RealSet, rate: float, draw: Random, sides: tuple[str, ...]) -> Planted:
    """Copies of long rows, as many as the rate says of all rows of these sides, as far as there are so many."""
    long = long_rows(base)
    wanted = rate * sum(row.side in sides for row in base.rows)
    have = sum(row.side in sides for row in long.rows)
    found = copied(long, min(1.0, wanted / max(1, have)), draw, edited, sides=sides)
    return Planted([*base.rows, *found.rows[len(base.rows) :]], found.ids, found.twins)


def _inside(base: RealSet, rate: float, draw: Random) -> Planted:
    """Train answers that hold a held-out question of twenty words or more."""
    asked = [row.question for row in base.rows if row.side in HELD_OUT and _is_told(row)]

    def change(row: Example, draw: Random) -> Example:
        return row.model_copy(
            update={"output": f"{row.output}\n{draw.choice(asked)}\n{row.output}"}
        )

    return changed(base, rate, draw, change)


def _is_told(row: Example) -> bool:
    return not row.history and len(tokens(row.question)) >= 20


def _many_told(base: RealSet) -> bool:
    return sum(_is_told(row) for row in base.rows if row.side in HELD_OUT) >= 10


def _many_long(base: RealSet) -> bool:
    return sum(not row.side.startswith("short") for row in long_rows(base).rows) >= 30


def _change(make: Callable[[Example, Random], Example]) -> Plant:
    return lambda base, rate, draw: changed(base, rate, draw, make)


ROW_CASES = (
    Case("leak, word for word", "leakage", "fail",
         lambda b, r, d: copied(b, r, d, same, sides=HELD_OUT)),
    Case("leak, a tenth edited", "leakage", "fail", _near_leak, is_for=_many_long, from_share=0.05, from_rows=8),
    Case("held-out question in an answer", "contamination", "fail", _inside, is_for=_many_told, from_share=0.05, from_rows=20),
    Case("contradiction, labels", "contradictions", "fail", _other_answer,
         is_for=lambda base: base.is_closed),
    Case("contradiction, free text", "contradictions", "warn", _other_answer,
         is_for=lambda base: not base.is_closed),
    Case("repeat, word for word", "duplicates", "warn",
         lambda b, r, d: copied(b, r, d, same, sides=("train",)), from_share=0.02),
    Case("repeat, a tenth edited", "density", "warn", _near_repeat, is_for=_many_long, from_share=0.05, from_rows=25),
    Case("secret or number", "private", "fail", _change(with_text(values.secret))),
    Case("contact, fetched row", "private", "fail",
         _change(with_text(values.contact, is_fetched=True))),
    Case("contact, own row", "private", "warn", _change(with_text(values.contact)), from_rows=6),
    Case("licence forbids", "licence", "fail", _change(licensed("all rights reserved"))),
    Case("licence forbids commerce", "licence", "fail", _change(licensed("CC-BY-NC-4.0")),
         GateConfig(uses=("train", "commercial"))),
    Case("licence unknown, fetched", "licence", "warn", _change(licensed("unknown"))),
    Case("empty answer", "empties", "warn", _change(with_answer(lambda _row, _draw: " "))),
    Case("chat marker in the answer", "special_tokens", "fail", _change(with_answer(marked))),
    Case("refusal", "refusals", "warn", _change(with_answer(refusal)),
         is_for=lambda base: not base.is_closed, from_share=0.05, from_rows=3),
)  # fmt: skip


@dataclass(frozen=True)
class SetCase:
    """A defect of a whole set, and its sound neighbour.

    Attributes:
        name: Of the defect.
        check: That has to speak up.
        outcome: What it has to say; `pass` for a sound neighbour.
        make: Rows with the defect.
        is_for: Which sets it can be made of.
    """

    name: str
    check: str
    outcome: str
    make: Callable[[RealSet, Random], list[Example]]
    is_for: Callable[[RealSet], bool] = lambda _base: True


def _constant(share: float) -> Callable[[RealSet, Random], list[Example]]:
    def make(base: RealSet, draw: Random) -> list[Example]:
        places = set(draw.sample(range(len(base.rows)), round(share * len(base.rows))))
        return [
            row.model_copy(update={"output": "good"}) if place in places else row
            for place, row in enumerate(base.rows)
        ]

    return make


def _sample(number: int) -> Callable[[RealSet, Random], list[Example]]:
    """So many independent rows, a fifth of them test rows and three for validation."""

    def make(base: RealSet, draw: Random) -> list[Example]:
        independent = list({row.group or row.id: row for row in base.rows}.values())
        chosen = draw.sample(independent, min(number, len(independent)))
        test = max(3, number // 5)
        sides = ["test"] * test + ["validation"] * 3 + ["train"] * number
        return [
            row.model_copy(update={"side": side, "group": ""})
            for row, side in zip(chosen, sides, strict=False)
        ]

    return make


def _without_test(base: RealSet, _draw: Random) -> list[Example]:
    test = [row.id for row in base.rows if row.side == "test"]
    return [row for row in base.rows if row.id not in set(test[2:])]


def _foreign_test(base: RealSet, _draw: Random) -> list[Example]:
    """Every tenth held-out row in Korean."""
    rows = list(base.rows)
    held_out = [place for place, row in enumerate(rows) if row.side in HELD_OUT]
    for number, place in enumerate(held_out[::10]):
        update = {
            "instruction": f"{number}번째 질문입니다. 무엇을 먹을까요?",
            "input": "",
            "output": "밥을 드세요.",
        }
        rows[place] = rows[place].model_copy(update=update)
    return rows


def _drowned(base: RealSet, draw: Random) -> list[Example]:
    """Nineteen of twenty train rows have one label."""
    label = base.rows[0].output
    return [
        row.model_copy(update={"output": label})
        if row.side == "train" and draw.random() < 0.95
        else row
        for row in base.rows
    ]


def _unseen(base: RealSet, _draw: Random) -> list[Example]:
    """A label that only two test rows have."""
    rows = list(base.rows)
    test = [place for place, row in enumerate(rows) if row.side == "test"]
    for place in test[:2]:
        rows[place] = rows[place].model_copy(
            update={
                "output": '{"topic": "war", "period": "never"}'
                if "{" in rows[place].output
                else "neither"
            }
        )
    return rows


def _very_long(share: float) -> Callable[[RealSet, Random], list[Example]]:
    def make(base: RealSet, draw: Random) -> list[Example]:
        return [
            row.model_copy(
                update={"output": " ".join(draw.choice(values.WORDS) for _ in range(3500))}
            )
            if row.side == "train" and draw.random() < share
            else row
            for row in base.rows
        ]

    return make


def _is_open(base: RealSet) -> bool:
    return not base.is_closed


def _is_closed(base: RealSet) -> bool:
    return base.is_closed


SET_CASES = (
    SetCase("all answers the same", "dependence", "fail", _constant(1.0)),
    SetCase("199 of 200 the same", "dependence", "fail", _constant(0.995), lambda b: len(b.rows) > 250),
    SetCase("97 of 100 the same", "dependence", "warn", _constant(0.97), lambda b: len(b.rows) > 250),
    SetCase("half the same", "dependence", "pass", _constant(0.5)),
    SetCase("12 rows", "size", "fail", _sample(12)),
    SetCase("19 rows", "size", "fail", _sample(19)),
    SetCase("20 rows", "size", "pass", _sample(20)),
    SetCase("2 test rows", "heldout", "fail", _without_test),
    SetCase("a tenth of the held-out in Korean", "language", "warn", _foreign_test),
    SetCase("one label drowns", "balance", "warn", _drowned, _is_closed),
    SetCase("label only in the test", "balance", "warn", _unseen, _is_closed),
    SetCase("5 % answers of 20,000 characters", "length", "warn", _very_long(0.05), lambda b: _is_open(b) and len(b.rows) > 150),
    SetCase("0.3 % answers of 20,000 characters", "length", "pass", _very_long(0.003), lambda b: _is_open(b) and len(b.rows) > 250),
)  # fmt: skip
SOUND_SAMPLES = (50, 200)
"""Sound small sets: so many independent rows of a sound set must never fail."""


def sound_sample(base: RealSet, number: int, seed: int) -> list[Example]:
    """A sound small set, rows that share a text kept on one side as `split` does."""
    draw = Random(seed)
    independent = list({row.group or row.id: row for row in base.rows}.values())
    chosen = draw.sample(independent, min(number, len(independent)))
    groups = shared_text_groups(row_texts(to_table(chosen))).tolist()
    order = sorted(set(groups))
    draw.shuffle(order)
    wanted = {"test": max(3, number // 5), "validation": number // 10, "train": number}
    sides: dict[int, str] = {}
    for group in order:
        side = next(name for name, rows in wanted.items() if rows > 0)
        wanted[side] -= groups.count(group)
        sides[group] = side
    return [
        row.model_copy(update={"side": sides[group], "group": f"g{group}"})
        for row, group in zip(chosen, groups, strict=True)
    ]
