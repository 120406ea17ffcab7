"""What a stage is: the contract between the pipeline and the twelve packages beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from kitae.core.config import Config
from kitae.core.errors import InterruptedRunError, KitaeError
from kitae.core.events import Event, EventSink, Silence
from kitae.engines.dataflow import Dataflow, LocalFlow
from kitae.engines.protocols import Engines
from kitae.records.journal import Journal
from kitae.records.store import Artifact, Product

C = TypeVar("C", bound=Config)

Inputs = Mapping[str, Artifact]
"""Stage name -> its artifact, for the stages that `Stage.needs` names."""


class Interrupt(Protocol):
    """Tells whether the person asked to stop."""

    @property
    def requested(self) -> bool:
        """True after the first Ctrl-C."""
        ...


class NeverInterrupted:
    """The interrupt of a run that nobody can stop."""

    requested = False


@dataclass(frozen=True)
class Context:
    """What a stage may use besides its inputs and its choices.

    Attributes:
        root: The project folder; relative paths of the recipe start here.
        stage: Name of the stage that runs.
        seed: Of everything random in the stage.
        work: A folder that outlives a crash, for checkpoints; empty at the first start.
        journals: Name -> journal, all of the project.
        engines: How things are done: models, training, hardware.
        events: Where progress goes.
        interrupt: Whether the person asked to stop.
        now: The present time as ISO 8601 text, for journals only; never for an artifact.
        flow: Where work on many rows is done; the result never depends on it.
    """

    root: Path
    stage: str
    seed: int
    work: Path
    journals: Mapping[str, Journal]
    engines: Engines
    events: EventSink = field(default_factory=Silence)
    interrupt: Interrupt = field(default_factory=NeverInterrupted)
    now: Callable[[], str] = lambda: ""
    flow: Dataflow = field(default_factory=LocalFlow)

    def progress(self, done: int, total: int, **data: Any) -> None:  # noqa: ANN401
        """Report progress, and stop here when the person asked to.

        Raises:
            InterruptedRunError: Ctrl-C was pressed.
        """
        self.events.emit(
            Event("stage.progress", self.stage, {"done": done, "total": total, **data})
        )
        self.check_interrupt()

    def check_interrupt(self) -> None:
        """Stop here when the person asked to.

        Raises:
            InterruptedRunError: Ctrl-C was pressed.
        """
        if self.interrupt.requested:
            raise InterruptedRunError(
                f"Stopped in stage {self.stage}; what was finished is kept.",
                fix="type `kitae run` to go on from here",
            )


def no_facts(_config: Config, _context: Context) -> Mapping[str, str]:
    """The facts of a stage that depends on nothing but its inputs and config."""
    return {}


def no_preparation(_inputs: Inputs, _config: Config, _context: Context) -> None:
    """The preparation of a stage that writes in no journal."""


def never_refuses(_artifact: Artifact, _config: Config, _context: Context) -> KitaeError | None:
    """The verdict of a stage that has none."""
    return None


@dataclass(frozen=True)
class Stage(Generic[C]):
    """One stage of the way.

    Attributes:
        name: As in product.md.
        version: Raise it when the code would give another result for equal inputs.
        config: Type of this stage's part of the recipe.
        needs: Names of the stages whose artifacts it reads.
        run: (inputs, config, context) -> product. A function of these alone.
        journals: Names of the journals it reads; their content is part of its inputs.
        facts: Further inputs as name -> hash, e.g. the content of the source files.
        prepare: Brings its journals up to date before it runs (sides, looks); must be idempotent.
        refusal: The error that stops the run after this stage, or None to go on.
    """

    name: str
    version: int
    config: type[C]
    needs: tuple[str, ...]
    run: Callable[[Inputs, C, Context], Product]
    journals: tuple[str, ...] = ()
    facts: Callable[[C, Context], Mapping[str, str]] = no_facts
    prepare: Callable[[Inputs, C, Context], None] = no_preparation
    refusal: Callable[[Artifact, C, Context], KitaeError | None] = never_refuses
