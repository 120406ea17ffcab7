"""JSON and JSONL -> rows, all of a file at once.

Two ways through a file give the same rows: line by line (JSONL in UTF-8, orjson), and as one text (arrays,
objects one after another, other encodings). A line that orjson refuses is read the second way.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from kitae.engines.reading.encodings import Decoded
from kitae.engines.reading.json_lines import JsonLines, is_lines
from kitae.engines.reading.json_text import TextReader
from kitae.engines.reading.roles import role_of
from kitae.engines.reading.rows import BytePlaces, Findings, RawRow, Reading, TextPlaces

_NO_WRAPPERS = (
    "conversations",
    "conversation",
    "messages",
    "dialog",
    "dialogue",
    "instances",
    "turns",
)


def read_json(decoded: Decoded, data: bytes, source: str) -> Reading:
    """All rows of a JSON or JSONL file.

    Args:
        decoded: The text.
        data: The bytes it came from; used where they are UTF-8.
        source: Name of the source, for the evidence.
    """
    is_utf8 = decoded.encoding in ("utf-8", "utf-8-sig")
    body = data[decoded.mark_bytes :] if is_utf8 else b""
    if is_utf8 and is_lines(body):
        places = BytePlaces(body, decoded.mark_bytes)
        findings = Findings(source, places)
        lines = JsonLines(BytesIO(body), findings, places)
        rows, format_name = list(lines.rows()), "jsonl"
    else:
        places = TextPlaces(
            decoded.text,
            decoded.encoding,
            first_offset=decoded.mark_bytes,
            num_bytes=decoded.num_bytes,
        )
        findings = Findings(source, places)
        reader = TextReader(findings)
        reader.read_text(decoded.text)
        rows, format_name = reader.rows, "jsonl" if reader.has_no_array else "json"
    rows = _unwrapped(rows, findings)
    return Reading(
        format=format_name,
        rows=rows,
        broken=findings.broken,
        repairs=findings.repairs,
        places=places,
        columns=_columns(rows),
        encoding=decoded.encoding,
        is_guess=decoded.is_guess,
        confidence=decoded.confidence,
    )


def _unwrapped(rows: list[RawRow], findings: Findings) -> list[RawRow]:
    """A single object that only holds the list of rows, e.g. {"data": [...]}, is that list."""
    if len(rows) != 1 or findings.broken or any(map(role_of, rows[0].values)):
        return rows
    outer = rows[0]
    lists = [(key, v) for key, v in outer.values.items() if _is_row_list(v)]
    if len(lists) != 1 or role_of(lists[0][0]) or lists[0][0] in _NO_WRAPPERS:
        return rows
    key, inner = lists[0]
    findings.repaired("wrapped_rows", outer.position, key)
    return [RawRow(values, n, outer.line, outer.position) for n, values in enumerate(inner, 1)]


def _is_row_list(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _columns(rows: list[RawRow]) -> tuple[str, ...]:
    shapes = dict.fromkeys(tuple(row.values) for row in rows)
    return tuple(dict.fromkeys(name for shape in shapes for name in shape))
