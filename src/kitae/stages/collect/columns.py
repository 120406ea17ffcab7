"""Examples as columns, in reading order, handed on in record batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from kitae.records.example import EXAMPLES_SCHEMA, Content, content_ids
from kitae.stages.collect.drafts import Draft

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kitae.engines.texts.column import TextColumn
    from kitae.engines.texts.row_ids import RowIds

    Rows = NDArray[np.int64]

_ENOUGH = 1024
"""Rows handed on at a time: few, so that their texts are still in the caches."""
_TEXTS = ("instruction", "input", "output", "system")
_Column = Any
_arrow: Any = pa
"""Untyped: the stubs of pyarrow do not know what its arrays hold."""
Sink = Callable[[pa.RecordBatch], None]


class Origin(NamedTuple):
    """What is the same for every row of a file."""

    source: str
    side: str = ""
    licence: str = "unknown"
    terms: str = ""
    retrieved: str = ""
    place: str = ""
    """What the locator starts with, e.g. `owner/name@commit/data.jsonl, `."""


class _Plain(NamedTuple):
    """Rows that came as columns.

    Attributes:
        before: How many rows were taken one by one before them, since the last batch.
        texts: Columns of a block: instruction, input, output, system.
        rows: Which rows of the block.
        lines: The line of each.
    """

    before: int
    texts: Sequence[TextColumn]
    rows: Rows
    lines: range


@dataclass
class Columns:
    """Takes rows one by one or as columns; ids are unique over all files.

    Attributes:
        sink: Where a batch goes when it is full.
        rows: Rows handed on so far.
    """

    sink: Sink
    rows: int = 0
    _origin: Origin = field(default_factory=lambda: Origin(""))
    _contents: list[Content] = field(default_factory=list[Content])
    _places: list[int | str] = field(default_factory=list[int | str])
    _groups: dict[int, str] = field(default_factory=dict[int, str])
    _repairs: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    _plain: list[_Plain] = field(default_factory=list[_Plain])
    _num_plain: int = 0
    _ids: RowIds | None = None

    def begin(self, origin: Origin) -> None:
        """The next rows come from another file."""
        self.flush()
        self._origin = origin

    def add(self, draft: Draft, place: str, repairs: tuple[str, ...]) -> None:
        """Take a row with what was mended in it; its texts can all be written as UTF-8."""
        at = len(self._places)
        if draft.group:
            self._groups[at] = draft.group
        if repairs:
            self._repairs[at] = repairs
        self.take(draft[:5], place)

    def take(self, content: Content, place: int | str) -> None:
        """Take a row.

        Args:
            content: Its texts, which can all be written as UTF-8.
            place: Its line, or another name for where it is.
        """
        self._contents.append(content)
        self._places.append(place)
        if len(self._places) >= _ENOUGH:
            self.flush()

    def take_plain(self, texts: Sequence[TextColumn], rows: Rows, lines: range) -> None:
        """Take rows that have nothing but these texts.

        Args:
            texts: Columns of instructions, inputs, outputs and system texts.
            rows: Which rows of the columns.
            lines: The line of each.
        """
        self._plain.append(_Plain(len(self._places), texts, rows, lines))
        self._num_plain += len(rows)

    def flush_full(self) -> None:
        """Hand on what was taken when it is enough for a batch."""
        if len(self._places) + self._num_plain >= _ENOUGH:
            self.flush()

    def flush(self) -> None:
        """Hand on what was taken."""
        if not (self._places or self._plain):
            return
        self.sink(self._batch())
        self.rows += len(self._places) + self._num_plain
        self._contents, self._places, self._groups, self._repairs = [], [], {}, {}
        self._plain, self._num_plain = [], 0

    @property
    def rows_taken(self) -> int:
        """Rows taken so far, those not handed on yet included."""
        return self.rows + len(self._places) + self._num_plain

    def _batch(self) -> pa.RecordBatch:
        order = _order(self._plain, len(self._places))
        single: list[int] = (order < len(self._places)).nonzero()[0].tolist()
        count = len(order)
        made = {name: _arrow.repeat(text, count) for name, text in _constants(self._origin).items()}
        made |= self._texts_and_ids(order)
        made["locator"] = _strings(_locators(self._origin.place, self._all_places(single, count)))
        made["group"] = _sparse({single[at]: group for at, group in self._groups.items()}, count)
        history = {single[at]: said[4] for at, said in enumerate(self._contents) if said[4]}
        made["history"] = _rounds(history, count)
        made["parents"] = _lists({}, count)
        made["repairs"] = _lists({single[at]: names for at, names in self._repairs.items()}, count)
        return _arrow.RecordBatch.from_arrays(
            [made[name] for name in EXAMPLES_SCHEMA.names], schema=EXAMPLES_SCHEMA
        )

    def _texts_and_ids(self, order: Rows) -> dict[str, _Column]:
        """The columns of texts, and their ids."""
        import numpy as np

        from kitae.engines.texts.row_ids import RowIds, content_keys, key_of

        blocks = _blocks(self._plain)
        keys = [np.array([key_of(one) for one in content_ids(self._contents)], np.uint64)]
        keys += [content_keys(block) for block in blocks]
        self._ids = self._ids or RowIds()
        made = {"id": self._ids.give(np.concatenate(keys)[order]).to_arrow()}
        for i, name in enumerate(_TEXTS):
            parts = [_strings([content[i] for content in self._contents])]  # type: ignore[misc]
            parts += [block[i].to_arrow() for block in blocks]
            made[name] = _arrow.concat_arrays(parts).take(_arrow.array(order))
        return made

    def _all_places(self, single: Sequence[int], count: int) -> list[int | str]:
        """Where each row is, in order."""
        if len(single) == count:
            return self._places
        lines = [line for part in self._plain for line in part.lines]
        for at, place in zip(single, self._places, strict=True):
            lines.insert(at, place)  # pyright: ignore[reportArgumentType]
        return lines  # pyright: ignore[reportReturnType]


def _blocks(plain: Sequence[_Plain]) -> list[Sequence[TextColumn]]:
    """The blocks that the rows are from, in order."""
    return list({id(part.texts): part.texts for part in plain}.values())


def _order(plain: Sequence[_Plain], num_single: int) -> Rows:
    """The rows in reading order; those taken one by one come first in number, then those of each block."""
    import numpy as np

    starts: dict[int, int] = {}
    end = num_single
    for block in _blocks(plain):
        starts[id(block)] = end
        end += len(block[0])
    found = [np.zeros(0, np.int64)]
    done = 0
    for part in plain:
        found += [np.arange(done, part.before), starts[id(part.texts)] + part.rows]
        done = part.before
    return np.concatenate([*found, np.arange(done, num_single)])


def _constants(origin: Origin) -> dict[str, str]:
    """The columns that are the same for all rows of a file."""
    return {
        "side": origin.side,
        "origin": "original",
        "source": origin.source,
        "licence": origin.licence,
        "terms": origin.terms,
        "retrieved": origin.retrieved,
        "language": "",
        "review": "",
    }


def _locators(start: str, places: list[int | str]) -> list[str]:
    line = f"{start}line "
    return [f"{line}{p}" if type(p) is int else f"{start}{p}" for p in places]


def _strings(values: Sequence[str]) -> _Column:
    return _arrow.array(values, pa.string())


def _sparse(values: Mapping[int, str], count: int) -> _Column:
    """A column of texts, most of them empty."""
    if not values:
        return _arrow.repeat("", count)
    return _strings([values.get(place, "") for place in range(count)])


def _lists(values: Mapping[int, tuple[str, ...]], count: int) -> _Column:
    """A column of lists of texts, most of them empty."""
    if values:
        rows = [values.get(place, ()) for place in range(count)]
        return _arrow.array(rows, pa.list_(pa.string()))
    return _arrow.ListArray.from_arrays(_zeros(count), _arrow.array([], pa.string()))


def _rounds(history: Mapping[int, Sequence[Sequence[str]]], count: int) -> _Column:
    """The column of earlier rounds, most of them empty."""
    schema: Any = EXAMPLES_SCHEMA
    kind = schema.field("history").type
    if not history:
        empty = _arrow.array([], kind.value_type)
        return _arrow.ListArray.from_arrays(_zeros(count), empty, type=kind)
    rows = [
        [{"instruction": asked, "answer": told} for asked, told in history.get(place, ())]
        for place in range(count)
    ]
    return _arrow.array(rows, kind)


def _zeros(count: int) -> _Column:
    return _arrow.repeat(_arrow.scalar(0, _arrow.int32()), count + 1)
