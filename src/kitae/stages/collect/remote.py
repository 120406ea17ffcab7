"""Sources beyond this machine: pinned once, fetched once, kept in the journal `sources`.

The journal says which version was taken and what came of it; the files lie in `.kitae/sources/` and can be
fetched again. With both there, nothing is asked of anybody. An entry `refresh` gives a pin up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from kitae.core.errors import DataError, DependencyError, NotFoundError
from kitae.core.hashing import digest, file_digest
from kitae.core.text import Message
from kitae.records.journal import Journal
from kitae.records.source import Fetched, FetchedFile, Pin
from kitae.stages.collect.config import CollectConfig, RemoteSourceConfig, SourceConfig
from kitae.stages.contract import Context

JOURNAL = "sources"
FOLDER = Path(".kitae") / "sources"
_SHOWN = 3


def remote_sources(config: CollectConfig) -> Iterator[RemoteSourceConfig]:
    """The sources of the recipe that have to be fetched."""
    for source in config.sources:
        if not isinstance(source, SourceConfig):
            yield source


def remote_key(source: RemoteSourceConfig) -> str:
    """What is fetched, in 16 hex digits: what is done with it afterwards does not count."""
    return digest([source.KIND, source.remote.model_dump(mode="json", exclude_defaults=True)])[:16]


def remote_folder(root: Path, source: RemoteSourceConfig, pin: Pin) -> Path:
    """Where the files of a pinned source lie."""
    return root / FOLDER / f"{source.KIND}-{remote_key(source)}-{digest(pin.revision)[:12]}"


def fetched_sources(journal: Journal) -> dict[str, Fetched]:
    """What was fetched, by `remote_key`: the last entry of each that was not given up."""
    found: dict[str, Fetched] = {}
    for entry in journal.entries():
        if "fetched" in entry:
            found[entry["source"]] = Fetched.model_validate(entry["fetched"])
        else:
            found.pop(entry["source"], None)
    return found


def bring_sources(config: CollectConfig, context: Context) -> None:
    """Pin what is new, and fetch what is not on this disk; nothing is asked when all is there.

    What was forgotten is refused before anybody is asked for it.

    Raises:
        NetworkError: A source cannot be reached, or wants credentials.
        NotFoundError: It is not there; or offline, and not on this disk.
        DataError: A source was forgotten, or a file that has to be fetched again is not what it was.
    """
    from kitae.stages.collect.forgotten import refuse_forgotten

    refuse_forgotten(config, context)
    journal = context.journals[JOURNAL] if any(remote_sources(config)) else None
    for source in remote_sources(config):
        assert journal is not None
        known = fetched_sources(journal).get(remote_key(source))
        if known is None:
            journal.append([_entry(source, _bring(source, None, context), context)])
        elif not _is_there(known, remote_folder(context.root, source, known.pin)):
            _check_same(source, known, _bring(source, known.pin, context))


def refresh_entries(config: CollectConfig, name: str, now: str) -> list[dict[str, object]]:
    """The entries of the journal that give up the pin of a source.

    Raises:
        NotFoundError: No remote source has that name.
    """
    titles = [source.title for source in remote_sources(config)]
    named = [source for source in remote_sources(config) if source.title == name]
    if not named:
        known = ", ".join(titles) or "none: this project has local files only"
        raise NotFoundError(f"No remote source is called {name!r}.", fix=f"use one of: {known}")
    return [{"source": remote_key(source), "refresh": True, "at": now} for source in named]


def remote_facts(config: CollectConfig, known: Mapping[str, Fetched]) -> dict[str, str]:
    """Each remote source's version and content in one hash; `not fetched` before the first run."""
    facts: dict[str, str] = {}
    for source in remote_sources(config):
        found = known.get(remote_key(source))
        value = digest(found.model_dump(mode="json")) if found else "not fetched"
        facts[f"source {source.title} {remote_key(source)}"] = value
    return facts


def remote_notes(config: CollectConfig, known: Mapping[str, Fetched]) -> Iterator[Message]:
    """What a person should know about what was not fetched."""
    for source in remote_sources(config):
        found = known.get(remote_key(source))
        if found is None or not found.refused:
            continue
        times = Counter(item.reason for item in found.refused)
        reasons = ", ".join(f"{reason} × {count}" for reason, count in sorted(times.items()))
        values = {"source": source.title, "count": len(found.refused), "reasons": reasons}
        yield Message(key="collect.note.refused", values={**values})


def _bring(source: RemoteSourceConfig, pin: Pin | None, context: Context) -> Fetched:
    make = context.engines.fetchers.get(source.KIND)
    if make is None:
        raise DependencyError(
            f"Nothing here can fetch {source.KIND!r} sources.",
            where=f"source {source.title}",
            fix='pip install "kitae[hubs,web]"',
        )
    fetcher = make()
    pin = pin or fetcher.pin(source.remote)
    folder = remote_folder(context.root, source, pin)
    folder.parent.mkdir(parents=True, exist_ok=True)

    def report(done: int, total: int) -> None:
        context.progress(done, total, source=source.title)

    return fetcher.fetch(source.remote, pin, folder, report)


def _entry(source: RemoteSourceConfig, fetched: Fetched, context: Context) -> dict[str, object]:
    return {
        "source": remote_key(source),
        "what": source.remote.model_dump(mode="json", exclude_defaults=True),
        "fetched": fetched.model_dump(mode="json"),
        "at": context.now(),
    }


def _is_there(fetched: Fetched, folder: Path) -> bool:
    return all(_is_same(file, folder / file.path) for file in fetched.files)


def _is_same(file: FetchedFile, path: Path) -> bool:
    return path.is_file() and path.stat().st_size == file.bytes and file_digest(path) == file.sha256


def _check_same(source: RemoteSourceConfig, before: Fetched, now: Fetched) -> None:
    """Stop where a version that was taken before has another content now."""
    old = {file.path: file.sha256 for file in before.files}
    new = {file.path: file.sha256 for file in now.files}
    changed = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    if not changed:
        return
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    raise DataError(
        f"Version {before.pin.revision} of {source.title} was fetched again and is not what it was: "
        f"{', '.join(changed[:_SHOWN])}{more}.",
        where=f"source {source.title}",
        fix=f"kitae run --refresh {source.title!r} takes it as it is now",
    )
