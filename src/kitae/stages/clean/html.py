"""HTML that was left in prose is taken out, but for rows that are about markup, pages or code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kitae.engines.language.html import is_about_markup, without_html
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.gates import Gate
from kitae.engines.texts.measures import measure
from kitae.engines.texts.repairs import Mended, MendedColumn, Rule, Step, mended_column, repair_step
from kitae.stages.clean.batch import FIELDS, Batch, Texts
from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.repairing import FieldChange, changed_batch

MARKUP = Gate.TAG | Gate.ENTITY
_STEPS = (Step((Rule("html_leftovers", MARKUP, without_html),)), repair_step())
"""What is left at the ends of a text, or was hidden in an entity, is repaired as in any other text."""


def with_html_mended(
    batch: Batch, repairs: list[FieldChange], config: CleanConfig
) -> tuple[Batch, list[FieldChange]]:
    """The rows without the HTML that was left in their prose, and all changes so far.

    Args:
        batch: Rows whose texts are repaired otherwise.
        repairs: What was changed before.
        config: Where nothing is repaired, this is not either.
    """
    if not config.repair:
        return batch, repairs
    rows = {int(row) for texts in batch.texts for row in texts.rows_with(MARKUP)}
    suspects = {row for row in rows if not _is_about_markup(batch, row)}
    if not suspects:
        return batch, repairs
    mended, changes = changed_batch(batch, lambda texts: _mended(texts, suspects))
    return mended, [*repairs, *changes]


def _is_about_markup(batch: Batch, row: int) -> bool:
    return is_about_markup(*(batch.fields[name][row] for name in FIELDS), *batch.rounds(row))


def _mended(texts: Texts, suspects: set[int]) -> MendedColumn:
    """The texts of the suspects mended; all others stay as they are."""
    places = [
        p for p in texts.measures.rows_with(MARKUP).tolist() if int(texts.rows[p]) in suspects
    ]
    some = TextColumn.from_texts([texts[place] for place in places])
    made = mended_column(some, measure(some), _STEPS)
    if not made.changes:
        return MendedColumn(texts.column, texts.measures, ())
    touched = sorted({change.row for change in made.changes})
    changed: NDArray[np.int64] = np.array([places[row] for row in touched], np.int64)
    new = [made.column[row] for row in touched]
    return MendedColumn(
        texts.column.replaced(dict(zip(changed.tolist(), new, strict=True))),
        texts.measures.replaced(changed, measure(TextColumn.from_texts(new))),
        tuple(Mended(places[c.row], c.rule, c.before, c.after) for c in made.changes),
    )
