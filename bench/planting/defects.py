"""Defects of single rows, planted at a known rate. Everything follows from the seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from bench.planting import values
from bench.planting.sets import RealSet
from kitae.engines.language import detect_language, tokens
from kitae.engines.language.detect import HAN
from kitae.records.example import Example

FETCHED = "2026-01-05T00:00:00Z"
LONG_TOKENS = 30
EDITED_SHARE = 0.1


@dataclass(frozen=True)
class Planted:
    """A set with its defects.

    Attributes:
        rows: All rows.
        ids: Of the rows that have the defect.
        twins: Ids of rows that a finding about one of them may name too.
    """

    rows: list[Example]
    ids: set[str]
    twins: set[str] = field(default_factory=set[str])


Change = Callable[[Example, Random], Example]


def changed(base: RealSet, rate: float, draw: Random, change: Change) -> Planted:
    """Some rows of the train side changed."""
    rows = list(base.rows)
    train = [place for place, row in enumerate(rows) if row.side == "train"]
    chosen = draw.sample(train, max(1, round(rate * len(train))))
    for place in chosen:
        rows[place] = change(rows[place], draw)
    return Planted(rows, {rows[place].id for place in chosen})


def copied(
    base: RealSet, rate: float, draw: Random, change: Change, *, sides: Sequence[str]
) -> Planted:
    """Copies of some rows of some sides, changed, added to the train side."""
    from_rows = [row for row in base.rows if row.side in sides]
    chosen = draw.sample(from_rows, min(len(from_rows), max(1, round(rate * len(from_rows)))))
    copies = [
        change(row, draw).model_copy(
            update={"id": f"planted-{number}", "side": "train", "group": ""}
        )
        for number, row in enumerate(chosen)
    ]
    asked = {(row.system, row.question) for row in chosen}
    twins = {row.id for row in base.rows if (row.system, row.question) in asked}
    return Planted([*base.rows, *copies], {row.id for row in copies}, twins)


def long_rows(base: RealSet) -> RealSet:
    """The rows whose question and answer are long enough for a likeness to mean something."""

    def is_long(row: Example) -> bool:
        texts = (row.question, row.output)
        return not row.history and all(len(tokens(text)) >= LONG_TOKENS for text in texts)

    rows = [
        row if is_long(row) else row.model_copy(update={"side": f"short {row.side}"})
        for row in base.rows
    ]
    return RealSet(base.name, base.language, base.is_closed, rows)


def same(row: Example, _draw: Random) -> Example:
    """Word for word."""
    return row


def edited(row: Example, draw: Random) -> Example:
    """A tenth of the words of question and answer replaced, numbers excepted."""
    return row.model_copy(
        update={
            name: _edited(getattr(row, name), draw) for name in ("instruction", "input", "output")
        }
    )


def _edited(text: str, draw: Random) -> str:
    is_cjk = detect_language(text) in ("zh", "ja")
    units = list(text) if is_cjk else text.split(" ")
    wordy = [i for i, unit in enumerate(units) if (HAN.match(unit) if is_cjk else unit.isalpha())]
    for place in draw.sample(wordy, round(EDITED_SHARE * len(wordy))):
        units[place] = draw.choice(values.CHARACTERS if is_cjk else values.WORDS)
    return ("" if is_cjk else " ").join(units)


def with_text(make: Callable[[Random], str], *, is_fetched: bool = False) -> Change:
    """A private value at the end of the answer."""

    def change(row: Example, draw: Random) -> Example:
        more = {"retrieved": FETCHED, "licence": "MIT"} if is_fetched else {}
        return row.model_copy(update={"output": f"{row.output} {make(draw)}", **more})

    return change


def with_answer(make: Callable[[Example, Random], str]) -> Change:
    """Another answer."""
    return lambda row, draw: row.model_copy(update={"output": make(row, draw)})


def licensed(licence: str) -> Change:
    """From the web, under a licence."""
    return lambda row, _draw: row.model_copy(update={"retrieved": FETCHED, "licence": licence})


def refusal(row: Example, draw: Random) -> str:
    """A refusal in the row's own language."""
    return draw.choice(values.REFUSALS[detect_language(row.question, "ja") or "en"])


def marked(row: Example, draw: Random) -> str:
    """A chat marker in the middle of the answer."""
    half = len(row.output) // 2
    marker = draw.choice(values.MARKERS)
    return f"{row.output[:half]} {marker} {row.output[half:]} {draw.choice(values.WORDS)}"
