"""The story of `tune`: check both verdicts, encode the rows that fit, train, hand over the adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kitae.core.errors import ConflictError, GateError
from kitae.core.events import Event
from kitae.core.hashing import digest
from kitae.engines.protocols import EncodedExample, Encoder, TrainingJob
from kitae.records.base_model import BaseChoice
from kitae.records.counts import Counts
from kitae.records.example import Example, dropped_table, to_examples
from kitae.records.gate import DataVerdict
from kitae.records.plan import Plan, TrainingSettings
from kitae.records.store import Product
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.tune.config import TuneConfig


def run(inputs: Inputs, config: TuneConfig, context: Context) -> Product:
    """build, gate, choose, plan -> the adapter and what happened.

    Raises:
        ConflictError: A verdict or the plan speaks of another dataset or base.
        GateError: A verdict says no and nobody overrode it.
        InterruptedRunError: The person asked to stop; a checkpoint is kept.
    """
    plan = inputs["plan"].record("plan", Plan)
    base = inputs["choose"].record("choice", BaseChoice).base
    check_verdicts(inputs, plan, base.revision, context)
    folder = context.engines.find_base(base.reference, context.root).folder
    encoder = context.engines.load_encoder(folder)
    train = _fitting(to_examples(inputs["build"].table("train")), encoder, plan.settings)
    validation = _fitting(to_examples(inputs["build"].table("validation")), encoder, plan.settings)
    job = TrainingJob(
        base=folder,
        train=train.rows,
        validation=validation.rows,
        settings=_settings(plan, config),
        work=context.work,
        on_event=_events(context),
        should_stop=lambda: context.interrupt.requested,
    )
    result = context.engines.train(job)
    tuned = result.tuned.model_copy(
        update={"base_reference": base.reference, "base_revision": base.revision}
    )
    left_out = [*train.too_long, *validation.too_long]
    rows = len(train.rows) + len(validation.rows)
    return Product(
        counts=Counts(rows_in=rows + len(left_out), out=rows, dropped=len(left_out)),
        tables={"dropped": dropped_table(left_out)},
        records={"tuned": tuned},
        folders={"adapter": result.adapter},
    )


def check_verdicts(inputs: Inputs, plan: Plan, revision: str, context: Context) -> None:
    """Both verdicts must speak of this very dataset and base, and must not say no.

    Raises:
        ConflictError: They speak of another dataset or base.
        GateError: One says no and nobody overrode it.
    """
    verdict = inputs["gate"].record("verdict", DataVerdict)
    built = inputs["build"].content_hash
    if {verdict.dataset_hash, plan.dataset_hash} != {built} or plan.base_revision != revision:
        raise ConflictError(
            "The verdicts were given for another dataset or base than the one to tune on.",
            where=f"stage tune, dataset {built[:16]}",
            fix="type `kitae run --from gate`",
        )
    for stage, outcome in (("gate", verdict.outcome), ("plan", plan.fit.outcome)):
        if outcome == "fail" and not _is_overridden(stage, inputs[stage].content_hash, context):
            raise GateError(
                f"Stage {stage} says no to this dataset; nothing is tuned on it.",
                where=f"stage {stage}",
                fix=f"type `kitae show {stage}` to see why and what to mend",
            )


@dataclass(frozen=True)
class _Side:
    rows: Sequence[EncodedExample]
    too_long: Sequence[tuple[Example, str, str]]


def _fitting(examples: Sequence[Example], encoder: Encoder, settings: TrainingSettings) -> _Side:
    """The rows that fit as tokens; the others with their reason (the plan has said that they may go)."""
    rows: list[EncodedExample] = []
    too_long: list[tuple[Example, str, str]] = []
    for example in examples:
        encoded = encoder.encode_example(example, train_on_history=settings.train_on_history)
        if len(encoded.ids) <= settings.max_length_tokens:
            rows.append(encoded)
        else:
            detail = f"{len(encoded.ids)} tokens, at most {settings.max_length_tokens} fit"
            too_long.append((example, "overlong", detail))
    return _Side(rows, too_long)


def _settings(plan: Plan, config: TuneConfig) -> TrainingSettings:
    every = config.checkpoint_every_steps
    return plan.settings.model_copy(
        update={} if every is None else {"checkpoint_every_steps": every}
    )


def _events(context: Context) -> Any:  # noqa: ANN401
    def emit(kind: str, data: dict[str, Any]) -> None:
        context.events.emit(Event(kind, context.stage, data))

    return emit


def _is_overridden(stage: str, content_hash: str, context: Context) -> bool:
    journal = context.journals.get("overrides")
    return journal is not None and any(
        entry.get("stage") == stage and entry.get("artifact") == content_hash
        for entry in journal.entries()
    )


def facts(_config: TuneConfig, context: Context) -> Mapping[str, str]:
    """The libraries that decide about bits."""
    return {"engines": digest(context.engines.versions())}


STAGE = Stage(
    name="tune",
    version=1,
    config=TuneConfig,
    needs=("build", "gate", "choose", "plan"),
    run=run,
    facts=facts,
)
