"""The dataset in the forms that other tools read. Equal rows give equal bytes.

Nothing is held as a whole: each file is written piece by piece when the artifact is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from kitae.records.columns import paired_history
from kitae.records.example import Side
from kitae.records.store import Content
from kitae.stages.build.companions import axolotl_yaml, dataset_info
from kitae.stages.build.config import BuildConfig, Form
from kitae.stages.build.layouts import alpaca, array, jsonl, lines, messages, sharegpt
from kitae.stages.build.paths import path_of

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
_FEW_DIFFERENT: Any = ["system", "language", "origin", "source", "licence"]
"""Columns whose texts come back again and again."""


def written(sides: Mapping[Side, pa.Table], config: BuildConfig) -> dict[str, Content]:
    """Path -> content of every file; sides without rows are left out."""
    filled: dict[Side, pa.Table] = {side: table for side, table in sides.items() if table.num_rows}
    files: dict[str, Content] = {
        path_of(form, side): partial(_WRITERS[form], table)
        for form in config.files
        for side, table in filled.items()
    }
    if "llamafactory" in config.forms:
        files["dataset_info.json"] = dataset_info(filled, config)
    if "axolotl" in config.forms:
        files["axolotl.yaml"] = axolotl_yaml(filled, config)
    return files


def _write_pieces(
    pieces: Callable[[pa.Table], Iterable[memoryview | bytes]], table: pa.Table, stream: BinaryIO
) -> None:
    for piece in pieces(table):
        stream.write(piece)


def _write_parquet(table: pa.Table, stream: BinaryIO) -> None:
    names = [name for name in PARQUET_SCHEMA.names if name != "history"]
    with pq.ParquetWriter(
        stream,
        PARQUET_SCHEMA,
        version="2.6",
        compression="zstd",
        compression_level=1,
        use_dictionary=_FEW_DIFFERENT,
        write_statistics=_FEW_DIFFERENT,
        store_schema=False,
    ) as writer:
        for start in range(0, table.num_rows, ROW_GROUP):
            rows = table.slice(start, ROW_GROUP)
            whole = rows.select(names).append_column("history", paired_history(rows))
            group = whole.select(PARQUET_SCHEMA.names).cast(PARQUET_SCHEMA)
            writer.write_table(group, row_group_size=ROW_GROUP)


_WRITERS: dict[Form, Callable[[pa.Table, BinaryIO], None]] = {
    "alpaca": partial(_write_pieces, partial(array, layout=alpaca)),
    "jsonl": partial(_write_pieces, partial(lines, layout=jsonl)),
    "parquet": _write_parquet,
    "messages": partial(_write_pieces, partial(lines, layout=messages)),
    "sharegpt": partial(_write_pieces, partial(array, layout=sharegpt)),
}
