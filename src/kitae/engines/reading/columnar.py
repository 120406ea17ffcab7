"""Parquet -> rows."""

from __future__ import annotations

import pyarrow as pa

from kitae.core.errors import DataError
from kitae.engines.reading.rows import RawRow, Reading, RowPlaces, showable
from kitae.engines.reading.tables import no_rows

MAGIC = b"PAR1"


def read_parquet(data: bytes, source: str) -> Reading:
    """All rows of a Parquet file.

    Raises:
        DataError: The file is damaged or has no rows.
    """
    import pyarrow.parquet as pq

    rows: list[RawRow] = []
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data))
        columns = tuple(parquet.schema_arrow.names)
        for batch in parquet.iter_batches():
            for values in batch.to_pylist():
                number = len(rows) + 1
                rows.append(RawRow(values, number, number, number))
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"The Parquet file {source!r} is damaged: {str(error)[:120]}.",
            where=source,
            fix="copy or download it again",
        ) from error
    if not rows:
        raise no_rows(source)
    places = RowPlaces(lambda line: showable(str(rows[line - 1].values)))
    return Reading("parquet", rows, [], [], places, columns)
