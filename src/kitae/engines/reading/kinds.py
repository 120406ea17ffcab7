"""What a file is for, told by its name and its first bytes: rows, documents, or neither."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal

Kind = Literal["rows", "documents"]

ROW_SUFFIXES = (
    *(".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xlsx", ".xlsm"),
    *(".parquet", ".pq", ".arrow", ".feather", ".ipc"),
)
DOCUMENT_SUFFIXES = (
    *(".txt", ".text", ".md", ".markdown", ".mdx", ".html", ".htm", ".xhtml"),
    *(".pdf", ".docx", ".docm", ".epub"),
)

_NOISE_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_SPLIT_NAME = re.compile(r"[\s_.-]+")
_ABOUT = ("readme", "license", "licence", "copying", "notice", "changelog", "citation")
_ABOUT_FILES = frozenset(
    {
        *("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"),
        *("dataset-metadata.json", "croissant.json", "metadata.json", "package.json"),
        *("package-lock.json", "config.json", "requirements.txt", "robots.txt"),
    }
)
_LEGAL = ("license", "licence", "copying", "notice")
_JSON_START = re.compile(rb"[\s\xef\xbb\xbf]*(?:\{|\[\s*[\[{])")


def is_noise(name: str) -> bool:
    """Whether a file or a folder above it is hidden or made by an operating system."""
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "~$")) or part.lower() in _NOISE_NAMES for part in parts)


def is_about_the_data(name: str) -> bool:
    """Whether a file speaks about the data beside it (a card, a manifest) and is no data itself."""
    path = PurePosixPath(name)
    return path.name.lower() in _ABOUT_FILES or _first_word(path) in _ABOUT


def is_legal(name: str) -> bool:
    """Whether a file is the text of a licence."""
    return _first_word(PurePosixPath(name)) in _LEGAL


def kind_of(name: str, head: bytes) -> Kind | None:
    """What a file holds; None for what Kitae does not read.

    Args:
        name: Without the suffix of a packing.
        head: Its first bytes, at least a few hundred; may be all of it.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".txt", ".text", ""):
        return _kind_of_text(head, has_suffix=bool(suffix))
    if suffix in ROW_SUFFIXES:
        return "rows"
    return "documents" if suffix in DOCUMENT_SUFFIXES else None


def _kind_of_text(head: bytes, *, has_suffix: bool) -> Kind | None:
    if _JSON_START.match(head):
        return "rows"
    if has_suffix:
        return "documents"
    return "documents" if head.startswith(b"%PDF") else None


def _first_word(path: PurePosixPath) -> str:
    return _SPLIT_NAME.split(path.name.lower())[0]
