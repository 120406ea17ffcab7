"""The Example: one instruction and the answer wanted, with where it came from.

Rows travel as Arrow tables of `EXAMPLES_SCHEMA`; `Example` is the typed view of one row for those who
read, review or test it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypedDict

import orjson
import pyarrow as pa

from kitae.core.config import Record

Side = Literal["train", "validation", "test"]
SIDES: tuple[Side, ...] = ("train", "validation", "test")
Origin = Literal["original", "made"]


class Round(Record):
    """One earlier round of a conversation."""

    instruction: str
    answer: str


class Example(Record):
    """One row. Empty strings mean "not there"; see product.md for the Alpaca record."""

    id: str
    """First 16 hex digits of the content's sha256, and `-N` for the N-th equal row."""
    instruction: str
    input: str = ""
    output: str
    system: str = ""
    history: tuple[Round, ...] = ()
    """Earlier rounds, oldest first."""
    group: str = ""
    """Rows of one group never straddle sides; empty until `split`, or given by the source."""
    side: Side | Literal[""] = ""
    """Empty until `split`, or declared by the source."""
    origin: Origin = "original"
    parents: tuple[str, ...] = ()
    """Ids of the rows that a made row came from."""
    source: str = ""
    """Name of the source in the recipe."""
    locator: str = ""
    """Where in the source, e.g. `line 12` or `sheet Q&A, row 7`."""
    licence: str = "unknown"
    """SPDX expression where it can be told, else `unknown`."""
    terms: str = ""
    """What else the source says about use."""
    retrieved: str = ""
    """ISO 8601 time for what was fetched; empty for local files."""
    language: str = ""
    """ISO 639-1 code or empty until `clean`."""
    repairs: tuple[str, ...] = ()
    """Names of the repair rules that touched this row."""
    review: Literal["", "accepted", "edited", "unread"] = ""
    """What a person said of a made row."""

    @property
    def question(self) -> str:
        """What the model is asked in the last round: the instruction, then the input."""
        return f"{self.instruction}\n{self.input}" if self.input else self.instruction


_ROUND = pa.struct([("instruction", pa.string()), ("answer", pa.string())])
_FIELDS: list[tuple[str, pa.DataType]] = [
    ("id", pa.string()),
    ("instruction", pa.string()),
    ("input", pa.string()),
    ("output", pa.string()),
    ("system", pa.string()),
    ("history", pa.list_(_ROUND)),
    ("group", pa.string()),
    ("side", pa.string()),
    ("origin", pa.string()),
    ("parents", pa.list_(pa.string())),
    ("source", pa.string()),
    ("locator", pa.string()),
    ("licence", pa.string()),
    ("terms", pa.string()),
    ("retrieved", pa.string()),
    ("language", pa.string()),
    ("repairs", pa.list_(pa.string())),
    ("review", pa.string()),
]
EXAMPLES_SCHEMA = pa.schema([pa.field(name, kind, nullable=False) for name, kind in _FIELDS])

# `reason` is a stable code such as `exact_duplicate`; `detail` its evidence: the twin's id, a value ...
_LEAVING: list[tuple[str, pa.DataType]] = [("reason", pa.string()), ("detail", pa.string())]
DROPPED_SCHEMA = pa.schema(
    [pa.field(name, kind, nullable=False) for name, kind in [*_FIELDS, *_LEAVING]]
)


class ChatMessage(TypedDict):
    """One turn as chat templates and the OpenAI API spell it."""

    role: str
    content: str


Content = tuple[str, str, str, str, Sequence[Sequence[str]]]
"""Instruction, input, output, system, and the earlier rounds as (instruction, answer): what an id is of."""


def content_id(
    instruction: str, input_text: str, output: str, system: str, history: Sequence[Round]
) -> str:
    """The id of a row's content: 16 hex digits; equal content gives the equal id."""
    rounds = [(r.instruction, r.answer) for r in history]
    return content_ids([(instruction, input_text, output, system, rounds)])[0]


def content_ids(contents: Iterable[Content]) -> list[str]:
    """The ids of many contents: the first 16 hex digits of the sha256 of each as a JSON list."""
    dumps, sha256 = orjson.dumps, hashlib.sha256
    return [sha256(dumps(content)).hexdigest()[:16] for content in contents]


def content_part(row_id: str) -> str:
    """A row's id without the number that tells rows of equal content apart."""
    return row_id.split("-", 1)[0]


def to_table(examples: Iterable[Example]) -> pa.Table:
    """Examples as one Arrow table of `EXAMPLES_SCHEMA`; no examples give an empty table."""
    rows = [example.model_dump() for example in examples]
    return pa.Table.from_pylist(rows, schema=EXAMPLES_SCHEMA)


def to_examples(table: pa.Table) -> list[Example]:
    """The rows of a table as Examples; columns that Example does not know are ignored."""
    names = [name for name in EXAMPLES_SCHEMA.names if name in table.column_names]
    return [_row_example(row) for row in table.select(names).to_pylist()]


def _row_example(row: dict[str, Any]) -> Example:
    return Example.model_validate(row)


def dropped_table(drops: Iterable[tuple[Example, str, str]]) -> pa.Table:
    """Rows that leave, as (example, reason code, detail), as a table of `DROPPED_SCHEMA`."""
    rows = [{**e.model_dump(), "reason": reason, "detail": detail} for e, reason, detail in drops]
    return pa.Table.from_pylist(rows, schema=DROPPED_SCHEMA)


def to_messages(example: Example, *, with_answer: bool) -> list[ChatMessage]:
    """The conversation of an example, in the order a chat template wants it.

    Args:
        example: The row.
        with_answer: Whether the last turn (the answer) is included.
    """
    messages: list[ChatMessage] = []
    if example.system:
        messages.append({"role": "system", "content": example.system})
    for earlier in example.history:
        messages.append({"role": "user", "content": earlier.instruction})
        messages.append({"role": "assistant", "content": earlier.answer})
    messages.append({"role": "user", "content": example.question})
    if with_answer:
        messages.append({"role": "assistant", "content": example.output})
    return messages
