"""The defects of instruction data: rows that are worthless are dropped, others flagged for gate and report."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from kitae.engines.defects import FIELDS, MARKS, Defect, FieldTexts, RowTexts, defects_in
from kitae.engines.language import inner_special_token
from kitae.records.columns import rows_at, strings
from kitae.stages.clean.batch import Batch
from kitae.stages.clean.config import CleanConfig, DefectTreatment

FLAGS_SCHEMA = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in ("id", "check", "evidence")]
)
"""What is told of rows that stay: the row, the check, and what it found."""


def worthless(batch: Batch, config: CleanConfig) -> dict[int, tuple[str, str]]:
    """Rows with a defect that the recipe drops: the first one of each."""
    found = _found(batch, config, "drop")
    return {row: (_reason(defects[0].check), defects[0].evidence) for row, defects in found}


def flags(batch: Batch, config: CleanConfig) -> pa.Table:
    """What is told of the rows of a batch, of those that leave too."""
    found = list(_found(batch, config, "warn"))
    ids = strings(rows_at(batch.table, [row for row, _ in found]), "id")
    rows = [
        {"id": row_id, "check": one.check, "evidence": one.evidence}
        for row_id, (_, defects) in zip(ids, found, strict=True)
        for one in defects
    ]
    return pa.Table.from_pylist(rows, schema=FLAGS_SCHEMA)


def _reason(check: str) -> str:
    """The reason code; `mojibake` is the name of the repair already."""
    return "mojibake_left" if check == "mojibake" else check


def _found(
    batch: Batch, config: CleanConfig, treatment: DefectTreatment
) -> Iterator[tuple[int, list[Defect]]]:
    checks = [name for name in MARKS if _treatment(name, config) == treatment]
    fields = [batch.fields[name] for name in FIELDS]
    texts: RowTexts = {
        name: FieldTexts(one.column, one.measures) for name, one in zip(FIELDS, fields, strict=True)
    }
    for row, defects in defects_in(texts, checks).items() if checks else ():
        wanted = [one for one in defects if not _is_wanted(one, config)]
        if wanted:
            yield row, wanted


def _treatment(check: str, config: CleanConfig) -> DefectTreatment:
    """What happens to rows with a defect; without repairs, broken encoding is left as it is."""
    treatment: DefectTreatment = getattr(config.defects, check)
    return (
        "warn" if check == "mojibake" and treatment == "drop" and not config.repair else treatment
    )


def _is_wanted(defect: Defect, config: CleanConfig) -> bool:
    """Whether it is a chat marker that the recipe keeps."""
    is_marker = inner_special_token(defect.evidence) is not None
    return is_marker and config.special_tokens_inside == "keep"
