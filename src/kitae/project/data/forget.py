"""Forgetting a source: out of the recipe, the journals and the cache, with everything that came of it.

What is going to be done is written in the journal `forgotten` first and marked as done at the end. Every
step can be repeated, so a process that dies in between has it finished by the next `kitae forget`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from kitae.core.errors import KitaeError, NotFoundError, UsageError
from kitae.core.events import Event, EventSink, Silence
from kitae.core.hashing import file_digest
from kitae.pipeline.recipe import RECIPE_NAME, Recipe, load_recipe
from kitae.project.data.forgotten import journal_of, unfinished
from kitae.project.data.recipe_edit import without_source
from kitae.project.data.run_logs import without_quotes
from kitae.project.data.traces import Traces, known_sources, rows_left, traces_of
from kitae.project.data.versions import Versions
from kitae.project.runs import now_iso
from kitae.project.snapshot import SNAPSHOT
from kitae.records.durable import raise_resource_error, write_atomic
from kitae.records.example import content_part
from kitae.records.forgotten import BEGUN, DONE
from kitae.records.journal import Journal
from kitae.records.lock import project_lock
from kitae.records.source import Fetched
from kitae.stages.collect.config import CollectConfig, SourceConfig, place_of
from kitae.stages.collect.remote import FOLDER as FETCHED
from kitae.stages.collect.remote import JOURNAL as PINS
from kitae.stages.collect.remote import fetched_sources, remote_key
from kitae.stages.collect.sources import SourceFile, find_files

MODELS = {"tune": "model", "export": "bundle"}
CRASH_NAME = "kitae-crash.txt"
"""What the command line writes after a defect of its own; it may quote a row."""


@dataclass(frozen=True)
class Forgetting:
    """What forgetting a source comes to.

    Attributes:
        what: The source as it was named.
        names: What rows and reports call it.
        places: Paths and addresses that the recipe names for it.
        entries: Numbers of its entries in the recipe, from 0.
        pins: Keys of what was fetched for it.
        files: Its files below the project folder.
        others: Hashes of the local files of the sources that stay.
        traces: What was made of it.
    """

    what: str
    names: tuple[str, ...]
    places: tuple[str, ...]
    entries: tuple[int, ...]
    pins: tuple[str, ...]
    files: tuple[Path, ...]
    others: frozenset[str]
    traces: Traces


def plan_forgetting(root: Path, what: str | None) -> Forgetting:
    """What has to go, without touching anything. One that was begun before comes first.

    Args:
        root: The project folder.
        what: A source: its name or path in the recipe, or what rows call it. None: what was begun.

    Raises:
        NotFoundError: No source has that name.
        UsageError: It cannot be told apart from others that stay.
    """
    recipe = load_recipe(root / RECIPE_NAME)
    versions = Versions(root)
    begun = unfinished(root)
    if begun:
        what = str(begun["what"])
    if what is None:
        raise UsageError("Nothing is named.", fix="`kitae forget --source NAME`")
    found = _in_recipe(recipe, root, what)
    names = {*found.names, *(begun or {}).get("names", ())}
    known = known_sources(versions)
    if what in known:
        names.add(what)
    if not names:
        raise NotFoundError(
            f"No source is called {what!r}.",
            fix=f"use one of: {', '.join(sorted(known | _titles(recipe))) or 'none'}",
        )
    _without(root, found.entries)
    pins = (*found.pins, *(begun or {}).get("pins", ()))
    return Forgetting(
        what=what,
        names=tuple(sorted(names)),
        places=found.places,
        entries=found.entries,
        pins=tuple(dict.fromkeys(pins)),
        files=found.files,
        others=found.others,
        traces=traces_of(versions, names),
    )


def forgetting_document(root: Path, plan: Forgetting) -> dict[str, Any]:
    """What has to go as plain data: every artifact, model and bundle that the source is in."""
    artifacts = [
        {
            "id": one.id,
            "stage": one.manifest.stage,
            "kind": MODELS.get(one.manifest.stage, "artifact"),
            "rows": rows_left(one, plan.names, plan.traces.rows),
        }
        for one in plan.traces.artifacts
    ]
    versions = Versions(root)
    for told in artifacts:
        if told["kind"] != "artifact":
            dataset = versions.chain(versions.all[str(told["id"])]).get("build")
            told["rows"] = rows_left(dataset, plan.names, plan.traces.rows) if dataset else 0
    return {
        "source": plan.what,
        "names": list(plan.names),
        "rows": len(plan.traces.rows),
        "verdicts": len(_verdicts_gone(root, plan)),
        "recipe_entries": list(plan.entries),
        "fetched": len(plan.pins),
        "your_files": [str(path) for path in plan.files],
        "artifacts": artifacts,
        "hashes": dict(sorted(plan.traces.files.items())),
    }


def forget(
    root: Path, plan: Forgetting, *, with_files: bool = False, events: EventSink | None = None
) -> None:
    """Do it. Holds the project's lock; can be called again after a crash.

    Args:
        root: The project folder.
        plan: From `plan_forgetting`.
        with_files: Delete the source's own files below the project folder too.
        events: Hears of each step.
    """
    sink = events or Silence()
    with project_lock(root / ".kitae" / "lock", now_iso()):
        _begin(root, plan)
        for step in (_recipe, _journals, _cache, _artifacts, _logs, _leftovers):
            sink.emit(Event("forget.step", "", {"step": step.__name__.removeprefix("_")}))
            step(root, plan)
        if with_files:
            for path in plan.files:
                path.unlink(missing_ok=True)
        sink.emit(Event("forget.step", "", {"step": "done"}))
        _note(root, {"state": DONE, "what": plan.what})


def _begin(root: Path, plan: Forgetting) -> None:
    if unfinished(root) is None:
        _note(
            root,
            {
                "state": BEGUN,
                "what": plan.what,
                "names": list(plan.names),
                "places": list(plan.places),
                "pins": list(plan.pins),
                "rows": len(plan.traces.rows),
                "files": dict(sorted(plan.traces.files.items())),
                "shared": sorted(plan.others & set(plan.traces.files.values())),
                "artifacts": {one.id: one.content_hash for one in plan.traces.artifacts},
            },
        )


def _note(root: Path, entry: Mapping[str, Any]) -> None:
    journal_of(root).append([{**entry, "at": now_iso()}])


def _recipe(root: Path, plan: Forgetting) -> None:
    if plan.entries:
        write_atomic(root / RECIPE_NAME, _without(root, plan.entries).encode())


def _without(root: Path, entries: Sequence[int]) -> str:
    """The recipe's text without some sources."""
    text = (root / RECIPE_NAME).read_text(encoding="utf-8")
    for number in sorted(entries, reverse=True):
        text = without_source(text, number)
    return text


def _journals(root: Path, plan: Forgetting) -> None:
    """Journals lose what names the rows or quotes them; what others say stays, in its order."""
    rows = plan.traces.rows
    shared = {content_part(row) for row in plan.traces.others}
    keys = {content_part(row) for row in rows} - shared

    def side(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
        left = [key for key in entry["rows"] if key not in keys]
        return {**entry, "rows": left} if left else None

    _rewrite(root, "sides", side)
    gone = _verdicts_gone(root, plan)
    _rewrite(root, "verdicts", lambda entry: None if entry["row_id"] in gone else entry)
    _rewrite(root, "restored", lambda entry: None if entry["row"] in rows else entry)
    _rewrite(root, PINS, lambda entry: None if entry["source"] in plan.pins else entry)


def _cache(root: Path, plan: Forgetting) -> None:
    for key in plan.pins:
        for folder in (root / FETCHED).glob(f"*-{key}-*"):
            shutil.rmtree(folder, ignore_errors=True)


def _artifacts(root: Path, plan: Forgetting) -> None:
    """The artifacts go, those that came last first: what is left always tells of what is above it."""
    state = root / ".kitae"
    try:
        for artifact in plan.traces.artifacts:
            for entry in (state / "index" / artifact.manifest.stage).iterdir():
                if entry.read_text(encoding="utf-8", errors="replace").strip() == artifact.id:
                    entry.unlink()
            if artifact.path.exists():
                target = state / "tmp" / f"forgotten-{artifact.id}"
                shutil.rmtree(target, ignore_errors=True)
                target.parent.mkdir(parents=True, exist_ok=True)
                artifact.path.rename(target)
                shutil.rmtree(target)
    except OSError as error:
        raise_resource_error(error, state)


def _logs(root: Path, _plan: Forgetting) -> None:
    """What errors said in earlier runs goes: it may quote rows."""
    without_quotes(root / ".kitae" / "runs")


def _leftovers(root: Path, _plan: Forgetting) -> None:
    """Half-done work, kept answers and written reports may quote rows; all are made again when wanted."""
    for folder in (root / ".kitae" / "work", root / ".kitae" / "tmp"):
        shutil.rmtree(folder, ignore_errors=True)
    for path in (root / SNAPSHOT, root / CRASH_NAME, *root.glob("report.*.html")):
        path.unlink(missing_ok=True)


def _rewrite(
    root: Path, name: str, change: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
) -> None:
    """Write a journal anew without what has to go; a journal that nothing leaves is not touched."""
    journal = Journal(root / "journal" / f"{name}.jsonl")
    before = journal.entries()
    after = [changed for entry in before if (changed := change(entry)) is not None]
    if after != before:
        write_atomic(journal.path, orjson.dumps([dict(one) for one in after]) + b"\n")


def _verdicts_gone(root: Path, plan: Forgetting) -> set[str]:
    """Ids of the rows with a verdict that have to go."""
    entries = Journal(root / "journal" / "verdicts.jsonl").entries()
    return {str(entry["row_id"]) for entry in entries} & plan.traces.rows


@dataclass(frozen=True)
class _InRecipe:
    names: frozenset[str]
    places: tuple[str, ...]
    entries: tuple[int, ...]
    pins: tuple[str, ...]
    files: tuple[Path, ...]
    others: frozenset[str]


def _in_recipe(recipe: Recipe, root: Path, what: str) -> _InRecipe:
    """The entries of the recipe that a word names, and what their rows are called."""
    sources = recipe.collect.sources
    files = _files(recipe, root)
    entries = [n for n, source in enumerate(sources) if what in _words(source)]
    if not entries:
        entries = sorted({file.number for file in files if what in (file.source, file.name)})
        for number in entries:
            _require_alone(what, [file for file in files if file.number == number])
    chosen = [file for file in files if file.number in entries]
    named = {word for n in entries for word in _row_names(sources[n])}
    pins = tuple(
        remote_key(source) for n in entries if not isinstance(source := sources[n], SourceConfig)
    )
    own = [file.path for file in chosen if not file.origin and _is_below(file.path, root)]
    others = [file.path for file in files if not file.origin and file.number not in entries]
    return _InRecipe(
        frozenset({*(file.source for file in chosen), *(file.name for file in chosen), *named}),
        tuple(sorted({place_of(sources[n]) for n in entries})),
        tuple(entries),
        pins,
        tuple(dict.fromkeys(own)),
        frozenset(map(file_digest, others)),
    )


def _require_alone(what: str, files: Sequence[SourceFile]) -> None:
    others = sorted({file.source for file in files if what not in (file.source, file.name)})
    if others:
        config: Any = files[0].config
        entry = config.path if isinstance(config, SourceConfig) else config.title
        raise UsageError(
            f"{what!r} is one of several files of the source {entry!r}"
            f" (others: {', '.join(others[:3])}).",
            where=f"{RECIPE_NAME}, key `collect.sources`",
            fix="take the file out of that folder first, then type the same command again; or forget"
            f" the whole source: `kitae forget --source {entry!r}`",
        )


def _files(recipe: Recipe, root: Path) -> list[SourceFile]:
    """The files of all sources as far as they are there: a missing one must not hinder forgetting."""
    pins: dict[str, Fetched] = fetched_sources(Journal(root / "journal" / f"{PINS}.jsonl"))
    found: list[SourceFile] = []
    try:
        return find_files(recipe.collect, root, pins)
    except KitaeError:
        for number, source in enumerate(recipe.collect.sources):
            with suppress(KitaeError):
                alone = find_files(CollectConfig(sources=(source,)), root, pins)
                found += [replace(file, number=number) for file in alone]
    return found


def _titles(recipe: Recipe) -> set[str]:
    return {word for source in recipe.collect.sources for word in _row_names(source)}


def _words(source: Any) -> set[str]:  # noqa: ANN401
    """What a person may call an entry of the recipe."""
    if isinstance(source, SourceConfig):
        return {word for word in (source.name, source.path, Path(source.path).name) if word}
    return {source.title}


def _row_names(source: Any) -> Iterable[str]:  # noqa: ANN401
    """What rows of an entry are called where its files cannot be asked."""
    if isinstance(source, SourceConfig):
        return [source.name or Path(source.path).name]
    return [source.title]


def _is_below(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
