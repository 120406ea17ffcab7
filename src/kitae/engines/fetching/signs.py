"""Signs of instructions to a model in fetched documents: looked for where they arrive, never obeyed."""

from __future__ import annotations

from pathlib import Path

from kitae.engines.fetching.web.injection import injection_signs

_TEXTS = (".txt", ".text", ".md", ".markdown", ".mdx", ".html", ".htm", ".xhtml")
_MOST_BYTES = 4_000_000
"""What `injection_signs` looks at, at most, in bytes."""


def signs_in_document(path: Path) -> tuple[str, ...]:
    """The signs in a document of text; none for other kinds, whose texts are looked at when they are read."""
    if path.suffix.lower() not in _TEXTS:
        return ()
    with path.open("rb") as stream:
        return injection_signs(stream.read(_MOST_BYTES).decode("utf-8", "replace"))
