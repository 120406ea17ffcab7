"""How the data looks: languages, lengths, the largest clusters of repetitions, sources. Counted by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kitae.core.config import Record
from kitae.records.columns import counted, is_among, rows_at
from kitae.records.example import SIDES
from kitae.records.store import Artifact

_compute: Any = pc

LENGTH_STEPS = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
CLUSTERS_SHOWN = 5
ROWS_SHOWN = 5
EXCERPT_CHARACTERS = 200
REPETITIONS = ("exact_duplicate", "near_duplicate", "semantic_duplicate")
"""Reasons whose detail is the row that was kept instead."""


class LanguageRows(Record):
    """Rows of one language."""

    language: str
    """Its code; empty where it cannot be told."""
    rows: int
    sides: dict[str, int]
    """Side -> rows."""


class LengthBin(Record):
    """Texts of about one length."""

    low: int
    """Fewest characters."""
    high: int | None
    """Most characters; None for no limit."""
    rows: int


class Lengths(Record):
    """How long texts are, in characters."""

    bins: tuple[LengthBin, ...]
    median: int
    p95: int
    """95 of 100 texts are not longer."""
    longest: int


class ClusterRow(Record):
    """One row of a cluster, shortened."""

    id: str
    where: str
    question: str
    answer: str
    reason: str = ""
    """Why it left; empty for the row that was kept."""


class Cluster(Record):
    """Rows that say the same, of which one was kept."""

    rows: int
    """With the one that was kept."""
    kept: ClusterRow | None
    dropped: tuple[ClusterRow, ...]
    """A few of those that left."""


class Clusters(Record):
    """The repetitions that `clean` found."""

    clusters: int
    dropped: int
    largest: tuple[Cluster, ...]


class SourceRows(Record):
    """Rows of one source and licence."""

    source: str
    licence: str
    rows: int


class DataLook(Record):
    """How the frozen dataset looks."""

    rows: int
    languages: tuple[LanguageRows, ...]
    questions: Lengths
    answers: Lengths
    sources: tuple[SourceRows, ...]
    clusters: Clusters | None
    """None where `clean` has no current result."""


def look_at(artifacts: Mapping[str, Artifact]) -> DataLook | None:
    """How the dataset of some artifacts looks; None where there is none, or where it has no rows."""
    build = artifacts.get("build")
    if build is None:
        return None
    tables = [build.table(side) for side in SIDES if build.has(f"{side}.arrow")]
    if not tables:
        return None
    names = ["instruction", "input", "output", "language", "side", "source", "licence"]
    arrow: Any = pa
    rows: pa.Table = arrow.concat_tables([table.select(names) for table in tables])
    if not rows.num_rows:
        return None
    return DataLook(
        rows=rows.num_rows,
        languages=_languages(rows),
        questions=lengths(_question_lengths(rows)),
        answers=lengths(_lengths(rows["output"])),
        sources=tuple(
            SourceRows(source=source, licence=licence, rows=number)
            for source, licence, number in counted(rows, "source", "licence")
        ),
        clusters=_clusters(artifacts.get("clean"), build),
    )


def lengths(characters: NDArray[np.int64]) -> Lengths:
    """The shape of some lengths: how many texts are in each step of 1, 2, 5 times ten."""
    bounds = [0, *LENGTH_STEPS]
    counts = np.bincount(np.digitize(characters, LENGTH_STEPS), minlength=len(bounds)).tolist()
    filled = [place for place, count in enumerate(counts) if count]
    first, last = (filled[0], filled[-1]) if filled else (0, -1)
    bins = tuple(
        LengthBin(
            low=bounds[place],
            high=bounds[place + 1] - 1 if place + 1 < len(bounds) else None,
            rows=counts[place],
        )
        for place in range(first, last + 1)
    )
    middle, most = np.percentile(characters, [50, 95], method="higher") if filled else (0, 0)
    return Lengths(
        bins=bins, median=int(middle), p95=int(most), longest=int(characters.max(initial=0))
    )


def _languages(rows: pa.Table) -> tuple[LanguageRows, ...]:
    sides: dict[str, dict[str, int]] = {}
    for language, side, number in counted(rows, "language", "side"):
        sides.setdefault(language, {})[side] = number
    found = [
        LanguageRows(language=language, rows=sum(of.values()), sides=of)
        for language, of in sides.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.rows, one.language)))


def _lengths(texts: Any) -> NDArray[np.int64]:  # noqa: ANN401
    return np.asarray(_compute.utf8_length(texts), np.int64)


def _question_lengths(rows: pa.Table) -> NDArray[np.int64]:
    """Instruction and input, with the line break between them."""
    inputs = _lengths(rows["input"])
    return _lengths(rows["instruction"]) + inputs + (inputs > 0)


def _clusters(clean: Artifact | None, build: Artifact) -> Clusters | None:
    if clean is None or not clean.has("dropped.arrow"):
        return None
    dropped = clean.table("dropped")
    repeated = dropped.filter(pa.array(is_among(dropped, "reason", REPETITIONS)))
    sizes = counted(repeated.select(["detail"]), "detail")
    largest = sorted(sizes, key=lambda pair: (-pair[1], pair[0]))[:CLUSTERS_SHOWN]
    kept = _rows_by_id(clean, build, [name for name, _ in largest])
    return Clusters(
        clusters=len(sizes),
        dropped=repeated.num_rows,
        largest=tuple(
            Cluster(rows=number + 1, kept=kept.get(name), dropped=_members(repeated, name))
            for name, number in largest
        ),
    )


def _rows_by_id(clean: Artifact, build: Artifact, ids: list[str]) -> dict[str, ClusterRow]:
    """The rows with some ids, wherever they stand now."""
    found: dict[str, ClusterRow] = {}
    tables = [build.table(side) for side in SIDES if build.has(f"{side}.arrow")]
    if clean.has("examples.arrow"):
        tables.append(clean.table("examples"))
    for table in tables if ids else []:
        rows = np.flatnonzero(is_among(table, "id", ids))
        for row in _shortened(rows_at(table, rows)):
            found.setdefault(row.id, row)
    return found


def _members(repeated: pa.Table, kept: str) -> tuple[ClusterRow, ...]:
    rows = np.flatnonzero(np.asarray(_compute.equal(repeated["detail"], kept)))[:ROWS_SHOWN]
    return tuple(_shortened(rows_at(repeated, rows)))


def _shortened(table: pa.Table) -> Iterable[ClusterRow]:
    for row in table.to_pylist():
        question = f"{row['instruction']}\n{row['input']}" if row["input"] else row["instruction"]
        yield ClusterRow(
            id=row["id"],
            where=", ".join(part for part in (row["source"], row["locator"]) if part),
            question=_short(question),
            answer=_short(row["output"]),
            reason=row.get("reason", ""),
        )


def _short(text: str) -> str:
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    return text[: EXCERPT_CHARACTERS - 1].rstrip() + "…"
