"""The artifacts of a project as versions: which one came before, and what each was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from kitae.core.errors import DataError, NotFoundError, UsageError
from kitae.project.data.drops import DATA_STAGES
from kitae.project.project import Project
from kitae.project.runs import read_events
from kitae.records.store import Artifact, Store, verify_files

CURRENT, PREVIOUS = "current", "previous"
DATASET = "build"
SIDE_TABLES = ("train", "validation", "test")


class Versions:
    """All artifacts that a project has kept, by what their manifests say."""

    def __init__(self, root: Path, current: Mapping[str, str] | None = None) -> None:
        self._root = root / ".kitae"
        self._current = current or {}
        self.store = Store(self._root)

    @classmethod
    def of(cls, project: Project) -> Versions:
        """The versions of a project, with those that fit its recipe as it is now."""
        states = project.look().states
        return cls(project.root, {one.name: one.artifact for one in states if one.artifact})

    @cached_property
    def all(self) -> dict[str, Artifact]:
        """Id -> artifact, for those with a sound manifest; their files are not checked."""
        found: dict[str, Artifact] = {}
        for name in self.store.ids():
            try:
                found[name] = self.store.peek(name)
            except (DataError, NotFoundError):
                continue
        return found

    def named(self, word: str) -> Artifact:
        """The version that a word names: an id or its beginning, `current` or `previous`.

        Raises:
            NotFoundError: There is none.
            UsageError: The word fits several.
        """
        if word in (CURRENT, PREVIOUS):
            return self._at(0 if word == CURRENT else 1)
        near = [name for name in self.all if name.startswith(word)]
        if word in near:
            return self.all[word]
        if len(near) > 1:
            raise UsageError(f"{word!r} names several: {', '.join(near)}.", fix="type the whole id")
        if not near:
            known = ", ".join(artifact.id for artifact in self.history()) or "none"
            raise NotFoundError(
                f"There is no version {word!r}.",
                fix=f"current, previous, or an id (newest first): {known}",
            )
        return self.all[near[0]]

    def history(self, stage: str = DATASET) -> list[Artifact]:
        """The results of a stage that are still there, the present one first, then the newest."""
        published = [
            str(event["data"]["artifact"])
            for event in reversed(read_events(self._root / "runs"))
            if event["kind"] == "store.published" and event["stage"] == stage
        ]
        latest = self._present(stage)
        rest = sorted(name for name in self.all if self.all[name].manifest.stage == stage)
        first: list[str] = [latest] if latest else []
        order = dict.fromkeys([*first, *published, *rest])
        return [self.all[name] for name in order if name in self.all]

    def chain(self, artifact: Artifact) -> dict[str, Artifact]:
        """Stage -> the artifact that this one was made from, itself included, as far as they are there."""
        found = {artifact.manifest.stage: artifact}
        waiting = [artifact]
        while waiting:
            for name, content in waiting.pop().manifest.inputs.items():
                stage = name.removeprefix("input:")
                source = self._by_content.get((stage, content))
                if name.startswith("input:") and source and stage not in found:
                    found[stage] = source
                    waiting.append(source)
        return found

    def newest(self, stages: Sequence[str] = DATA_STAGES) -> dict[str, Artifact]:
        """Stage -> its present artifact, or its newest one where it has to run again."""
        found = {stage: self.all.get(self._present(stage) or "") for stage in stages}
        return {stage: artifact for stage, artifact in found.items() if artifact}

    def is_present(self, stage: str) -> bool:
        """Whether a stage has a result that fits the recipe as it is now."""
        return stage in self._current

    def _present(self, stage: str) -> str | None:
        return self._current.get(stage) or self.store.latest(stage)

    @cached_property
    def _by_content(self) -> dict[tuple[str, str], Artifact]:
        return {(one.manifest.stage, one.content_hash): one for one in self.all.values()}

    def _at(self, place: int) -> Artifact:
        past = self.history()
        if len(past) <= place:
            raise NotFoundError(
                "There is no dataset yet." if not past else "There is no dataset before this one.",
                fix="`kitae run --until build`",
            )
        return past[place]


def table_of(artifact: Artifact, stem: str) -> pa.Table:
    """A table of an artifact that `peek` gave, its checksum verified."""
    name = f"{stem}.arrow"
    verify_files(artifact.path, {name: artifact.manifest.files[name]})
    return artifact.table(stem)


def rows_in(artifact: Artifact) -> pa.Table:
    """All rows that an artifact hands on.

    Raises:
        UsageError: It holds no rows.
    """
    stems = [stem for stem in SIDE_TABLES if artifact.has(f"{stem}.arrow")]
    if artifact.has("examples.arrow"):
        stems = ["examples"]
    if not stems:
        raise UsageError(
            f"The artifact {artifact.id} holds no rows.",
            fix=f"name one of the stages {', '.join(DATA_STAGES)}",
        )
    arrow: Any = pa
    return arrow.concat_tables([table_of(artifact, stem) for stem in stems])
