"""Artifacts as plain data for whoever shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson

from kitae.records.example import to_examples
from kitae.records.store import Artifact


def stage_view(artifact: Artifact, max_rows: int, *, only_dropped: bool = False) -> dict[str, Any]:
    """What one stage gave: counts, reasons, sample rows, its own records.

    Args:
        artifact: The stage's result.
        max_rows: Sample rows per table.
        only_dropped: Leave out the rows that stayed.
    """
    view: dict[str, Any] = {
        "stage": artifact.manifest.stage,
        "artifact": artifact.id,
        "counts": artifact.counts.model_dump(by_alias=True) if artifact.counts else None,
        "reasons": _reasons(artifact),
        "dropped": _dropped_rows(artifact, max_rows),
    }
    if only_dropped:
        return view
    return {
        **view,
        "rows": _sample_rows(artifact, max_rows),
        "records": _records(artifact, max_rows),
    }


def lineage_view(artifacts: Mapping[str, Artifact]) -> list[dict[str, Any]]:
    """Each artifact with everything it was made from, in the order of the way."""
    return [
        {
            "stage": name,
            "artifact": artifact.id,
            "content": artifact.content_hash,
            "stage_version": artifact.manifest.stage_version,
            "inputs": artifact.manifest.inputs,
        }
        for name, artifact in artifacts.items()
    ]


def _reasons(artifact: Artifact) -> dict[str, int]:
    if not artifact.has("dropped.arrow"):
        return {}
    reasons = Counter(str(r) for r in artifact.table("dropped").column("reason").to_pylist())
    return dict(sorted(reasons.items()))


def _dropped_rows(artifact: Artifact, max_rows: int) -> list[dict[str, Any]]:
    if not artifact.has("dropped.arrow"):
        return []
    table = artifact.table("dropped").slice(0, max_rows)
    columns = ["id", "instruction", "input", "output", "source", "locator", "reason", "detail"]
    return table.select(columns).to_pylist()


def _sample_rows(artifact: Artifact, max_rows: int) -> list[dict[str, Any]]:
    names = [n for n in ("examples", "train", "validation", "test") if artifact.has(f"{n}.arrow")]
    tables = [artifact.table(name).slice(0, max_rows) for name in names]
    return [e.model_dump() for table in tables for e in to_examples(table)][:max_rows]


def _records(artifact: Artifact, max_rows: int) -> dict[str, Any]:
    names = [n for n in artifact.manifest.files if n.endswith(".json") and "/" not in n]
    return {
        name.removesuffix(".json"): _shortened(
            orjson.loads(artifact.file(name).read_bytes()), max_rows
        )
        for name in names
    }


def _shortened(record: dict[str, Any], max_items: int) -> dict[str, Any]:
    if set(record) != {"items"}:
        return record
    items: list[Any] = record["items"]
    return {"items": items[:max_items], "total": len(items)}
