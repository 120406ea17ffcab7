"""Sources that a person had removed with all that came of them: the journal `forgotten`.

What was forgotten stays out until somebody says otherwise: an entry `allowed` lets it be named again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kitae.core.config import Record

JOURNAL = "forgotten"
BEGUN, DONE, ALLOWED = "begun", "done", "allowed"


class ForgottenSource(Record):
    """A source that is to stay out."""

    what: str
    """As the person named it."""
    names: tuple[str, ...]
    """What its rows and files were called."""
    places: tuple[str, ...] = ()
    """Paths and addresses that the recipe named for it, e.g. `data/a.csv` or `hub:owner/name`."""
    pins: tuple[str, ...] = ()
    """Keys of what was fetched for it."""
    files: Mapping[str, str] = {}
    """Name of each file -> sha256 of its content."""
    shared: tuple[str, ...] = ()
    """Those of these hashes that another source had too, which stayed."""
    at: str = ""
    """When; ISO 8601 in UTC."""

    def is_called(self, name: str) -> bool:
        """Whether a word names it."""
        return name in (self.what, *self.names, *self.places)


def begun_forgetting(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The forgetting that was begun last and not ended; None when there is none."""
    begun: dict[str, Any] | None = None
    for entry in entries:
        if entry["state"] != ALLOWED:
            begun = dict(entry) if entry["state"] == BEGUN else None
    return begun


def forgotten_sources(entries: Iterable[Mapping[str, Any]]) -> tuple[ForgottenSource, ...]:
    """The sources that stay out, oldest first.

    Args:
        entries: Of the journal, oldest first; one that was begun counts from its `done` on.
    """
    standing: list[ForgottenSource] = []
    begun: Mapping[str, Any] | None = None
    for entry in entries:
        if entry["state"] == BEGUN:
            begun = entry
        elif entry["state"] == DONE and begun is not None:
            standing.append(_source(begun))
            begun = None
        elif entry["state"] == ALLOWED:
            standing = [one for one in standing if not one.is_called(str(entry["what"]))]
    return tuple(standing)


def _source(entry: Mapping[str, Any]) -> ForgottenSource:
    known = {name: entry[name] for name in ForgottenSource.model_fields if name in entry}
    return ForgottenSource.model_validate(known)
