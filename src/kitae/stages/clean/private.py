"""Private data: masked, dropped, refused or kept, as the recipe says for each kind.

Values that are reserved, documented or plainly made up as examples are left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from kitae.core.errors import DataError
from kitae.engines.private import (
    KINDS,
    Finding,
    Kind,
    find_private,
    mask,
    private_suspects,
    shown,
)
from kitae.engines.screening.memo import SCREENS
from kitae.engines.texts.column import TextColumn
from kitae.engines.texts.measures import measure
from kitae.engines.texts.repairs import Mended, MendedColumn
from kitae.records.columns import equals, rows_at, strings
from kitae.stages.clean.batch import Batch, Texts
from kitae.stages.clean.config import CleanConfig, Treatment
from kitae.stages.clean.repairing import FieldChange, changed_batch

RULE = "private_masked"
MOST_ROUNDS = 10
NAMED = 5
"""Rows that an error names."""


@dataclass(frozen=True)
class Masked:
    """Rows without the private data that is to be masked, what changed, and values masked by kind."""

    batch: Batch
    changes: list[FieldChange]
    values: Counter[str]


def masked_batch(batch: Batch, config: CleanConfig) -> Masked:
    """The rows with their private data masked, where the recipe says so."""
    values: Counter[str] = Counter()
    if not _kinds(config, "mask", "mask_fetched"):
        return Masked(batch, [], values)
    always, fetched = _kinds(config, "mask"), _kinds(config, "mask", "mask_fetched")
    is_fetched = ~equals(batch.table, "retrieved", "")

    def change(texts: Texts) -> MendedColumn:
        return _masked(texts, lambda row: fetched if is_fetched[row] else always, values)

    masked, changes = changed_batch(batch, change)
    return Masked(masked, changes, values)


def private_data(batch: Batch, config: CleanConfig) -> dict[int, tuple[str, str]]:
    """Rows with private data of a kind that the recipe drops."""
    dropped = _kinds(config, "drop")
    found = ((row, one) for row, one in _findings(batch) if one.kind in dropped) if dropped else ()
    return {row: ("private_data", f"{one.kind} {shown(one)}") for row, one in found}


def refuse_private(batch: Batch, config: CleanConfig) -> None:
    """Stop where there is private data of a kind that the recipe refuses.

    Raises:
        DataError: There is; the first rows are named, the values only in part.
    """
    refused = _kinds(config, "refuse")
    found = [(row, one) for row, one in _findings(batch) if one.kind in refused] if refused else []
    if not found:
        return
    places = "; ".join(_place(batch, row, one) for row, one in found[:NAMED])
    kind = found[0][1].kind
    raise DataError(
        f"There is private data that the recipe refuses: {len(found)} values, first {kind}.",
        where=places + ("; …" if len(found) > NAMED else ""),
        fix=f"take it out of the file, or write `clean: {{private: {{{kind}: mask}}}}` in the recipe",
    )


def _place(batch: Batch, row: int, found: Finding) -> str:
    row_table = rows_at(batch.table, [row])
    source, locator = (strings(row_table, name)[0] for name in ("source", "locator"))
    return f"{source}, {locator}: {shown(found)}"


def _kinds(config: CleanConfig, *treatments: Treatment) -> frozenset[Kind]:
    return frozenset(kind for kind in KINDS if getattr(config.private, kind) in treatments)


def _findings(batch: Batch) -> Iterator[tuple[int, Finding]]:
    for texts in batch.texts:
        for place in _suspects(texts):
            for found in find_private(texts[place]):
                if not found.is_example:
                    yield int(texts.rows[place]), found


def _suspects(texts: Texts) -> list[int]:
    return np.flatnonzero(private_suspects(texts.column, texts.measures)).tolist()


def _masked(
    texts: Texts, kinds_of: Callable[[int], frozenset[Kind]], values: Counter[str]
) -> MendedColumn:
    """A column with the private data masked that each row is to lose."""
    new: dict[int, str] = {}
    changes: list[Mended] = []
    for place in _suspects(texts):
        kinds = kinds_of(int(texts.rows[place]))
        after, counted = _without(texts[place], kinds)
        if counted:
            new[place] = after
            values.update(counted)
            changes.append(Mended(place, RULE, texts[place], after))
    if not new:
        return MendedColumn(texts.column, texts.measures, ())
    fresh = measure(TextColumn.from_texts(list(new.values())))
    rows = np.array(list(new))
    column = texts.column.replaced(new)
    SCREENS.changed(texts.column, column, rows)
    return MendedColumn(column, texts.measures.replaced(rows, fresh), tuple(changes))


def _without(text: str, kinds: frozenset[Kind]) -> tuple[str, Counter[str]]:
    """The text with its private data of these kinds masked, and how many values of each."""
    counted: Counter[str] = Counter()
    for _ in range(MOST_ROUNDS):
        found = [one for one in find_private(text) if one.kind in kinds and not one.is_example]
        if not found:
            break
        counted.update(one.kind for one in found)
        text = mask(text, found)
    return text, counted
