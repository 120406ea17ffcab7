"""Parquet and Arrow -> rows."""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from kitae.core.errors import DataError
from kitae.engines.reading.packed import FREE_BYTES, MAX_RATIO, MAX_UNPACKED_BYTES
from kitae.engines.reading.rows import Format, RawRow, Reading, RowPlaces, showable
from kitae.engines.reading.tables import no_rows

if TYPE_CHECKING:
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
_FILE_MAGIC = b"ARROW1"
_STREAM_MAGIC = b"\xff\xff\xff\xff"
_FEATHER_MAGIC = b"FEA1"
_BATCH_ROWS = 4096
_SPELLED_OUT = 10
"""A long text that repeats in a column is stored once: 10 times `MAX_RATIO` is still sound."""
_RECORD_BATCH = 3
_DICTIONARY_BATCH = 2
_BUFFER_BYTES = 16


def is_arrow(data: bytes) -> bool:
    """Whether bytes are an Arrow file or stream, or a Feather file."""
    return data.startswith((_FILE_MAGIC, _STREAM_MAGIC, _FEATHER_MAGIC))


def read_parquet(data: bytes, source: str) -> Reading:
    """All rows of a Parquet file.

    Raises:
        DataError: The file is damaged, a trap when unpacked, or has no rows.
    """
    import pyarrow.parquet as pq

    with _damage_told("Parquet", source):
        parquet = pq.ParquetFile(pa.BufferReader(data))
        unpacked = sum(size for _, _, size in _chunks(parquet))
        _check_growth(unpacked, len(data), source)
        repeated = _maybe_repeated(parquet)
        if repeated:
            parquet = pq.ParquetFile(pa.BufferReader(data), read_dictionary=repeated)
        names = parquet.schema_arrow.names
        return _reading("parquet", parquet.iter_batches(_BATCH_ROWS), names, source, len(data))


def read_arrow(data: bytes, source: str) -> Reading:
    """All rows of an Arrow file or stream (Feather too).

    Raises:
        DataError: The file is damaged, a trap when unpacked, or has no rows.
    """
    with _damage_told("Arrow", source):
        if data.startswith(_FEATHER_MAGIC):
            raise DataError(
                f"The file {source!r} is Feather of the first version, which is no longer written.",
                where=source,
                fix="read it where it was written and save it as Parquet",
            )
        is_file = data.startswith(_FILE_MAGIC)
        _check_growth(_announced_bytes(data[8:] if is_file else data), len(data), source)
        if is_file:
            reader = pa.ipc.open_file(pa.BufferReader(data))
            batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
            return _reading("arrow", batches, reader.schema.names, source, len(data))
        stream = pa.ipc.open_stream(pa.BufferReader(data))
        return _reading("arrow", iter(stream), stream.schema.names, source, len(data))


def _reading(
    kind: Format, batches: Iterator[pa.RecordBatch], names: list[str], source: str, size: int
) -> Reading:
    rows: list[RawRow] = []
    total = 0
    for batch in batches:
        for start in range(0, batch.num_rows, _BATCH_ROWS):
            piece = batch.slice(start, _BATCH_ROWS)
            total += sum(_spelled_bytes(column) for column in piece.columns)
            _check_growth(total, _SPELLED_OUT * size, source)
            for values in piece.to_pylist():
                number = len(rows) + 1
                rows.append(RawRow(values, number, number, number))
    if not rows:
        raise no_rows(source)
    places = RowPlaces(lambda line: showable(str(rows[line - 1].values)))
    return Reading(kind, rows, [], [], places, tuple(names))


def _spelled_bytes(column: pa.Array) -> int:
    """Bytes of a column when every value is written out; a dictionary's values stand many times."""
    import pyarrow.compute as pc

    if not isinstance(column, pa.DictionaryArray):
        return column.nbytes
    values = column.dictionary
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return column.nbytes
    lengths = pc.call_function("binary_length", [values]).take(column.indices)
    return int(pc.sum(lengths.cast(pa.int64())).as_py() or 0)


def _chunks(parquet: pq.ParquetFile) -> Iterator[tuple[str, int, int]]:
    """Top-level column, values and unpacked bytes of every chunk."""
    metadata = parquet.metadata
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for index in range(row_group.num_columns):
            chunk = row_group.column(index)
            yield chunk.path_in_schema, chunk.num_values, chunk.total_uncompressed_size


def _maybe_repeated(parquet: pq.ParquetFile) -> list[str]:
    """Text columns that could grow without bound when each repetition is written out."""
    texts = {f.name for f in parquet.schema_arrow if pa.types.is_string(f.type)}
    return sorted(
        {n for n, count, size in _chunks(parquet) if n in texts and count * size > FREE_BYTES * 16}
    )


def _announced_bytes(data: bytes) -> int:
    """Bytes that all buffers of an Arrow stream say they unpack to."""
    total = 0
    messages = pa.ipc.MessageReader.open_stream(pa.BufferReader(data))
    while total <= MAX_UNPACKED_BYTES:
        try:
            message = messages.read_next_message()
        except StopIteration:
            break
        if message.type in ("record batch", "dictionary"):
            total += _announced_by(message.metadata.to_pybytes(), message.body)
    return total


def _announced_by(metadata: bytes, body: Any) -> int:  # noqa: ANN401
    """Unpacked bytes of one batch: each packed buffer starts with its length when unpacked."""
    root = _offset(metadata, 0)
    header_type = metadata[_field(metadata, root, 1)]
    batch = _pointer(metadata, _field(metadata, root, 2))
    if header_type == _DICTIONARY_BATCH:
        batch = _pointer(metadata, _field(metadata, batch, 1))
    elif header_type != _RECORD_BATCH:
        return 0
    if not _field(metadata, batch, 3):
        return body.size
    vector = _pointer(metadata, _field(metadata, batch, 2))
    total = 0
    for number in range(_offset(metadata, vector)):
        place, length = struct.unpack_from("<qq", metadata, vector + 4 + number * _BUFFER_BYTES)
        if length >= 8:
            announced = struct.unpack("<q", body.slice(place, 8).to_pybytes())[0]
            total += max(announced, length - 8)
    return total


def _offset(data: bytes, place: int) -> int:
    return struct.unpack_from("<I", data, place)[0]


def _pointer(data: bytes, place: int) -> int:
    return place + _offset(data, place)


def _field(data: bytes, table: int, number: int) -> int:
    """Where a field of a FlatBuffers table stands; 0 where it is left out."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    size = struct.unpack_from("<H", data, vtable)[0]
    entry = 4 + 2 * number
    if entry + 2 > size:
        return 0
    relative = struct.unpack_from("<H", data, vtable + entry)[0]
    return table + relative if relative else 0


def _check_growth(unpacked: int, packed: int, source: str) -> None:
    if unpacked > MAX_UNPACKED_BYTES or (unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed):
        raise DataError(
            f"The file {source!r} unpacks to {unpacked / 2**30:.1f} GiB, far beyond its size.",
            where=source,
            fix="if you trust it, write it again without packing, in several files",
        )


@contextmanager
def _damage_told(kind: str, source: str) -> Generator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, struct.error, IndexError, ValueError) as error:
        raise DataError(
            f"The {kind} file {source!r} is damaged: {str(error)[:120]}.",
            where=source,
            fix="copy or download it again",
        ) from error
