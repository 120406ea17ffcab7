"""What `clean` tells of rows that stay, sealed as its artifact, for tests of the gate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from kitae.engines.defects import defects_of
from kitae.records.example import Example, to_table
from kitae.records.store import Artifact, Product
from support.frozen_datasets import seal

FLAGS = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in ("id", "check", "evidence")]
)


def cleaned(root: Path, examples: Sequence[Example]) -> Artifact:
    """A `clean` artifact that flags every defect of these rows."""
    table = to_table(examples)
    flags = [
        {"id": examples[row].id, "check": one.check, "evidence": one.evidence}
        for row, found in defects_of(table).items()
        for one in found
    ]
    tables = {"examples": table, "flags": pa.Table.from_pylist(flags, schema=FLAGS)}
    return seal(root, "clean", Product(tables=tables))
