"""Rows that say again what another row of their side says already.

Of two rows the one is kept that is an original rather than made, then the one whose id comes first in the
alphabet, so that the order of the input changes nothing. A row is
dropped only for a row that is kept, never over a chain of others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.core.hashing import unit_interval
from kitae.engines.dataflow import Dataflow
from kitae.engines.similarity import (
    ComparedRows,
    QuestionAnswers,
    Repeats,
    cluster_labels,
    find_repeats,
    question_answers,
    row_texts,
    text_links,
)
from kitae.engines.similarity.compared import mixed
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.row_ids import keys_of
from kitae.records.columns import codes, equals, rows_at, rows_where, strings
from kitae.stages.clean.config import CleanConfig

Dropped = dict[int, tuple[str, str]]
"""Row -> (reason, id of the row that is kept instead)."""


@dataclass(frozen=True)
class RankedRows:
    """The rows that are compared, with the order in which they are kept.

    Attributes:
        texts: Question (system and earlier rounds included) and answer.
        sides: Equal numbers for rows of one side.
        rank: Order in which rows are kept: originals before made rows, then by their ids.
    """

    table: pa.Table
    texts: QuestionAnswers
    sides: NDArray[np.int64]
    rank: NDArray[np.int64]

    @classmethod
    def of(cls, table: pa.Table) -> RankedRows:
        """The rows of a table."""
        is_made = equals(table, "origin", "made")
        keys, _ = keys_of(TextColumn.from_arrow(table["id"]))
        order = np.lexsort((np.arange(table.num_rows), keys, is_made))
        rank = np.empty(table.num_rows, np.int64)
        rank[order] = np.arange(table.num_rows)
        return cls(table, question_answers(table), codes(table, "side")[0], rank)

    def ids(self, rows: NDArray[np.int64]) -> list[str]:
        """The ids of some rows."""
        return strings(rows_at(self.table.select(["id"]), rows), "id")


def exact_duplicates(table: pa.Table) -> Dropped:
    """Rows whose side, question and answer another row has word for word."""
    rows = RankedRows.of(table)
    keys = mixed(rows.texts.question.hashes, 3) ^ rows.texts.answer.hashes
    keys = mixed(keys ^ rows.sides.astype(np.uint64), 4)
    first = _best_of_each(keys, rows.rank)
    gone = np.flatnonzero(first != np.arange(len(first)))
    return drops_for(rows, "exact_duplicate", gone, first[gone])


def near_duplicates(table: pa.Table, config: CleanConfig, flow: Dataflow | None = None) -> Dropped:
    """Rows with a near question and a near answer to those of another row of their side.

    Goes on with what is left of each cluster until no pair is left, so that a second pass over what is
    kept finds nothing.
    """
    rows = RankedRows.of(table)
    texts = texts_of_all = ComparedRows.of(rows.texts, flow)
    instead = np.full(table.num_rows, -1, np.int64)
    left = np.arange(table.num_rows, dtype=np.int64)
    while len(left):
        near = find_repeats(texts, config.near_similarity, sides=rows.sides[left], flow=flow)
        found, again = _one_pass(rows, near, left)
        instead[found[:, 0]] = found[:, 1]
        left = again[instead[again] < 0] if len(found) else left[:0]
        texts = texts_of_all.take(left)
    gone = np.flatnonzero(instead >= 0)
    return drops_for(rows, "near_duplicate", gone, instead[gone])


def other_wordings(table: pa.Table, seed: int, flow: Dataflow | None = None) -> Dropped:
    """All rows but one of each text that is asked about in several wordings.

    Which one is kept follows from a keyed hash, so that every wording is kept about equally often.
    """
    groups = text_links(row_texts(table), flow=flow).groups(("text",)).tolist()
    sides, ids, origins = (strings(table, name) for name in ("side", "id", "origin"))
    members: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, (side, group) in enumerate(zip(sides, groups, strict=True)):
        members[side, group].append(row)

    def draw(row: int) -> tuple[bool, float, str]:
        return origins[row] == "made", unit_interval(ids[row], str(seed)), ids[row]

    dropped: Dropped = {}
    for rows in members.values():
        kept = min(rows, key=draw)
        dropped.update({row: ("other_wording", ids[kept]) for row in rows if row != kept})
    return dropped


def without(table: pa.Table, dropped: Iterable[int]) -> pa.Table:
    """The rows that stay."""
    keep = np.ones(table.num_rows, np.bool_)
    keep[list(dropped)] = False
    return rows_where(table, keep)


def _best_of_each(keys: NDArray[np.uint64], rank: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row, the row of the lowest rank that has the same key."""
    order = np.lexsort((rank, keys))
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = keys[order][1:] != keys[order][:-1]
    best = np.empty(len(keys), np.int64)
    best[order] = order[is_first][np.cumsum(is_first) - 1]
    return best


def _one_pass(
    rows: RankedRows, found: Repeats, members: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(rows that leave and the rows kept instead, rows to be looked at again) of some rows."""
    rank = rows.rank[members]
    best = _best_of_each(found.first.astype(np.uint64), rank)
    dropped = without_chains(best[found.left], best[found.right], rank)
    instead = np.arange(len(members))
    instead[list(dropped)] = list(dropped.values())
    kept = instead[best]
    leaving = np.flatnonzero(kept != np.arange(len(members)))
    pairs = np.stack([leaving, kept[leaving]], axis=1)
    labels = cluster_labels(len(members), [(found.left, found.right)])
    sizes = np.bincount(labels, minlength=len(members))
    return members[pairs], members[sizes[labels] > 2]


def without_chains(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    rank: NDArray[np.int64],
) -> dict[int, int]:
    """Row -> the kept row that it is near to; rows are looked at in the order of their rank."""
    twins: dict[int, list[int]] = defaultdict(list)
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        twins[one].append(other)
        twins[other].append(one)
    dropped: dict[int, int] = {}
    for row in sorted(twins, key=lambda row: rank[row]):
        kept = [t for t in twins[row] if rank[t] < rank[row] and t not in dropped]
        if kept:
            dropped[row] = min(kept, key=lambda twin: rank[twin])
    return dropped


def drops_for(
    rows: RankedRows, reason: str, gone: NDArray[np.int64], instead: NDArray[np.int64]
) -> Dropped:
    """Why each row leaves, with the row that is kept instead."""
    return {row: (reason, kept) for row, kept in zip(gone.tolist(), rows.ids(instead), strict=True)}
