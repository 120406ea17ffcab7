"""Why a row is in one version of the data and not in the other, from what both were made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kitae.project.data.drops import Drop, drops_of
from kitae.project.data.versions import table_of
from kitae.records.columns import strings
from kitae.records.journal import Journal
from kitae.records.restored import JOURNAL, restored_ids
from kitae.records.store import Artifact

_compute: Any = pc


@dataclass(frozen=True)
class Why:
    """Why a row came, went or changed.

    Attributes:
        code: What happened; its words are the text `data.diff.why.CODE`.
        stage: The stage that dropped it, where one did.
        reason: The reason of that stage; its title is the text `reason.REASON`.
        detail: The evidence.
    """

    code: str
    stage: str = ""
    reason: str = ""
    detail: str = ""

    def as_dict(self) -> dict[str, str]:
        """As plain data."""
        return {
            "code": self.code,
            "stage": self.stage,
            "reason": self.reason,
            "detail": self.detail,
        }


class Reasons:
    """What both versions were made of, asked for reasons."""

    def __init__(
        self, root: Path, before: Mapping[str, Artifact], after: Mapping[str, Artifact]
    ) -> None:
        self._root = root
        self._before = before
        self._after = after

    def of_removed(self, rows: pa.Table) -> list[Why]:
        """Why rows of the older version are not in the newer one."""
        ids = strings(rows, "id")
        drops = drops_of(self._after, ids)
        known = self._collected(self._after, rows)
        return [
            _dropped("dropped", drops[row["id"]])
            if row["id"] in drops
            else self._why_gone(row, is_collected=is_known)
            for row, is_known in zip(_few(rows), known, strict=True)
        ]

    def of_added(self, rows: pa.Table) -> list[Why]:
        """Why rows of the newer version were not in the older one."""
        ids = strings(rows, "id")
        drops = drops_of(self._before, ids)
        known = self._collected(self._before, rows)
        return [
            self._why_back(row["id"], drops[row["id"]])
            if row["id"] in drops
            else self._why_new(row, is_collected=is_known)
            for row, is_known in zip(_few(rows), known, strict=True)
        ]

    def _why_gone(self, row: Mapping[str, Any], *, is_collected: bool) -> Why:
        if "collect" not in self._after:
            return Why("unknown")
        if row["origin"] == "made":
            gone = [one for one in row["parents"] if one not in self._ids_after]
            return Why("parent_gone", detail=gone[0]) if gone else Why("not_made_again")
        if row["source"] not in self._sources_after:
            return Why("source_removed", detail=row["source"])
        return Why("waiting" if is_collected else "gone_from_source", detail=row["source"])

    def _why_back(self, row_id: str, drop: Drop) -> Why:
        is_restored = drop.stage == "clean" and row_id in self._restored
        return _dropped("restored" if is_restored else "no_longer_dropped", drop)

    def _why_new(self, row: Mapping[str, Any], *, is_collected: bool) -> Why:
        if row["origin"] == "made":
            return Why("made")
        if "collect" not in self._before or is_collected:
            return Why("unknown")
        is_known = row["source"] in self._sources_before
        return Why("new_in_source" if is_known else "new_source", detail=row["source"])

    def _collected(self, chain: Mapping[str, Artifact], rows: pa.Table) -> list[bool]:
        """Which rows `collect` had."""
        if "collect" not in chain:
            return [False] * rows.num_rows
        ids = table_of(chain["collect"], "examples")["id"]
        return _compute.is_in(rows["id"], value_set=ids.combine_chunks()).to_pylist()

    @cached_property
    def _sources_before(self) -> set[str]:
        return _sources(self._before)

    @cached_property
    def _sources_after(self) -> set[str]:
        return _sources(self._after)

    @cached_property
    def _ids_after(self) -> set[str]:
        """Ids of all rows that rows can be made from: those collected and not dropped on the way."""
        stage = next((one for one in ("split", "collect") if one in self._after), None)
        return set(strings(table_of(self._after[stage], "examples"), "id")) if stage else set()

    @cached_property
    def _restored(self) -> set[str]:
        journal = Journal(self._root / "journal" / f"{JOURNAL}.jsonl")
        return set(restored_ids(journal.entries()))


def _dropped(code: str, drop: Drop) -> Why:
    return Why(code, drop.stage, drop.reason, drop.detail)


def _few(rows: pa.Table) -> list[dict[str, Any]]:
    return rows.select(["id", "origin", "parents", "source"]).to_pylist()


def _sources(chain: Mapping[str, Artifact]) -> set[str]:
    if "collect" not in chain:
        return set()
    column: Any = table_of(chain["collect"], "examples")["source"]
    return set(column.unique().to_pylist())
