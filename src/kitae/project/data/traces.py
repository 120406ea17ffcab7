"""Where the rows of a source went: which artifacts hold them or were made from what holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kitae.core.errors import KitaeError
from kitae.pipeline.way import STAGE_NAMES
from kitae.project.data.versions import SIDE_TABLES, Versions
from kitae.records.columns import is_among, list_lengths
from kitae.records.issues import RowIssues
from kitae.records.store import Artifact
from kitae.stages.collect.report import SourceReports

_compute: Any = pc

FACT = "fact:source "
ROW_TABLES = ("examples", *SIDE_TABLES, "dropped", "candidates")


@dataclass(frozen=True)
class Traces:
    """What is left of some sources.

    Attributes:
        artifacts: Every artifact that descends from them, those that came last first.
        rows: Ids of their rows, of what was made from these, and of what was dropped.
        others: Ids of the rows of other sources in the same artifacts.
        files: Name of each source file -> sha256 of its content.
    """

    artifacts: tuple[Artifact, ...]
    rows: frozenset[str]
    others: frozenset[str]
    files: Mapping[str, str]


def known_sources(versions: Versions) -> set[str]:
    """The names of all sources that any kept artifact has rows of."""
    return {name for one in _collected(versions) for name in _names_in(one)}


def traces_of(versions: Versions, names: Iterable[str]) -> Traces:
    """What is left of the sources with these names."""
    wanted = set(names)
    origins = [one for one in _collected(versions) if _names_in(one) & wanted]
    artifacts = descendants(versions, origins)
    rows: set[str] = set()
    others: set[str] = set()
    for artifact in sorted(artifacts, key=_place):
        for table in _tables(artifact):
            is_gone = of_sources(table, wanted, rows)
            ids = table["id"].to_numpy()
            rows.update(ids[is_gone].tolist())
            if artifact.manifest.stage == "collect":
                others.update(ids[~is_gone].tolist())
    ordered = sorted(artifacts, key=lambda one: (-_place(one), one.id))
    return Traces(tuple(ordered), frozenset(rows), frozenset(others), _files(origins, wanted))


def descendants(versions: Versions, origins: Iterable[Artifact]) -> list[Artifact]:
    """Some artifacts and all that were made from them."""
    found = {one.id: one for one in origins}
    size = -1
    while size != len(found):
        size = len(found)
        contents = {one.content_hash for one in found.values()}
        for artifact in versions.all.values():
            if contents & set(artifact.manifest.inputs.values()):
                found.setdefault(artifact.id, artifact)
    return list(found.values())


def rows_left(artifact: Artifact, names: Iterable[str], rows: Iterable[str]) -> int:
    """How many rows that an artifact hands on come from some sources."""
    stems = [one for one in ("examples", *SIDE_TABLES) if artifact.has(f"{one}.arrow")]
    wanted = set(rows)
    return sum(int(of_sources(artifact.table(stem), set(names), wanted).sum()) for stem in stems)


def of_sources(table: pa.Table, names: set[str], rows: set[str]) -> NDArray[np.bool_]:
    """Which rows of a table come from some sources, or were made from some rows."""
    found = is_among(table, "source", sorted(names))
    parents: Any = table["parents"].combine_chunks()
    flat = parents.flatten()
    if not rows or not len(flat):
        return found
    is_gone = _compute.is_in(flat, value_set=pa.array(sorted(rows), pa.string()))
    owners = np.repeat(np.arange(table.num_rows), list_lengths(table, "parents"))
    found[owners[np.asarray(is_gone, np.bool_)]] = True
    return found


def _collected(versions: Versions) -> list[Artifact]:
    return [one for one in versions.all.values() if one.manifest.stage == "collect"]


def _names_in(artifact: Artifact) -> set[str]:
    """The sources of a collect artifact, by the names of their rows and of their files."""
    names: set[str] = set()
    for stem in ("examples", "documents"):
        if artifact.has(f"{stem}.arrow"):
            column: Any = artifact.table(stem)["source"]
            names.update(column.unique().to_pylist())
    try:
        if artifact.has("sources.json"):
            names.update(one.name for one in artifact.record("sources", SourceReports).items)
        if artifact.has("quarantine.json"):
            names.update(one.source for one in artifact.record("quarantine", RowIssues).items)
    except (KitaeError, ValueError):
        pass
    return names


def _tables(artifact: Artifact) -> list[pa.Table]:
    found = [artifact.table(stem) for stem in ROW_TABLES if artifact.has(f"{stem}.arrow")]
    return [table for table in found if {"id", "source", "parents"} <= set(table.column_names)]


def _place(artifact: Artifact) -> int:
    return STAGE_NAMES.index(artifact.manifest.stage)


def _files(origins: Iterable[Artifact], names: set[str]) -> dict[str, str]:
    """The source files of these names, with the hash that their artifacts noted."""
    return {
        name: value
        for one in origins
        for fact, value in one.manifest.inputs.items()
        if fact.startswith(FACT)
        and {name := fact.removeprefix(FACT), name.rpartition(" ")[0]} & names
    }
