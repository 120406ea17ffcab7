"""Kitae's removal of duplicates alone, in one process: JSONL read, equal and near rows removed, JSONL written."""

from itertools import islice

import orjson
import pyarrow as pa
from measured import FOLDER, ROWS, Measured

from kitae.records.example import EXAMPLES_SCHEMA
from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.repetitions import exact_duplicates, near_duplicates, without

WARM_ROWS = 500


def table_of(rows: list[dict]) -> pa.Table:
    """The rows as the stages know them."""
    lists = {"history", "parents", "repairs"}
    columns = {n: [[] if n in lists else ""] * len(rows) for n in EXAMPLES_SCHEMA.names}
    columns |= {
        "id": [row["id"] for row in rows],
        "instruction": [row["question"] for row in rows],
        "output": [row["answer"] for row in rows],
    }
    return pa.table(columns, schema=EXAMPLES_SCHEMA)


def kept(limit: int | None = None) -> list[str]:
    """Read, remove, write."""
    with ROWS.open("rb") as lines:
        table = table_of([orjson.loads(line) for line in islice(lines, limit)])
    table = without(table, exact_duplicates(table))
    table = without(table, near_duplicates(table, CleanConfig()))
    ids, asked, told = (table[name].to_pylist() for name in ("id", "instruction", "output"))
    with (FOLDER / "out.jsonl").open("wb") as out:
        for one, question, answer in zip(ids, asked, told, strict=True):
            out.write(orjson.dumps({"id": one, "question": question, "answer": answer}) + b"\n")
    return ids


def main() -> None:
    """Warm up, then take the time."""
    kept(WARM_ROWS)
    time = Measured()
    time.tell(kept())


main()
