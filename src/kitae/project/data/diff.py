"""Two versions of the data, row by row: what came, what went, what changed, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kitae.project.data.drops import rows_of
from kitae.project.data.reasons import Reasons, Why
from kitae.project.data.versions import Versions, rows_in
from kitae.project.project import Project
from kitae.records.columns import list_lengths, rows_at, strings
from kitae.records.store import Artifact

_compute: Any = pc

TEXTS = ("instruction", "input", "output", "system")
COMPARED = (*TEXTS, "side", "review", "licence")
SHOWN = ["id", "instruction", "input", "output", "system", "side", "origin", "source", "locator"]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Which rows of two tables belong together, and which stand alone.

    Attributes:
        before: Rows of the older table that have a counterpart.
        after: Their counterparts.
        removed: Rows of the older one without any.
        added: Rows of the newer one without any.
    """

    before: Rows
    after: Rows
    removed: Rows
    added: Rows


def diff(project: Project, older: str, newer: str) -> dict[str, Any]:
    """How two versions differ.

    Args:
        project: The project.
        older: An artifact's id or its beginning, `previous` or `current`.
        newer: The same.

    Raises:
        NotFoundError: There is no such version.
        UsageError: A version holds no rows, or a word names several.
    """
    versions = Versions.of(project)
    one, other = versions.named(older), versions.named(newer)
    before, after = rows_in(one), rows_in(other)
    reasons = Reasons(project.root, versions.chain(one), versions.chain(other))
    pairs = paired(before, after)
    changed = _changed(before, after, pairs)
    removed = _told(rows_at(before, pairs.removed), reasons.of_removed)
    added = _told(rows_at(after, pairs.added), reasons.of_added)
    return {
        "from": _about(one, before),
        "to": _about(other, after),
        "counts": {
            "added": len(added),
            "removed": len(removed),
            "changed": len(changed),
            "same": len(pairs.before) - len(changed),
        },
        "reasons": {
            "removed": _counted(row["why"] for row in removed),
            "added": _counted(row["why"] for row in added),
            "changed": _counted(why for row in changed for why in row["why"]),
        },
        "removed": removed,
        "added": added,
        "changed": changed,
    }


def paired(before: pa.Table, after: pa.Table) -> Pairs:
    """Rows with the same id belong together, then those at the same place of a source, then edited ones."""
    found = _places(before["id"], after["id"])
    left, right = np.flatnonzero(found >= 0), found[found >= 0]
    removed = np.flatnonzero(found < 0)
    added = np.setdiff1d(np.arange(after.num_rows), right)
    pairs = Pairs(left, right, removed, added)
    for match in (_same_place, _edited):
        more = match(before, after, pairs)
        pairs = _with(pairs, more)
    return pairs


def _with(pairs: Pairs, more: NDArray[np.int64]) -> Pairs:
    return Pairs(
        np.r_[pairs.before, more[:, 0]],
        np.r_[pairs.after, more[:, 1]],
        np.setdiff1d(pairs.removed, more[:, 0]),
        np.setdiff1d(pairs.added, more[:, 1]),
    )


def _places(wanted: Any, among: Any) -> Rows:  # noqa: ANN401
    """Where each text stands in a column; -1 for nowhere."""
    found = _compute.fill_null(_compute.index_in(wanted, value_set=among), -1)
    return np.asarray(found, np.int64)


def _same_place(before: pa.Table, after: pa.Table, pairs: Pairs) -> NDArray[np.int64]:
    """Originals that stand where another row stood: their text was changed in the source."""
    left, right = _keys(before, pairs.removed), _keys(after, pairs.added)
    found = _places(left, right)
    is_there = (found >= 0) & ~np.asarray(_compute.equal(left, ""), np.bool_)
    places, first = np.unique(found[is_there], return_index=True)
    return np.stack([pairs.removed[np.flatnonzero(is_there)[first]], pairs.added[places]], axis=1)


def _keys(table: pa.Table, rows: Rows) -> Any:  # noqa: ANN401
    """Source and locator of originals; empty for the others."""
    some = rows_at(table.select(["source", "locator", "origin"]), rows)
    whole = _compute.binary_join_element_wise(some["source"], some["locator"], "\n")
    is_placed = _compute.and_(
        _compute.equal(some["origin"], "original"), _compute.not_equal(some["locator"], "")
    )
    return _compute.if_else(is_placed, whole, "").combine_chunks()


def _edited(before: pa.Table, after: pa.Table, pairs: Pairs) -> NDArray[np.int64]:
    """Made rows that a person has edited: the row that was edited is their last parent."""
    rows = rows_at(after.select(["review", "parents"]), pairs.added).to_pylist()
    old = dict(
        zip(
            strings(rows_at(before.select(["id"]), pairs.removed), "id"),
            pairs.removed.tolist(),
            strict=True,
        )
    )
    found = {
        old[row["parents"][-1]]: place
        for row, place in zip(rows, pairs.added.tolist(), strict=True)
        if row["review"] == "edited" and row["parents"] and row["parents"][-1] in old
    }
    return np.array(sorted(found.items()), np.int64).reshape(-1, 2)


def _changed(before: pa.Table, after: pa.Table, pairs: Pairs) -> list[dict[str, Any]]:
    """Pairs whose texts, side, review or licence differ."""
    left, right = rows_at(before, pairs.before), rows_at(after, pairs.after)
    differs = np.zeros(left.num_rows, np.bool_)
    for name in (*COMPARED, "id"):
        differs |= np.asarray(_compute.not_equal(left[name], right[name]), np.bool_)
    talks = (list_lengths(left, "history") > 0) | (list_lengths(right, "history") > 0)
    places = np.flatnonzero(differs | talks)
    old, new = rows_of(left, places.tolist()), rows_of(right, places.tolist())
    told = (_change(one, other) for one, other in zip(old, new, strict=True))
    return [change for change in told if change["fields"]]


def _change(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        name: {"before": old[name], "after": new[name]}
        for name in (*COMPARED, "history")
        if old[name] != new[name]
    }
    return {
        "id": new["id"],
        "id_before": old["id"],
        "source": new["source"],
        "locator": new["locator"],
        "instruction": new["instruction"],
        "fields": fields,
        "why": [why.as_dict() for why in _why_changed(old, new, list(fields))],
    }


def _why_changed(
    old: Mapping[str, Any], new: Mapping[str, Any], fields: Sequence[str]
) -> list[Why]:
    whys: list[Why] = []
    has_new_text = bool({*TEXTS, "history"} & set(fields))
    if has_new_text and old["id"] == new["id"]:
        rules = sorted(set(old["repairs"]) ^ set(new["repairs"]))
        whys.append(Why("repaired", detail=", ".join(rules)))
    elif has_new_text and new["review"] == "edited":
        whys.append(Why("edited_in_review"))
    elif has_new_text:
        whys.append(Why("edited_in_source", detail=f"{new['source']}, {new['locator']}"))
    if "side" in fields:
        whys.append(Why("side_moved", detail=f"{old['side']} → {new['side']}"))
    if not has_new_text:
        whys += [Why(name) for name in ("review", "licence") if name in fields]
    return whys


def _told(rows: pa.Table, why: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Rows as plain data, each with the reason that it came or went."""
    reasons: Sequence[Why] = why(rows)
    shown = rows.select(SHOWN).to_pylist()
    return [{**row, "why": one.as_dict()} for row, one in zip(shown, reasons, strict=True)]


def _about(artifact: Artifact, rows: pa.Table) -> dict[str, Any]:
    return {"id": artifact.id, "stage": artifact.manifest.stage, "rows": rows.num_rows}


def _counted(whys: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """How many rows have each reason, most frequent first."""
    counts = Counter((why["code"], why["stage"], why["reason"]) for why in whys)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"code": code, "stage": stage, "reason": reason, "rows": number}
        for (code, stage, reason), number in ordered
    ]
