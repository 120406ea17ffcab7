"""Rows by themselves: repaired, rid of private data, judged. Needs no other row, so any part of the data will do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from kitae.records.columns import dropped_rows
from kitae.records.issues import Change
from kitae.stages.clean.batch import Batch
from kitae.stages.clean.checks import Reason, drop_reasons
from kitae.stages.clean.config import CleanConfig
from kitae.stages.clean.defects import flags
from kitae.stages.clean.html import with_html_mended
from kitae.stages.clean.private import masked_batch, refuse_private
from kitae.stages.clean.repairing import evidence, repaired_batch, with_rules
from kitae.stages.clean.repetitions import without

__all__ = ["Cleaned", "cleaned_rows", "leaving", "without"]


@dataclass(frozen=True)
class Cleaned:
    """Rows after all that needs no other row.

    Attributes:
        examples: The rows that stay.
        dropped: The rows that leave, of `DROPPED_SCHEMA`.
        flags: What is told of rows, of `FLAGS_SCHEMA`.
        changes: Each change of a text.
        masked: Kind of private data -> values that were masked.
    """

    examples: pa.Table
    dropped: pa.Table
    flags: pa.Table
    changes: tuple[Change, ...]
    masked: Mapping[str, int]

    @classmethod
    def joined(cls, parts: Sequence[Cleaned]) -> Cleaned:
        """Parts of the data as one."""
        return cls(
            pa.concat_tables([part.examples for part in parts]),
            pa.concat_tables([part.dropped for part in parts]),
            pa.concat_tables([part.flags for part in parts]),
            tuple(change for part in parts for change in part.changes),
            sum((Counter(part.masked) for part in parts), Counter[str]()),
        )


def cleaned_rows(table: pa.Table, config: CleanConfig) -> Cleaned:
    """Repair the rows of a table and tell those that cannot be used.

    Raises:
        DataError: There is private data that the recipe refuses.
    """
    batch, repairs = with_html_mended(*repaired_batch(Batch.of(table), config), config)
    refuse_private(batch, config)
    masked = masked_batch(batch, config)
    changes = sorted([*repairs, *masked.changes], key=lambda one: (one.row, one.order))
    reasons = drop_reasons(masked.batch, config)
    rows = with_rules(masked.batch.current, changes)
    return Cleaned(
        examples=without(rows, reasons),
        dropped=leaving(rows, reasons),
        flags=flags(masked.batch, config),
        changes=tuple(evidence(changes, table)),
        masked=masked.values,
    )


def leaving(table: pa.Table, reasons: Mapping[int, Reason]) -> pa.Table:
    """The rows that leave, in their order, each with its reason."""
    rows = sorted(reasons)
    told, details = ([reasons[row][place] for row in rows] for place in range(2))
    return dropped_rows(table, rows, told, details)
