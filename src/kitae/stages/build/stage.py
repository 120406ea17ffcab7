"""Build: train, validation and test frozen, with no leak between them, and written in common forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kitae.core.config import Record
from kitae.core.errors import DataError
from kitae.core.hashing import digest
from kitae.engines.language import is_label_set, normalised
from kitae.engines.similarity import whole_question
from kitae.records.counts import Counts
from kitae.records.dataset import Dataset, SideStatistics
from kitae.records.example import SIDES, Example, Side, dropped_table, to_examples, to_table
from kitae.records.store import Product
from kitae.stages.build.card import card
from kitae.stages.build.config import BuildConfig
from kitae.stages.build.forms import written
from kitae.stages.build.leaks import near_heldout
from kitae.stages.contract import Context, Inputs, Stage

VERSION = 1


class BuildFindings(Record):
    """Rows that left because they were too near to a held-out row."""

    left: dict[str, int]
    """Side -> rows that left it."""


def run(inputs: Inputs, config: BuildConfig, context: Context) -> Product:
    """Freeze the sides: rows too near to a held-out row leave, the rest is the dataset."""
    examples = to_examples(inputs["clean"].table("examples"))
    _require_sides(examples)
    context.check_interrupt()
    leaving = near_heldout(examples, config.near_similarity)
    drops = [(examples[row], "near_heldout", examples[twin].id) for row, twin in leaving.items()]
    kept = [example for row, example in enumerate(examples) if row not in leaving]
    sides: dict[Side, list[Example]] = {
        side: [example for example in kept if example.side == side] for side in SIDES
    }
    dataset = _dataset(sides)
    left = Counter(example.side for example, _, _ in drops)
    return Product(
        counts=Counts(rows_in=len(examples), out=len(kept), dropped=len(drops)),
        tables={
            **{side: to_table(rows) for side, rows in sides.items()},
            "dropped": dropped_table(drops),
        },
        records={"dataset": dataset, "findings": BuildFindings(left=dict(sorted(left.items())))},
        files={**written(sides, config.forms), "README.md": card(sides, dataset, config)},
    )


def _require_sides(examples: Sequence[Example]) -> None:
    """Every row has a side by now; one without would silently be in none.

    Raises:
        DataError: A row has no side.
    """
    lost = next((example for example in examples if not example.side), None)
    if lost is not None:
        raise DataError(
            f"Row {lost.id} has no side (train, validation or test).",
            where=f"{lost.source}, {lost.locator}",
            fix="run the stages from `split` on: `kitae run --from split`",
        )


def _dataset(sides: Mapping[Side, Sequence[Example]]) -> Dataset:
    rows = [example for examples in sides.values() for example in examples]
    answers = [example.output for example in rows]
    return Dataset(
        rows_hash=digest([_content(example) for example in rows]),
        train=_statistics(sides["train"]),
        validation=_statistics(sides["validation"]),
        test=_statistics(sides["test"]),
        distinct_answers=len({normalised(answer) for answer in answers}),
        is_closed=is_label_set(answers),
        languages=dict(sorted(Counter(example.language for example in rows).items())),
    )


def _content(example: Example) -> list[object]:
    rounds = [[one.instruction, one.answer] for one in example.history]
    texts = [example.instruction, example.input, example.output, example.system, rounds]
    return [example.side, example.group, *texts]


def _statistics(examples: Sequence[Example]) -> SideStatistics:
    questions = [len(whole_question(example)) for example in examples]
    answers = [len(example.output) for example in examples]
    number = max(len(examples), 1)
    return SideStatistics(
        rows=len(examples),
        groups=len({example.group or example.id for example in examples}),
        made_rows=sum(example.origin == "made" for example in examples),
        characters_mean=round((sum(questions) + sum(answers)) / number, 3),
        answer_characters_mean=round(sum(answers) / number, 3),
    )


STAGE = Stage(
    name="build",
    version=VERSION,
    config=BuildConfig,
    needs=("clean",),
    run=run,
)
