"""The runner: takes the stages in order, runs what must run, stops where a verdict says so."""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kitae.core.errors import InterruptedRunError, KitaeError, WaitingError
from kitae.core.events import Event
from kitae.pipeline.fingerprint import Fingerprint, changed_parts, take_fingerprint
from kitae.pipeline.recipe import Recipe
from kitae.pipeline.way import STAGE_NAMES, WAY
from kitae.records.status import StageState
from kitae.records.store import Artifact, Manifest, Store
from kitae.stages.contract import Context, Stage

ASKED_FOR = "asked for"
"""Why a stage runs although nothing changed: `--from` names it or one before it."""
NOT_ASKED_FOR = "not asked for"
"""Why a stage does not run: it lies behind the last one that was asked for."""
DAMAGED = "damaged"
"""Why a stage runs again: its stored result is broken or gone."""


@dataclass(frozen=True)
class Scope:
    """Which part of the way to go.

    Attributes:
        until: Last stage to run, or None for all.
        from_stage: First stage that runs even if it is up to date, or None.
    """

    until: str | None = None
    from_stage: str | None = None

    @property
    def last_index(self) -> int:
        """Position of the last stage in the way."""
        return STAGE_NAMES.index(self.until) if self.until else len(STAGE_NAMES) - 1

    def forces(self, stage: str) -> bool:
        """Whether a stage runs again even if nothing changed."""
        return self.from_stage is not None and STAGE_NAMES.index(stage) >= STAGE_NAMES.index(
            self.from_stage
        )


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        states: One per stage, in the order of the way.
        artifacts: Stage name -> artifact, for the stages that have a current one.
        error: What stopped the run, or None when it went through.
    """

    states: tuple[StageState, ...]
    artifacts: Mapping[str, Artifact]
    error: KitaeError | None


class Runner:
    """Runs the way for one project; holds no state between runs."""

    def __init__(self, recipe: Recipe, store: Store, context: Context) -> None:
        self._recipe = recipe
        self._store = store
        self._context = context

    def run(self, scope: Scope) -> Outcome:
        """Run every stage in scope that must run; stop at the first that fails or refuses.

        A KitaeError becomes part of the outcome; anything else is a defect and is raised.
        """
        artifacts: dict[str, Artifact] = {}
        states: list[StageState] = []
        error: KitaeError | None = None
        for stage in WAY[: scope.last_index + 1]:
            try:
                state = self._run_stage(stage, artifacts, force=scope.forces(stage.name))
                states.append(state)
                error = self._refusal(stage, artifacts[stage.name])
                if error:
                    states[-1] = state.model_copy(update={"state": _refused_state(error)})
            except KitaeError as caught:
                error = caught
                states.append(StageState(name=stage.name, state=_failed_state(caught)))
            if error:
                self._emit("stage.stopped", stage.name, code=error.code, what=error.what)
                break
        return Outcome(_complete(states, "not reached"), artifacts, error)

    def look(self, scope: Scope | None = None) -> Outcome:
        """How things stand, without running anything and without writing anything.

        Args:
            scope: What is about to be run: a stage that it forces counts as missing.
        """
        scope = scope or Scope()
        artifacts: dict[str, Artifact] = {}
        states: list[StageState] = []
        error: KitaeError | None = None
        for stage in WAY[: scope.last_index + 1]:
            try:
                state, refusal = self._look_at(stage, artifacts, force=scope.forces(stage.name))
            except KitaeError as caught:
                state, refusal = StageState(name=stage.name, state="failed"), caught
            states.append(state)
            error = error or refusal
        return Outcome(_complete(states, NOT_ASKED_FOR), artifacts, error)

    def _look_at(
        self, stage: Stage[Any], artifacts: dict[str, Artifact], *, force: bool
    ) -> tuple[StageState, KitaeError | None]:
        absent = [f"input:{name}" for name in stage.needs if name not in artifacts]
        if absent:
            return StageState(name=stage.name, state="missing", why=tuple(absent)), None
        fingerprint, artifact = self._find(stage, artifacts)
        if artifact is None:
            why = tuple(self._why(fingerprint))
            return StageState(name=stage.name, state="missing", why=why), None
        if force:
            artifacts[stage.name] = artifact
            return StageState(name=stage.name, state="missing", why=(ASKED_FOR,)), None
        refusal = self._refusal(stage, artifact)
        if refusal:
            return _state_of(stage.name, _refused_state(refusal), artifact), refusal
        artifacts[stage.name] = artifact
        return _state_of(stage.name, "up_to_date", artifact), None

    def _run_stage(
        self, stage: Stage[Any], artifacts: dict[str, Artifact], *, force: bool
    ) -> StageState:
        fingerprint, artifact = self._find(stage, artifacts)
        if artifact and not force:
            artifacts[stage.name] = artifact
            self._emit("stage.up_to_date", stage.name)
            return _state_of(stage.name, "up_to_date", artifact)
        why = (ASKED_FOR,) if artifact else tuple(self._why(fingerprint))
        self._emit("stage.started", stage.name, why=list(why))
        started = time.monotonic()
        stage.prepare(artifacts, self._config(stage), self._context_for(stage, fingerprint))
        fingerprint = self._fingerprint(stage, artifacts)
        artifact = self._make(stage, artifacts, fingerprint)
        artifacts[stage.name] = artifact
        self._emit(
            "stage.finished",
            stage.name,
            duration_s=round(time.monotonic() - started, 3),
            peak_memory_gib=round(_peak_memory_gib(), 3),
            counts=artifact.counts.model_dump(by_alias=True) if artifact.counts else None,
        )
        return _state_of(stage.name, "done", artifact).model_copy(update={"why": why})

    def _make(
        self, stage: Stage[Any], artifacts: Mapping[str, Artifact], fingerprint: Fingerprint
    ) -> Artifact:
        context = self._context_for(stage, fingerprint)
        self._emit("stage.running", stage.name)
        product = stage.run(artifacts, self._config(stage), context)
        manifest = Manifest(
            stage=stage.name,
            stage_version=stage.version,
            fingerprint=fingerprint.key,
            inputs=dict(fingerprint.parts),
            files={},
        )
        sealed = self._store.seal(manifest, product)
        shutil.rmtree(context.work, ignore_errors=True)
        return sealed

    def _find(
        self, stage: Stage[Any], artifacts: Mapping[str, Artifact]
    ) -> tuple[Fingerprint, Artifact | None]:
        fingerprint = self._fingerprint(stage, artifacts)
        return fingerprint, self._store.find(stage.name, fingerprint.key)

    def _fingerprint(self, stage: Stage[Any], artifacts: Mapping[str, Artifact]) -> Fingerprint:
        context = replace(self._context, stage=stage.name)
        return take_fingerprint(stage, artifacts, self._config(stage), context)

    def _refusal(self, stage: Stage[Any], artifact: Artifact) -> KitaeError | None:
        context = replace(self._context, stage=stage.name)
        return stage.refusal(artifact, self._config(stage), context)

    def _why(self, fingerprint: Fingerprint) -> list[str]:
        """Why a stage must run; asked only where no sound result is there."""
        if self._store.indexed(fingerprint.stage, fingerprint.key):
            return [DAMAGED]
        latest = self._store.latest_inputs(fingerprint.stage)
        return ["never ran"] if latest is None else changed_parts(fingerprint, latest)

    def _config(self, stage: Stage[Any]) -> Any:  # noqa: ANN401
        return self._recipe.stage_config(stage.name)

    def _context_for(self, stage: Stage[Any], fingerprint: Fingerprint) -> Context:
        work = self._store.work_folder(stage.name, fingerprint.key)
        return replace(self._context, stage=stage.name, work=work)

    def _emit(self, kind: str, stage: str, **data: Any) -> None:  # noqa: ANN401
        self._context.events.emit(Event(kind, stage, data))


def _state_of(name: str, state: Any, artifact: Artifact) -> StageState:  # noqa: ANN401
    return StageState(name=name, state=state, counts=artifact.counts, artifact=artifact.id)


def _refused_state(error: KitaeError) -> Any:  # noqa: ANN401
    return "waiting" if isinstance(error, WaitingError) else "refused"


def _failed_state(error: KitaeError) -> Any:  # noqa: ANN401
    return "missing" if isinstance(error, InterruptedRunError) else "failed"


def _complete(states: list[StageState], why: str) -> tuple[StageState, ...]:
    later = STAGE_NAMES[len(states) :]
    return (
        *states,
        *(StageState(name=name, state="missing", why=(why,)) for name in later),
    )


def _peak_memory_gib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**30 if sys.platform == "darwin" else 2**20)
