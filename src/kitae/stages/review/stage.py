"""Review: a person's verdicts decide which made rows go on.

Originals pass through. Of the made rows, accepted and edited ones go on, rejected ones leave with their error tags,
and those of the current batch that have no verdict yet wait, which stops the run, unless somebody gave a reason for
going on without. Rows of the bulk go on marked as unread until somebody reads them.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from kitae.core.config import Record
from kitae.core.errors import KitaeError, WaitingError
from kitae.core.hashing import bytes_digest, digest
from kitae.core.text import Message
from kitae.records.columns import equals, examples_of, rows_where, strings
from kitae.records.counts import Counts
from kitae.records.example import Example, dropped_table, to_examples, to_table
from kitae.records.generation import Generation, Reviewing
from kitae.records.store import Artifact, Product, record_bytes, write_table
from kitae.records.verdict import Verdict, read_verdicts, standing_verdicts
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.review.applying import REJECTED, edited_example, rejection_detail
from kitae.stages.review.config import ReviewConfig

VERSION = 1


class ReviewFindings(Record):
    """What the report says of this stage."""

    notes: tuple[Message, ...]


@dataclass
class _Sorted:
    """The made rows, each in its place."""

    kept: list[Example] = field(default_factory=list[Example])
    drops: list[tuple[Example, str, str]] = field(default_factory=list[tuple[Example, str, str]])
    pending: int = 0


def run(inputs: Inputs, _config: ReviewConfig, context: Context) -> Product:
    """Apply the verdicts; without them the current batch waits."""
    rows = _Rows.of(inputs["generate"].table("examples"))
    generation = inputs["generate"].record("generation", Generation)
    verdicts = standing_verdicts(read_verdicts(context.journals["verdicts"].entries()))
    product = _product(rows, generation, verdicts)
    reason = _override(product, context.journals["overrides"].entries())
    if not rows.made:
        same = {"examples": inputs["generate"].file("examples.arrow")}
        product = replace(product, same_tables=same)
    if reason:
        unlocked = generation.model_copy(update={"state": "bulk"})
        product = _product(rows, unlocked, verdicts, overridden=reason)
    return product


def refusal(artifact: Artifact, _config: ReviewConfig, _context: Context) -> KitaeError | None:
    """Wait for a person while rows of the batch have no verdict."""
    found = artifact.record("reviewing", Reviewing)
    if not found.pending:
        return None
    again = " (another batch: too many of the one before were rejected)" if found.batch > 1 else ""
    return WaitingError(
        f"{found.pending} of {found.batch_size} made rows wait for your verdict{again}.",
        where=f"stage review, batch {found.batch}",
        fix="type `kitae review`, then `kitae run`; to go on without reading them:"
        ' `kitae override review --reason "..."`',
    )


@dataclass(frozen=True)
class _Rows:
    """The originals, which pass through as they are, and the made rows."""

    originals: pa.Table
    made: list[Example]

    @classmethod
    def of(cls, rows: pa.Table) -> _Rows:
        is_made = equals(rows, "origin", "made")
        made = to_examples(rows_where(rows, is_made)) if is_made.any() else []
        return cls(rows_where(examples_of(rows), ~is_made), made)

    def ids(self) -> set[str]:
        return {*strings(self.originals, "id"), *(row.id for row in self.made)}


def _product(
    rows: _Rows,
    generation: Generation,
    verdicts: Mapping[str, Verdict],
    *,
    overridden: str = "",
) -> Product:
    taken = rows.ids() if rows.made else set[str]()
    placed = _Sorted()
    waiting = set(generation.waiting_ids)
    for row in rows.made:
        _place(row, verdicts.get(row.id), placed, taken, is_waited_for=row.id in waiting)
    reviewing = _reviewing(rows.made, verdicts, placed, generation)
    reviewing = reviewing.model_copy(update={"overridden": overridden})
    findings = ReviewFindings(notes=_notes(reviewing, generation))
    kept = pa.concat_tables([rows.originals, to_table(placed.kept)])
    return Product(
        counts=Counts(
            rows_in=rows.originals.num_rows + len(rows.made),
            out=kept.num_rows,
            dropped=len(placed.drops),
            pending=placed.pending,
        ),
        tables={
            "examples": kept,
            "dropped": dropped_table(placed.drops),
            "candidates": to_table(rows.made),
        },
        records={"reviewing": reviewing, "findings": findings},
    )


def _place(
    row: Example,
    verdict: Verdict | None,
    placed: _Sorted,
    taken: set[str],
    *,
    is_waited_for: bool,
) -> None:
    if verdict is None:
        if is_waited_for:
            placed.pending += 1
        else:
            placed.kept.append(row)
    elif verdict.decision == "reject":
        placed.drops.append((row, REJECTED, rejection_detail(verdict)))
    elif verdict.decision == "edit":
        edited = edited_example(row, verdict, taken)
        taken.add(edited.id)
        placed.kept.append(edited)
    else:
        placed.kept.append(row.model_copy(update={"review": "accepted"}))


def _reviewing(
    made: Iterable[Example],
    verdicts: Mapping[str, Verdict],
    placed: _Sorted,
    generation: Generation,
) -> Reviewing:
    marks = Counter(row.review for row in placed.kept if row.origin == "made")
    tags = Counter(tag for row in made if row.id in verdicts for tag in verdicts[row.id].tags)
    return Reviewing(
        accepted=marks["accepted"],
        edited=marks["edited"],
        rejected=len(placed.drops),
        unread=marks["unread"],
        pending=placed.pending,
        batch=len(generation.batches),
        batch_size=len(generation.batches[-1].row_ids) if generation.batches else 0,
        tags=dict(sorted(tags.items())),
    )


def _notes(reviewing: Reviewing, generation: Generation) -> tuple[Message, ...]:
    if generation.state == "off":
        return (Message(key="review.note.nothing"),)
    names = ("accepted", "edited", "rejected", "unread", "pending")
    values: dict[str, Any] = {name: getattr(reviewing, name) for name in names}
    notes = [Message(key="review.note.verdicts", values=values)]
    if reviewing.overridden:
        notes.append(Message(key="review.note.overridden", values={"reason": reviewing.overridden}))
    return tuple(notes)


def _override(product: Product, entries: Iterable[Mapping[str, Any]]) -> str:
    """The reason somebody gave for going on past exactly this product; empty if nobody did."""
    given = {str(e["artifact"]): str(e["reason"]) for e in entries if e["stage"] == "review"}
    return given.get(_content_hash(product), "") if given else ""


def _content_hash(product: Product) -> str:
    """The content hash that this product has as an artifact: an override names it."""
    files = {f"{stem}.arrow": _table_bytes(table) for stem, table in product.tables.items()}
    files |= {f"{stem}.json": record_bytes(record) for stem, record in product.records.items()}
    return digest({name: bytes_digest(content) for name, content in files.items()})


def _table_bytes(table: pa.Table) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder) / "table.arrow", table)
        return (Path(folder) / "table.arrow").read_bytes()


STAGE = Stage(
    name="review",
    version=VERSION,
    config=ReviewConfig,
    needs=("generate",),
    run=run,
    journals=("verdicts", "overrides"),
    refusal=refusal,
)
