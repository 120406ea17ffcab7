"""Examples as columns, in reading order, handed on in record batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from kitae.records.example import EXAMPLES_SCHEMA, Content, content_ids
from kitae.stages.collect.drafts import Draft

_ENOUGH = 1024
"""Rows handed on at a time: few, so that their texts are still in the caches."""
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


@dataclass
class Columns:
    """Takes rows one by one; ids are unique over all files.

    Attributes:
        sink: Where a batch goes when it is full.
        rows: Rows handed on so far.
        contents: Rows taken since; those who have many of them may append here, and then `flush_full`.
        places: For each of them its line, or another name for where it is.
    """

    sink: Sink
    rows: int = 0
    _origin: Origin = field(default_factory=lambda: Origin(""))
    contents: list[Content] = field(default_factory=list[Content])
    places: list[int | str] = field(default_factory=list[int | str])
    _groups: dict[int, str] = field(default_factory=dict[int, str])
    _repairs: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    _ids: set[str] = field(default_factory=set[str])
    _times: dict[str, int] = field(default_factory=dict[str, int])

    def begin(self, origin: Origin) -> None:
        """The next rows come from another file."""
        self.flush()
        self._origin = origin

    def add(self, draft: Draft, place: str, repairs: tuple[str, ...]) -> None:
        """Take a row with what was mended in it; its texts can all be written as UTF-8."""
        at = len(self.places)
        if draft.group:
            self._groups[at] = draft.group
        if repairs:
            self._repairs[at] = repairs
        self.contents.append(draft[:5])
        self.places.append(place)
        self.flush_full()

    def flush_full(self) -> None:
        """Hand on what was taken when it is enough for a batch."""
        if len(self.places) >= _ENOUGH:
            self.flush()

    def flush(self) -> None:
        """Hand on what was taken."""
        if not self.places:
            return
        self.sink(self._batch())
        self.rows += len(self.places)
        self.contents, self.places = [], []
        self._groups, self._repairs = {}, {}

    @property
    def rows_taken(self) -> int:
        """Rows taken so far, those not handed on yet included."""
        return self.rows + len(self.places)

    def _batch(self) -> pa.RecordBatch:
        origin, count = self._origin, len(self.places)
        instruction, input_text, output, system, history = zip(*self.contents, strict=True)
        filled = {
            "id": self._numbered(content_ids(self.contents)),
            "instruction": instruction,
            "input": input_text,
            "output": output,
            "system": system if any(system) else "",
            "group": _sparse(self._groups, count, ""),
            "side": origin.side,
            "origin": "original",
            "source": origin.source,
            "locator": _locators(origin.place, self.places),
            "licence": origin.licence,
            "terms": origin.terms,
            "retrieved": origin.retrieved,
            "language": "",
            "review": "",
        }
        made = {name: _strings(values, count) for name, values in filled.items()}
        made["history"] = _rounds(history, count)
        made["parents"] = _lists({}, count)
        made["repairs"] = _lists(self._repairs, count)
        return _arrow.RecordBatch.from_arrays(
            [made[name] for name in EXAMPLES_SCHEMA.names], schema=EXAMPLES_SCHEMA
        )

    def _numbered(self, plain: list[str]) -> list[str]:
        """Ids that are unique: the second row of a content gets `-2`, and so on."""
        known, times = self._ids, self._times
        for place, name in enumerate(plain):
            if name in known:
                times[name] = times.get(name, 1) + 1
                plain[place] = f"{name}-{times[name]}"
            else:
                known.add(name)
        return plain


def _locators(start: str, places: list[int | str]) -> list[str]:
    line = f"{start}line "
    return [f"{line}{p}" if type(p) is int else f"{start}{p}" for p in places]


def _strings(values: Sequence[str], count: int) -> _Column:
    """A column of texts; a single text stands for a column of it."""
    if isinstance(values, str):
        return _arrow.repeat(values, count)
    return _arrow.array(values, pa.string())


def _sparse(values: dict[int, str], count: int, rest: str) -> Sequence[str]:
    return [values.get(place, rest) for place in range(count)] if values else rest


def _lists(values: dict[int, tuple[str, ...]], count: int) -> _Column:
    """A column of lists of texts, most of them empty."""
    rows = [values.get(place, ()) for place in range(count)] if values else ()
    if rows:
        return _arrow.array(rows, pa.list_(pa.string()))
    return _arrow.ListArray.from_arrays(_zeros(count), _arrow.array([], pa.string()))


def _rounds(history: Sequence[Sequence[Sequence[str]]], count: int) -> _Column:
    """The column of earlier rounds."""
    schema: Any = EXAMPLES_SCHEMA
    kind = schema.field("history").type
    if not any(history):
        empty = _arrow.array([], kind.value_type)
        return _arrow.ListArray.from_arrays(_zeros(count), empty, type=kind)
    rows = [[{"instruction": asked, "answer": told} for asked, told in said] for said in history]
    return _arrow.array(rows, kind)


def _zeros(count: int) -> _Column:
    return _arrow.repeat(_arrow.scalar(0, _arrow.int32()), count + 1)
