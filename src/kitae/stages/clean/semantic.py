"""Rows that say in other words what another row of their side says, told by an embedding model.

Two rows are one where their questions and their answers lie near each other, in one language, and where
nothing speaks for a difference on purpose: equal numbers, equal names, no word swapped for another. Short
answers are labels and must be the same. Which row is kept is decided as for near duplicates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kitae.records.columns import codes
from kitae.stages.clean.config import CleanConfig, SemanticConfig

if TYPE_CHECKING:
    from kitae.engines.embedding import EmbeddingFolder
    from kitae.engines.similarity import ComparedRows
    from kitae.engines.texts.column import TextColumn
    from kitae.stages.clean.repetitions import RankedRows
    from kitae.stages.contract import Context

Dropped = dict[int, tuple[str, str]]
"""Row -> (reason, id of the row that is kept instead)."""
REASON = "semantic_duplicate"
Places = NDArray[np.int64]


def semantic_facts(config: CleanConfig, context: Context) -> Mapping[str, str]:
    """The content of the embedding model: another model may find other rows alike."""
    if config.semantic_duplicates is None:
        return {}
    from kitae.engines.embedding import folder_digest

    return {"embeddings": folder_digest(_folder(config.semantic_duplicates, context.root))}


def semantic_duplicates(table: pa.Table, config: SemanticConfig, context: Context) -> Dropped:
    """Rows that say the same as another row of their side in other words.

    Raises:
        NotFoundError: There is no folder of that name.
        DataError: It holds no embedding model that can be used.
        DependencyError: What reads it is not installed.
    """
    from kitae.engines.embedding import read_folder
    from kitae.stages.clean.repetitions import RankedRows, drops_for, without_chains

    model = read_folder(_folder(config, context.root))
    rows = RankedRows.of(table)
    left, right = _alike(rows, _Meaning(model, config.threshold, context))
    instead = without_chains(left, right, rows.rank)
    gone = np.array(sorted(instead), np.int64)
    kept = np.array([instead[row] for row in gone.tolist()], np.int64)
    return drops_for(rows, REASON, gone, kept)


def _folder(config: SemanticConfig, root: Path) -> Path:
    return root / Path(config.embeddings).expanduser()


@dataclass(frozen=True)
class _Meaning:
    """How meanings are compared."""

    model: EmbeddingFolder
    threshold: float
    context: Context

    def vectors(self, texts: TextColumn) -> NDArray[np.float32]:
        """The texts as vectors."""
        from kitae.engines.embedding import embed

        return embed(self.model, texts, self.context.progress)


def _alike(rows: RankedRows, meaning: _Meaning) -> tuple[Places, Places]:
    """Pairs of rows that say the same."""
    from kitae.engines.similarity import ComparedRows

    compared = ComparedRows.of(rows.texts)
    left, right = _near_questions(rows, compared, meaning)
    open_pairs = np.flatnonzero(~compared.answers.are_short[left])
    near = np.ones(len(left), np.bool_)
    near[open_pairs] = _near_answers(rows, left[open_pairs], right[open_pairs], meaning)
    return left[near], right[near]


def _near_questions(
    rows: RankedRows, compared: ComparedRows, meaning: _Meaning
) -> tuple[Places, Places]:
    """Pairs with near questions that do not differ on purpose, among rows that may be one at all."""
    from kitae.engines.embedding import Contrast, near_pairs

    parts = list(_comparable(rows, compared))
    used = np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
    vectors = meaning.vectors(rows.texts.question.take(used))
    contrast = Contrast(rows.texts.question.__getitem__)
    found: set[tuple[int, int]] = set()
    for part in parts:
        meaning.context.check_interrupt()
        at = np.searchsorted(used, part)
        identity = rows.texts.question.hashes[part]
        for one, other in near_pairs(vectors[at], identity, meaning.threshold):
            pairs = zip(part[one].tolist(), part[other].tolist(), strict=True)
            found.update(p for p in pairs if p not in found and not contrast.differ(*p))
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _comparable(rows: RankedRows, compared: ComparedRows) -> Iterator[Places]:
    """Sets of rows of one side and language, with the same numbers and, where it is short, the same answer."""
    from kitae.engines.embedding import partitions

    asked, told = compared.questions.signs, compared.answers.signs
    label = np.where(compared.answers.are_short, compared.answers.forms, -1)
    languages = codes(rows.table, "language")[0]
    return partitions(rows.sides, languages, label, asked.numbers, told.numbers)


def _near_answers(
    rows: RankedRows, left: Places, right: Places, meaning: _Meaning
) -> NDArray[np.bool_]:
    """Whether the long answers of pairs lie near each other."""
    from kitae.engines.embedding import true_cosines

    used = np.unique(np.concatenate([left, right]))
    vectors = meaning.vectors(rows.texts.answer.take(used))
    one, other = np.searchsorted(used, left), np.searchsorted(used, right)
    return true_cosines(vectors, one, other) >= meaning.threshold
