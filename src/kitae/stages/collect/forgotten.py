"""What a person had forgotten does not come back because a recipe names it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from kitae.core.errors import DataError
from kitae.core.hashing import file_digest
from kitae.records.forgotten import JOURNAL, ForgottenSource, forgotten_sources
from kitae.stages.collect.config import (
    CollectConfig,
    RemoteSourceConfig,
    SourceConfig,
    place_of,
)
from kitae.stages.collect.remote import remote_key
from kitae.stages.collect.sources import SourceFile, find_files
from kitae.stages.contract import Context


def refuse_forgotten(config: CollectConfig, context: Context) -> None:
    """Stop where a source of the recipe was forgotten: by what it names, or a file by its content.

    Raises:
        DataError: With the key of the recipe, and how to go on.
    """
    journal = context.journals.get(JOURNAL)
    forgotten = forgotten_sources(journal.entries()) if journal else ()
    if not forgotten:
        return
    for number, source in enumerate(config.sources):
        place = place_of(source)
        for one in forgotten:
            if place in one.places or _is_fetched_for(source, one):
                raise _error(one, place, number, "")
    _refuse_files(find_files(config, context.root, {}), forgotten)


def _is_fetched_for(source: SourceConfig | RemoteSourceConfig, one: ForgottenSource) -> bool:
    """Whether a source beyond this machine is a forgotten one, perhaps in another version."""
    if isinstance(source, SourceConfig):
        return False
    return remote_key(source) in one.pins or source.title == one.what


def _refuse_files(files: Iterable[SourceFile], forgotten: Sequence[ForgottenSource]) -> None:
    """A local file goes by the word that was forgotten, and by its content whatever its name."""
    named = {one.what: one for one in forgotten}
    contents = {
        digest: (name, one)
        for one in forgotten
        for name, digest in one.files.items()
        if digest not in one.shared
    }
    for file in files:
        if one := named.get(file.source) or named.get(file.name):
            raise _error(one, file.name, file.number, "")
        if found := contents.get(file_digest(file.path)):
            name, one = found
            raise _error(one, file.name, file.number, f": its content is that of {name!r}")


def _error(one: ForgottenSource, name: str, number: int, why: str) -> DataError:
    when = f" on {one.at[:10]}" if one.at else ""
    return DataError(
        f"The source {name!r} was forgotten{when}{why}. Its rows do not come back.",
        where=f"kitae.yaml, key `collect.sources.{number}`",
        fix="take it out of the recipe; or, if it may be used again: "
        f"`kitae forget --source {shlex.quote(one.what)} --allow-again`",
    )
