"""The Document: text that examples can be made from, with the place it stands in."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from kitae.core.config import Record
from kitae.core.hashing import digest


class Document(Record):
    """One section of a document, or a whole one where it has no headings."""

    id: str
    """First 16 hex digits of the sha256 of source, locator and text."""
    text: str
    title: str = ""
    heading: tuple[str, ...] = ()
    """Headings above this text, outermost first."""
    page: int = 0
    """1-based page for paged formats; 0 where there are none."""
    source: str = ""
    locator: str = ""
    licence: str = "unknown"
    terms: str = ""
    retrieved: str = ""
    """ISO 8601 time for what was fetched; empty for local files."""


DOCUMENTS_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("heading", pa.list_(pa.string()), nullable=False),
        pa.field("page", pa.int32(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("locator", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("terms", pa.string(), nullable=False),
        pa.field("retrieved", pa.string(), nullable=False),
    ]
)


def document_id(source: str, locator: str, text: str) -> str:
    """The id of a document's content and place: 16 hex digits."""
    return digest([source, locator, text])[:16]


def documents_table(documents: Iterable[Document]) -> pa.Table:
    """Documents as one Arrow table of `DOCUMENTS_SCHEMA`; none give an empty table."""
    return pa.Table.from_pylist([d.model_dump() for d in documents], schema=DOCUMENTS_SCHEMA)
