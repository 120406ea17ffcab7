"""`Project`: one folder, from its recipe to a served model."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kitae.core.errors import (
    DataError,
    KitaeError,
    NotFoundError,
    ResourceError,
    UsageError,
    WaitingError,
)
from kitae.core.events import Collected, Event, EventSink, Fanout, Silence
from kitae.core.text import Language
from kitae.engines.dataflow import Dataflow, LocalFlow
from kitae.engines.protocols import Engines, LanguageModel
from kitae.pipeline.recipe import RECIPE_NAME, Recipe, load_recipe
from kitae.pipeline.runner import Outcome, Runner, Scope
from kitae.pipeline.way import stage_named
from kitae.project.commands import addressed, addressing
from kitae.project.interrupt import ctrl_c
from kitae.project.runs import RunLog, now_iso, read_events
from kitae.project.schema import keep_schema
from kitae.project.snapshot import SNAPSHOT, marks_of, snapshot_bytes
from kitae.project.wiring import check_backend, local_engines, open_flow
from kitae.records.durable import write_atomic
from kitae.records.evaluation import Evaluation
from kitae.records.journal import Journal
from kitae.records.lock import project_lock
from kitae.records.status import StageState
from kitae.records.store import Artifact, Store
from kitae.stages.collect.sources import source_paths
from kitae.stages.contract import Context, Interrupt, NeverInterrupted

if TYPE_CHECKING:
    from kitae.project.initialise import InitOptions
    from kitae.project.report import ReportView
    from kitae.stages.review.session import ReviewSession

JOURNALS = ("sides", "verdicts", "overrides", "looks", "sources", "restored", "forgotten")


@dataclass(frozen=True)
class RunResult:
    """What `Project.run` came to.

    Attributes:
        states: One per stage, in order.
        error: What stopped the run (a verdict, a person to wait for, a failure), or None.
        evaluation: Before and after, when the way reached it.
        bundle: The folder of the exported model, when the way reached it.
    """

    states: tuple[StageState, ...]
    error: KitaeError | None
    evaluation: Evaluation | None
    bundle: Path | None = None

    def raise_for_error(self) -> None:
        """Raise what stopped the run, if anything did.

        Raises:
            KitaeError: The run did not go through.
        """
        if self.error:
            raise self.error


class Project:
    """One project folder. Opening it reads the recipe and nothing else."""

    def __init__(
        self,
        root: Path,
        recipe: Recipe,
        *,
        events: EventSink | None = None,
        engines: Engines | None = None,
    ) -> None:
        self.root = root
        self.recipe = recipe
        self._events = events or Silence()
        self._engines = engines or local_engines()
        self._state_folder = root / ".kitae"

    @classmethod
    def open(
        cls,
        folder: str | Path = ".",
        *,
        events: EventSink | None = None,
        engines: Engines | None = None,
    ) -> Project:
        """Open the project in a folder.

        Raises:
            NotFoundError: The folder holds no kitae.yaml.
            RecipeError: The recipe has problems; all of them are in the message.
        """
        root = Path(folder)
        return cls(root, load_recipe(root / RECIPE_NAME), events=events, engines=engines)

    @classmethod
    def init(
        cls, folder: str | Path, files: Sequence[str | Path], options: InitOptions | None = None
    ) -> Project:
        """Make a project from the user's own files: look at them, copy them, write the recipe.

        Raises:
            NotFoundError: A file does not exist.
            DataError: A file cannot be read as examples; nothing has been made.
            ConflictError: The folder holds a project already.
        """
        from kitae.project.initialise import InitOptions, initialise

        initialise(Path(folder), files, options or InitOptions())
        return cls.open(folder)

    def run(
        self,
        *,
        until: str | None = None,
        from_stage: str | None = None,
        backend: str = "local",
        workers: int | None = None,
    ) -> RunResult:
        """Run every stage that must run, in order, until a verdict or a failure stops it.

        Args:
            until: Last stage to run.
            from_stage: Run this stage and all after it even if nothing changed.
            backend: Where work on many rows is done: `local`, `ray` (a cluster is started on this machine) or the
                address of a Ray cluster. The results are the same.
            workers: How many parts are worked on at a time; None leaves it to the backend.

        Raises:
            NotFoundError: No stage has that name.
            UsageError: There is no such backend.
            DependencyError: The backend needs a library that is not installed.
            ConflictError: Another process works on this project.
        """
        check_backend(backend, workers)
        for name in (until, from_stage):
            if name is not None:
                stage_named(name)
        with addressing(self.root), self._writing(backend, workers) as (runner, events):
            keep_schema(self.root)
            versions = self._engines.versions()
            about = {"until": until, "from": from_stage, "versions": versions}
            events.emit(Event("run.started", "", about))
            outcome = runner.run(Scope(until, from_stage))
            events.emit(Event("run.finished", "", {"code": outcome.error and outcome.error.code}))
            self.look_and_keep()
        return self._result(outcome)

    def look(self, *, until: str | None = None, from_stage: str | None = None) -> RunResult:
        """How things stand; runs nothing and writes nothing.

        Args:
            until: As in `run`: what lies behind it is not looked at.
            from_stage: As in `run`: this stage and all after it count as missing.

        Raises:
            NotFoundError: No stage has that name.
        """
        for name in (until, from_stage):
            if name is not None:
                stage_named(name)
        return self._result(self._look(Scope(until, from_stage)))

    def look_and_keep(self) -> RunResult:
        """How things stand, kept so that `kitae status` is quick while nothing changes.

        Needs no lock. A folder that cannot be written is only looked at. What the answer depends on is
        marked before the look: a change meanwhile makes the kept answer a stale one.
        """
        try:
            marks = marks_of(self.root, self._watched())
        except KitaeError:
            return self.look()
        outcome = self._look()
        is_sound = all(state.state != "failed" for state in outcome.states)
        if is_sound and load_recipe(self.root / RECIPE_NAME) == self.recipe:
            marks |= marks_of(self.root, self._sealed(outcome))
            self._write_snapshot(outcome, marks)
        return self._result(outcome)

    def document(self, result: RunResult) -> dict[str, Any]:
        """A result as plain data: what `--format json` prints."""
        from kitae.project.documents import run_document

        recipe = self.recipe
        return run_document(
            recipe.name, recipe.language, result.states, result.error, result.evaluation
        )

    def status(self) -> tuple[StageState, ...]:
        """One state per stage; runs nothing and writes nothing."""
        return self._look().states

    def artifacts(self) -> Mapping[str, Artifact]:
        """The current artifact of each stage that has one, a refused one included."""
        return self._artifacts_of(self._look())

    def artifact(self, stage: str) -> Artifact:
        """The current artifact of one stage.

        Raises:
            NotFoundError: There is no such stage, or it has not run as things stand now.
            DataError: Its result is damaged; the error names the file.
        """
        stage_named(stage)
        damage = Collected()
        found = self._artifacts_of(self._look(events=damage)).get(stage)
        if found:
            return found
        with addressing(self.root):
            fix = f"`kitae run --until {stage}`"
            for event in damage.events:
                if event.kind == "store.damaged" and event.stage == stage:
                    raise DataError(str(event.data["why"]), fix=f"{fix} makes it again")
            raise NotFoundError(f"The stage {stage!r} has no current result.", fix=fix)

    def override(self, stage: str, reason: str) -> None:
        """Let the run go on past a verdict; the reason goes into the report and the model card.

        Raises:
            UsageError: The stage has no verdict that stops a run, or the reason says nothing.
            NotFoundError: The stage has not run.
        """
        if stage not in ("gate", "plan", "review"):
            raise UsageError(
                f"The stage {stage!r} has no verdict to override.", fix="gate, plan or review"
            )
        if len(reason.strip()) < 10:
            raise UsageError(
                f"The reason {reason!r} is too short to be one.",
                fix='--reason "why this data may be used all the same", ten characters or more',
            )
        artifact = self.artifact(stage)
        with self._locked():
            entry = {
                "stage": stage,
                "artifact": artifact.content_hash,
                "reason": reason.strip(),
                "at": now_iso(),
            }
            self._journal("overrides", Silence()).append([entry])

    def refresh(self, name: str) -> None:
        """Give up the pin of a remote source: the next run takes it as it is by then.

        Raises:
            NotFoundError: No remote source of the recipe has that name.
        """
        from kitae.stages.collect.remote import refresh_entries

        entries = refresh_entries(self.recipe.collect, name, now_iso())
        with self._locked():
            self._journal("sources", Silence()).append(entries)

    @contextmanager
    def reviewing(self, reviewer: str = "") -> Generator[ReviewSession]:
        """A review session over the rows that wait for a person; holds the project's lock.

        Runs the way up to `review` first, so that the rows are those of today.

        Raises:
            NotFoundError: Nothing waits for review.
            ConflictError: Another process works on this project.
        """
        from kitae.project.reviews import open_session

        result = self.run(until="review")
        if not isinstance(result.error, WaitingError | None):
            raise result.error
        artifact = self.artifact("review")
        with addressing(self.root), self._locked():
            journal = self._journal("verdicts", self._events)
            yield open_session(artifact, journal, self.recipe.review, reviewer)

    def report(self) -> ReportView:
        """Everything that the report shows, as data; `kitae.project.report` renders it."""
        from kitae.project.report import gather

        outcome = self._look()
        return gather(
            self.recipe.name,
            self._artifacts_of(outcome),
            outcome.states,
            self.run_events(),
            overrides=self._journal("overrides", Silence()).entries(),
        )

    def stage_report(self, artifact: Artifact) -> ReportView:
        """What the report says of one stage alone; the parts of the others are empty."""
        from kitae.project.report import gather

        name = artifact.manifest.stage
        state = StageState(
            name=name, state="up_to_date", counts=artifact.counts, artifact=artifact.id
        )
        return gather(self.recipe.name, {name: artifact}, [state], self.run_events())

    def write_report(self, language: Language | None = None) -> Path:
        """Write the report as one HTML file and tell where it is."""
        from kitae.project.report import render_html

        chosen = language or self.recipe.language
        path = self.root / f"report.{chosen}.html"
        write_atomic(path, render_html(self.report(), chosen).encode())
        return path

    def run_events(self) -> list[dict[str, Any]]:
        """The events of all runs so far, oldest first."""
        return read_events(self._state_folder / "runs")

    def load_tuned(self) -> LanguageModel:
        """The exported model, ready to answer.

        Raises:
            NotFoundError: The way has not reached `export` yet.
        """
        bundle = self.artifact("export")
        return self._engines.load_model(bundle.file("merged"), None)

    def _result(self, outcome: Outcome) -> RunResult:
        error = outcome.error and addressed(outcome.error, self.root)
        exported = outcome.artifacts.get("export")
        evaluation = _evaluation_of(outcome.artifacts)
        return RunResult(outcome.states, error, evaluation, exported.path if exported else None)

    def _write_snapshot(self, outcome: Outcome, marks: dict[str, list[int]]) -> None:
        found = RunResult(outcome.states, outcome.error, _evaluation_of(outcome.artifacts))
        with suppress(ResourceError):
            write_atomic(self.root / SNAPSHOT, snapshot_bytes(self.document(found), marks))

    def _watched(self) -> list[Path]:
        """Files and folders that a look depends on, but for the artifacts that it finds."""
        return [
            Path(RECIPE_NAME),
            *(path.absolute() for path in source_paths(self.recipe.collect, self.root)),
            *(Path("journal") / f"{name}.jsonl" for name in JOURNALS),
            *(path.relative_to(self.root) for path in self._store(Silence()).index_paths()),
            *self._base_paths(),
        ]

    def _sealed(self, outcome: Outcome) -> list[Path]:
        artifacts = [state.artifact for state in outcome.states if state.artifact]
        paths = self._store(Silence()).artifact_paths(artifacts)
        return [path.relative_to(self.root) for path in paths]

    def _base_paths(self) -> list[Path]:
        folder = self.root / self.recipe.choose.base
        return [folder.absolute(), *folder.absolute().iterdir()] if folder.is_dir() else []

    def _artifacts_of(self, outcome: Outcome) -> dict[str, Artifact]:
        """All artifacts of a look in the order of the way; only refused ones still have to be opened."""
        store, known = self._store(Silence()), outcome.artifacts
        return {
            state.name: known.get(state.name) or store.open(state.artifact)
            for state in outcome.states
            if state.artifact
        }

    def _look(self, scope: Scope | None = None, events: EventSink | None = None) -> Outcome:
        return self._runner(events or Silence(), Silence()).look(scope)

    @contextmanager
    def _writing(self, backend: str, workers: int | None) -> Generator[tuple[Runner, EventSink]]:
        with self._locked() as leftover:
            log = RunLog(self._state_folder / "runs")
            events = Fanout(log, self._events)
            if leftover:
                events.emit(Event("lock.taken_over", "", {"holder": leftover}))
            try:
                with ctrl_c(events) as interrupt, open_flow(backend, workers) as flow:
                    self._store(events).prepare()
                    yield self._runner(events, events, interrupt, flow), events
            finally:
                log.close()

    @contextmanager
    def _locked(self) -> Generator[str | None]:
        with project_lock(self._state_folder / "lock", now_iso()) as leftover:
            yield leftover

    def _runner(
        self,
        events: EventSink,
        journal_events: EventSink,
        interrupt: Interrupt | None = None,
        flow: Dataflow | None = None,
    ) -> Runner:
        context = Context(
            root=self.root,
            stage="",
            seed=self.recipe.seed,
            work=self._state_folder / "work",
            journals={name: self._journal(name, journal_events) for name in JOURNALS},
            engines=self._engines,
            events=events,
            interrupt=interrupt or NeverInterrupted(),
            now=now_iso,
            flow=flow or LocalFlow(),
        )
        return Runner(self.recipe, self._store(events), context)

    def _store(self, events: EventSink) -> Store:
        return Store(self._state_folder, events)

    def _journal(self, name: str, events: EventSink) -> Journal:
        return Journal(self.root / "journal" / f"{name}.jsonl", events)


def _evaluation_of(artifacts: Mapping[str, Artifact]) -> Evaluation | None:
    found = artifacts.get("evaluate")
    return found.record("evaluation", Evaluation) if found else None
