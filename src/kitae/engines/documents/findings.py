"""What could not be read in a document, said with its place and a reason; nothing is dropped silently."""

from __future__ import annotations

from typing import Literal

from kitae.core.config import Record

Rule = Literal[
    "encrypted",
    "scanned_page",
    "empty_page",
    "damaged_page",
    "picture",
    "embedded_object",
    "table_shape",
    "unmapped_text",
    "copying_not_allowed",
    "notes_left_out",
    "whole_page",
    "empty_section",
    "undecodable",
    "running_line",
    "speaks_to_model",
]


class DocumentFinding(Record):
    """One thing that was not read, or not read well. `reason.RULE` says it in words."""

    source: str
    page: int = 0
    """1-based page; 0 where there are none, or it concerns the whole document."""
    rule: Rule
    detail: str = ""
    """A number, a name or a piece of the text."""


class Finding(Record):
    """A finding before its source is known."""

    rule: Rule
    page: int = 0
    detail: str = ""

    def of(self, source: str) -> DocumentFinding:
        """The finding as it is handed on."""
        return DocumentFinding(source=source, page=self.page, rule=self.rule, detail=self.detail)
