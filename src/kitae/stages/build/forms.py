"""The dataset in the forms that other tools read. Equal rows give equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from kitae.records.example import Example, Side, to_messages
from kitae.stages.build.config import Form

PARQUET_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("instruction", pa.string(), nullable=False),
        pa.field("input", pa.string(), nullable=False),
        pa.field("output", pa.string(), nullable=False),
        pa.field("system", pa.string(), nullable=False),
        pa.field("history", pa.list_(pa.list_(pa.string())), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("origin", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
    ]
)
ROW_GROUP = 10_000


def written(sides: Mapping[Side, Sequence[Example]], forms: Sequence[Form]) -> dict[str, bytes]:
    """Path -> content of every file; sides without rows are left out."""
    return {
        f"{form}/{side}.{_ENDINGS[form]}": _WRITERS[form](examples)
        for form in forms
        for side, examples in sides.items()
        if examples
    }


def alpaca(example: Example) -> dict[str, Any]:
    """The record as product and field know it; `system` and `history` only where there is something."""
    record: dict[str, Any] = {
        "instruction": example.instruction,
        "input": example.input,
        "output": example.output,
    }
    if example.system:
        record["system"] = example.system
    if example.history:
        record["history"] = [[one.instruction, one.answer] for one in example.history]
    return record


def _alpaca_json(examples: Sequence[Example]) -> bytes:
    return orjson.dumps([alpaca(e) for e in examples], option=orjson.OPT_INDENT_2) + b"\n"


def _jsonl(examples: Sequence[Example]) -> bytes:
    return b"".join(orjson.dumps(alpaca(example)) + b"\n" for example in examples)


def _messages(examples: Sequence[Example]) -> bytes:
    return b"".join(
        orjson.dumps({"messages": to_messages(example, with_answer=True)}) + b"\n"
        for example in examples
    )


def _parquet(examples: Sequence[Example]) -> bytes:
    rows = [
        {
            **alpaca(example),
            "id": example.id,
            "system": example.system,
            "history": [[one.instruction, one.answer] for one in example.history],
            "language": example.language,
            "origin": example.origin,
            "source": example.source,
            "licence": example.licence,
        }
        for example in examples
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(  # pyright: ignore[reportUnknownMemberType]
        pa.Table.from_pylist(rows, schema=PARQUET_SCHEMA),
        sink,
        version="2.6",
        compression="zstd",
        compression_level=3,
        row_group_size=ROW_GROUP,
        store_schema=False,
    )
    return sink.getvalue().to_pybytes()


_WRITERS: dict[Form, Callable[[Sequence[Example]], bytes]] = {
    "alpaca": _alpaca_json,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "messages": _messages,
}
_ENDINGS: dict[Form, str] = {
    "alpaca": "json",
    "jsonl": "jsonl",
    "parquet": "parquet",
    "messages": "jsonl",
}
