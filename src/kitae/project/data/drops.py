"""Which rows left, at which stage, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kitae.records.columns import rows_at
from kitae.records.store import Artifact

_compute: Any = pc

DATA_STAGES = ("collect", "split", "generate", "review", "clean", "build")
"""The stages that hand rows on, in their order."""
SHOWN = ["id", "instruction", "input", "output", "source", "locator", "reason", "detail"]


@dataclass(frozen=True)
class Drop:
    """Why a row left.

    Attributes:
        stage: Where it left.
        reason: A code; its title is the text `reason.CODE`.
        detail: The evidence: the twin's id, a value ...
    """

    stage: str
    reason: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """As plain data."""
        return {"stage": self.stage, "reason": self.reason, "detail": self.detail}


def drops_of(artifacts: Mapping[str, Artifact], ids: Iterable[str]) -> dict[str, Drop]:
    """For each of some rows that left: where and why; the first stage that let it go counts."""
    wanted = pa.array(sorted(set(ids)), pa.string())
    found: dict[str, Drop] = {}
    for stage in DATA_STAGES:
        artifact = artifacts.get(stage)
        if artifact is None or not artifact.has("dropped.arrow"):
            continue
        table = artifact.table("dropped").select(["id", "reason", "detail"])
        gone = table.filter(_compute.is_in(table["id"], value_set=wanted))
        for row in gone.to_pylist():
            found.setdefault(row["id"], Drop(stage, row["reason"], row["detail"]))
    return found


def dropped_ids_like(artifact: Artifact, start: str, most: int = 5) -> list[str]:
    """Ids of dropped rows that start in some way."""
    if not artifact.has("dropped.arrow"):
        return []
    ids: Any = artifact.table("dropped")["id"]
    return ids.filter(_compute.starts_with(ids, pattern=start)).slice(0, most).to_pylist()


def holds(artifact: Artifact, row_id: str, stem: str = "examples") -> bool:
    """Whether a row is in a table of an artifact."""
    if not artifact.has(f"{stem}.arrow"):
        return False
    found: Any = _compute.index(artifact.table(stem)["id"], row_id)
    return found.as_py() >= 0


def counted_reasons(artifact: Artifact) -> dict[str, int]:
    """Reason -> rows that left for it, most frequent first."""
    if not artifact.has("dropped.arrow"):
        return {}
    counts: Any = _compute.value_counts(artifact.table("dropped")["reason"])
    pairs = [(one["values"], one["counts"]) for one in counts.to_pylist()]
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def rows_of(table: pa.Table, places: Iterable[int]) -> list[dict[str, Any]]:
    """Some rows of a table as plain data."""
    return rows_at(table, np.fromiter(places, np.int64)).to_pylist()
