"""The exam: the frozen test rows as prompts, which of them are answered in full, and how long an answer may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from math import ceil

import orjson

from kitae.core.hashing import digest, unit_interval
from kitae.engines.protocols import EncodedExample, Encoder
from kitae.records.example import Example, content_id, to_messages
from kitae.records.store import Artifact
from kitae.stages.evaluate.config import EvaluateConfig

MARGIN = 1.25
SPARE_TOKENS = 8
LONGEST_FREE_ANSWER = 256
"""Tokens; longer wanted answers are scored, but shorter ones are chosen to be answered in full."""
FEWEST_FREE_ANSWERS = 8
MEASURED_LABELS = 64


@dataclass(frozen=True)
class Exam:
    """What both models are asked, in the same words and order.

    Attributes:
        rows: Test rows, in dataset order.
        is_closed: Whether answers are labels.
        prompts: Token ids per row.
        encoded: Prompt and wanted answer per row.
        general: The general rows, encoded.
        asked: Places of the rows that are answered in full.
        labels: Keys of all known labels of a closed task.
        max_new_tokens: Longest answer.
        context_length: Tokens that the model holds.
    """

    rows: Sequence[Example]
    is_closed: bool
    prompts: Sequence[list[int]]
    encoded: Sequence[EncodedExample]
    general: Sequence[EncodedExample]
    asked: Sequence[int]
    labels: frozenset[str]
    max_new_tokens: int
    context_length: int

    @cached_property
    def groups(self) -> list[str]:
        """Group per row; rows without one stand for themselves."""
        return [row.group or f"{place}" for place, row in enumerate(self.rows)]

    @cached_property
    def weighable(self) -> list[int]:
        """Places of the rows that fit in the model with their wanted answer."""
        return [i for i, row in enumerate(self.encoded) if len(row.ids) <= self.context_length]

    @cached_property
    def answerable(self) -> list[int]:
        """Places of the asked rows whose prompt leaves room for an answer."""
        return [i for i in self.asked if len(self.prompts[i]) < self.context_length]


def write_exam(
    rows: Sequence[Example],
    labels: Sequence[Example],
    *,
    encoder: Encoder,
    context_length: int,
    config: EvaluateConfig,
) -> Exam:
    """Encode the test rows and settle what is answered in full.

    Args:
        rows: Test rows.
        labels: All rows that show labels, for a closed task; empty for free text.
        encoder: Of the base model.
        context_length: Of the base model.
        config: Of the stage.
    """
    from kitae.engines.statistics.answers import answer_key

    prompts = [encoder.encode_prompt(to_messages(row, with_answer=False)) for row in rows]
    encoded = [encoder.encode_example(row) for row in rows]
    sizes = [sum(row.is_answer) for row in encoded]
    is_closed = bool(labels)
    if is_closed:
        asked = list(range(len(rows)))
        longest = max([*sizes, *_label_sizes(labels, encoder)])
    else:
        asked = _sample(rows, sizes, encoded, context_length, config.answers_sample)
        longest = max((sizes[i] for i in asked), default=1)
    return Exam(
        rows=rows,
        is_closed=is_closed,
        prompts=prompts,
        encoded=encoded,
        general=[encoder.encode_example(row) for row in general_rows()],
        asked=asked,
        labels=frozenset(answer_key(row.output) for row in labels),
        max_new_tokens=config.max_new_tokens or ceil(longest * MARGIN) + SPARE_TOKENS,
        context_length=context_length,
    )


def exam_hash(build: Artifact) -> str:
    """What names a test set in the journal `looks`: its rows, in any order."""
    return digest(sorted(str(i) for i in build.table("test").column("id").to_pylist()))


def general_rows() -> list[Example]:
    """The frozen general set: ordinary knowledge and instructions in three languages."""
    source = resources.files("kitae.stages.evaluate") / "general.jsonl"
    lines = source.read_text(encoding="utf-8").splitlines()
    return [_general_row(orjson.loads(line)) for line in lines if line]


def _general_row(record: dict[str, str]) -> Example:
    identity = content_id(record["instruction"], record["input"], record["output"], "", ())
    return Example(
        id=identity,
        instruction=record["instruction"],
        input=record["input"],
        output=record["output"],
    )


def _label_sizes(labels: Iterable[Example], encoder: Encoder) -> list[int]:
    """Tokens of the longest labels."""
    distinct = {row.output: row for row in labels}
    longest = sorted(distinct, key=lambda text: (-len(text), text))[:MEASURED_LABELS]
    return [sum(encoder.encode_example(distinct[text]).is_answer) for text in longest]


def _sample(
    rows: Sequence[Example],
    sizes: Sequence[int],
    encoded: Sequence[EncodedExample],
    context_length: int,
    wanted: int,
) -> list[int]:
    """Rows lowest in a keyed hash, of those with answers of ordinary length that fit; in dataset order.

    Where hardly any answer is of ordinary length, the shortest ones.
    """
    fitting = [i for i in range(len(rows)) if len(encoded[i].ids) <= context_length]
    ordinary = [i for i in fitting if sizes[i] <= LONGEST_FREE_ANSWER]
    if len(ordinary) < min(FEWEST_FREE_ANSWERS, len(fitting)):
        return sorted(sorted(fitting, key=lambda i: (sizes[i], i))[:FEWEST_FREE_ANSWERS])
    drawn = sorted(ordinary, key=lambda i: (unit_interval(rows[i].id, "asked"), i))
    return sorted(drawn[:wanted])
