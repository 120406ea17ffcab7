"""Tables of rows, by column: the few things that stages do with them, in numpy's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kitae.records.example import DROPPED_SCHEMA, EXAMPLES_SCHEMA

_arrow: Any = pa
_compute: Any = pc


def strings(table: pa.Table, name: str) -> list[str]:
    """The texts of a column."""
    return cast("list[str]", table[name].to_pylist())


def texts_at(texts: Iterable[str], places: NDArray[np.int64]) -> pa.Array[Any]:
    """For each place, the text that stands there in a list."""
    found: Any = string_array(texts).take(cast("Any", pa.array(places)))
    return cast("pa.Array[Any]", found)


def string_array(texts: Iterable[str]) -> pa.Array[Any]:
    """Texts as an Arrow array."""
    return cast("pa.Array[Any]", pa.array(list(texts), pa.string()))


def codes(table: pa.Table, name: str) -> tuple[NDArray[np.int64], list[str]]:
    """A column of few different texts: the place of each row's text in the list that comes with it."""
    column: Any = table[name]
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = cast("Any", encoded).combine_chunks()
    places: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return places, cast("list[str]", encoded.dictionary.to_pylist())


def equals(table: pa.Table, name: str, text: str) -> NDArray[np.bool_]:
    """Which rows have this text in a column."""
    return np.asarray(_compute.equal(table[name], text).to_numpy(), np.bool_)


def is_among(table: pa.Table, name: str, texts: Iterable[str]) -> NDArray[np.bool_]:
    """Which rows have one of these texts in a column."""
    return np.asarray(_compute.is_in(table[name], string_array(texts)).to_numpy(), np.bool_)


def list_lengths(table: pa.Table, name: str) -> NDArray[np.int64]:
    """How many items each row's list has."""
    return np.asarray(_compute.list_value_length(table[name]).to_numpy(), np.int64)


def characters(texts: pa.Array[Any] | pa.ChunkedArray[Any]) -> int:
    """Characters of all texts together."""
    return int(_compute.sum(_compute.utf8_length(texts)).as_py() or 0)


def rows_at(table: pa.Table, rows: NDArray[np.int64] | Sequence[int]) -> pa.Table:
    """Some rows, in the given order."""
    return table.take(cast("Any", pa.array(np.asarray(rows, np.int64))))


def rows_where(table: pa.Table, keep: NDArray[np.bool_]) -> pa.Table:
    """The rows that a mask keeps."""
    return table if bool(keep.all()) else table.filter(cast("Any", pa.array(keep)))


def with_column(table: pa.Table, name: str, texts: pa.Array[Any]) -> pa.Table:
    """The table with one of its columns replaced."""
    schema: Any = table.schema
    place = table.schema.get_field_index(name)
    return table.set_column(place, schema.field(place), texts)


def examples_of(table: pa.Table) -> pa.Table:
    """The columns of an example alone, e.g. of a table of dropped rows."""
    return table.select(EXAMPLES_SCHEMA.names)


def dropped_rows(
    table: pa.Table,
    rows: NDArray[np.int64] | Sequence[int],
    reasons: Sequence[str],
    details: Sequence[str],
) -> pa.Table:
    """Some rows as a table of `DROPPED_SCHEMA`, each with its reason and the evidence."""
    gone = rows_at(examples_of(table), rows)
    columns: Any = [*gone.columns, string_array(reasons), string_array(details)]
    return pa.Table.from_arrays(columns, schema=DROPPED_SCHEMA)


def counted(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Every combination of values in some columns and how many rows have it, sorted."""
    grouped: Any = table.group_by(list(names))
    found = grouped.aggregate([([], "count_all")]).to_pylist()
    return sorted((*(row[name] for name in names), row["count_all"]) for row in found)


def number_of_different(table: pa.Table, name: str, where_empty: str) -> int:
    """Different texts in a column; an empty one counts as the row's text in another column."""
    column: Any = _compute.if_else(_compute.equal(table[name], ""), table[where_empty], table[name])
    return len(column.unique())


def one_array(column: Any) -> Any:  # noqa: ANN401
    """A chunked column in one piece."""
    whole: Any = column.combine_chunks()
    return _arrow.concat_arrays(whole.chunks) if isinstance(whole, _arrow.ChunkedArray) else whole


def rounds_of(table: pa.Table) -> Any:  # noqa: ANN401
    """The earlier rounds of all rows, one after another: an array of instruction and answer."""
    return one_array(table["history"]).flatten()


def paired_history(table: pa.Table) -> pa.Array[Any]:
    """The earlier rounds of each row as lists of [question, answer]."""
    rounds = rounds_of(table)
    number = len(rounds)
    both: Any = pa.concat_arrays([rounds.field("instruction"), rounds.field("answer")])
    order = np.stack([np.arange(number), np.arange(number) + number], axis=1).ravel()
    pairs = _lists(np.arange(0, 2 * number + 1, 2), both.take(pa.array(order)))
    lengths = list_lengths(table, "history")
    return _lists(np.r_[0, np.cumsum(lengths)], pairs)


def _lists(offsets: NDArray[np.int64], values: pa.Array[Any]) -> pa.Array[Any]:
    starts: Any = pa.array(offsets.astype(np.int32), pa.int32())
    lists: Any = pa.ListArray
    return cast("pa.Array[Any]", lists.from_arrays(starts, values))
