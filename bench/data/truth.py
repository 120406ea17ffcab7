"""What was planted, row by row, and what of it a tool found."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

KINDS = ("base", "near", "exact", "mojibake", "private", "malformed")
BASE, NEAR, EXACT, MOJIBAKE, PRIVATE, MALFORMED = range(len(KINDS))
LANGUAGES = ("en", "ja", "zh")
EDIT_BOUNDS = (0.0, 0.05, 0.10, 0.151)
"""Edges of the ranges of edits in which recall is told."""
LONG = 25
"""Tokens (words, CJK characters) from which on a text is long: below, one changed word may make another case, and Kitae
has a rule of its own for such texts."""
_SCHEMA = pa.schema(
    [
        ("kind", pa.int8()),
        ("language", pa.int8()),
        ("of", pa.int64()),
        ("root", pa.int64()),
        ("edit", pa.float32()),
        ("short", pa.bool_()),
    ]
)
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Planted:
    """One row of the truth.

    Attributes:
        kind: Number in `KINDS`.
        language: Number in `LANGUAGES`.
        of: Row that this one was copied from, or its own number.
        root: Rows with equal roots say the same.
        edit: Share of the tokens that were changed.
        short: The answer, or a question that was changed, has fewer tokens than `LONG`.
    """

    kind: int
    language: int
    of: int
    root: int
    edit: float = 0.0
    short: bool = False


class TruthWriter:
    """Writes the truth as it comes, in pieces; use it as a context."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, _SCHEMA)
        self._kept: list[Planted] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._flush()
        self._writer.close()

    def add(self, row: Planted) -> None:
        """The truth of the next row."""
        self._kept.append(row)
        if len(self._kept) >= 100_000:
            self._flush()

    def _flush(self) -> None:
        columns = {name: [getattr(row, name) for row in self._kept] for name in _SCHEMA.names}
        self._writer.write_table(pa.Table.from_pydict(columns, schema=_SCHEMA))
        self._kept.clear()


@dataclass(frozen=True)
class Truth:
    """The truth of a corpus as columns; row numbers are places in it."""

    kind: NDArray[np.int8]
    language: NDArray[np.int8]
    of: Rows
    root: Rows
    edit: NDArray[np.float32]
    short: NDArray[np.bool_]

    @classmethod
    def read(cls, path: Path) -> Truth:
        """From the file that a `TruthWriter` wrote."""
        file: Any = pq.ParquetFile(path)
        table = file.read()
        columns: Any = {name: table[name].to_numpy() for name in _SCHEMA.names}
        return cls(**columns)

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Quality:
    """What a tool did with the planted copies.

    Attributes:
        near: Language (or `all`) -> share of near copies that do not stand beside what they were copied from.
        long: The same without `short` copies.
        by_edit: Language -> the same of long ones, per range of edits between two `EDIT_BOUNDS`.
        exact: The same for exact copies, all languages.
        precision: Share of the removed rows of which another row that says the same is kept.
        removed: Rows removed as duplicates.
    """

    near: dict[str, float]
    long: dict[str, float]
    by_edit: dict[str, list[float]]
    exact: float
    precision: float
    removed: int


def quality_of(truth: Truth, entered: Iterable[int] | Rows, kept: Iterable[int] | Rows) -> Quality:
    """Recall and precision of a removal.

    Args:
        truth: Of the corpus.
        entered: Rows that reached the removal of duplicates.
        kept: Rows that came out of it.
    """
    has_entered, is_kept = _mask(len(truth), entered), _mask(len(truth), kept)
    has_entered |= is_kept
    missed, counts = _missed(truth, is_kept), has_entered & has_entered[truth.of]
    near = (truth.kind == NEAR) & counts
    in_language = {"all": near} | {
        name: near & (truth.language == place) for place, name in enumerate(LANGUAGES)
    }
    by_edit = {
        name: [
            _share(~missed, rows & ~truth.short & (truth.edit > low) & (truth.edit <= high))
            for low, high in itertools.pairwise(EDIT_BOUNDS)
        ]
        for name, rows in in_language.items()
    }
    removed = has_entered & ~is_kept
    stands = np.zeros(int(truth.root.max(initial=0)) + 1, np.bool_)
    stands[truth.root[is_kept]] = True
    return Quality(
        near={name: _share(~missed, rows) for name, rows in in_language.items()},
        long={name: _share(~missed, rows & ~truth.short) for name, rows in in_language.items()},
        by_edit=by_edit,
        exact=_share(~missed, (truth.kind == EXACT) & counts),
        precision=_share(stands[truth.root], removed),
        removed=int(removed.sum()),
    )


def _missed(truth: Truth, is_kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Copies that still stand beside their original or an exact copy of it.

    Of an original and its exact copies one may stay; which one is not asked.
    """
    is_same = (truth.kind == EXACT) | (truth.of == np.arange(len(truth)))
    standing = np.bincount(truth.of[is_kept & is_same], minlength=len(truth))
    missed = is_kept & (truth.kind == NEAR) & (standing[truth.of] > 0)
    exact = np.flatnonzero(is_kept & (truth.kind == EXACT))
    seen = is_kept & (truth.of == np.arange(len(truth)))
    for row in exact.tolist():
        missed[row] = seen[truth.of[row]]
        seen[truth.of[row]] = True
    return missed


def straddling(truth: Truth, sides: dict[str, Rows], *, with_short: bool) -> tuple[int, int]:
    """(true groups on more than one side, true groups of more than one row) of a dataset.

    Args:
        truth: Of the corpus.
        sides: Name of each side -> its rows.
        with_short: Whether changed copies of short texts count to their groups.
    """
    rows = np.concatenate(list(sides.values()))
    places = np.concatenate([np.full(len(r), place) for place, r in enumerate(sides.values())])
    counts = with_short | ~truth.short[rows]
    rows, places = rows[counts], places[counts]
    roots = truth.root[rows]
    pairs = np.unique(np.stack([roots, places]), axis=1)[0]
    _, on_sides = np.unique(pairs, return_counts=True)
    _, members = np.unique(roots, return_counts=True)
    return int((on_sides > 1).sum()), int((members > 1).sum())


def is_short(asked: int, told: int, *, has_other_question: bool) -> bool:
    """Whether a copy is of a short text.

    Args:
        asked: Tokens of the question before or after, whichever has more.
        told: The same of the answer.
        has_other_question: Whether the question was changed at all.
    """
    return told < LONG or (has_other_question and asked < LONG)


def _mask(size: int, rows: Iterable[int] | Rows) -> NDArray[np.bool_]:
    found = np.zeros(size, np.bool_)
    found[rows if isinstance(rows, np.ndarray) else np.fromiter(rows, np.int64)] = True
    return found


def _share(hit: NDArray[np.bool_], of: NDArray[np.bool_]) -> float:
    return float(hit[of].mean()) if of.any() else float("nan")
