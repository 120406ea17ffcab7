"""The story of `plan`: encode every row, derive every value with its reason, forecast, judge whether it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kitae.core.errors import GateError, KitaeError
from kitae.core.hashing import digest
from kitae.core.text import render
from kitae.engines.training.forecast import Workload, forecast
from kitae.records.base_model import BaseChoice
from kitae.records.example import SIDES, Example, Side, to_examples
from kitae.records.plan import Plan
from kitae.records.store import Artifact, Product
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.plan.config import PlanConfig
from kitae.stages.plan.fit import (
    EncodedRow,
    Proposal,
    encode_rows,
    fit_verdict,
    overlong_rows,
)
from kitae.stages.plan.values import Situation, plan_values, settings_from


def run(inputs: Inputs, config: PlanConfig, context: Context) -> Product:
    """build, choose -> the plan."""
    build, base = inputs["build"], inputs["choose"].record("choice", BaseChoice).base
    sides: dict[Side, list[Example]] = {side: to_examples(build.table(side)) for side in SIDES}
    encoder = context.engines.load_encoder(
        context.engines.find_base(base.reference, context.root).folder
    )
    rows = encode_rows(sides, encoder, context.progress, train_on_history=config.train_on_history)
    hardware = context.engines.find_hardware()
    limit = config.max_length_tokens or base.context_length or 10**9
    work = workload(rows, limit)
    values = plan_values(config, Situation(base, hardware, work, context.seed))
    settings = settings_from(values)
    expected = forecast(base, hardware, settings, work)
    verdict = fit_verdict(rows, Proposal(base, hardware, settings, expected))
    plan = Plan(
        dataset_hash=build.content_hash,
        base_revision=base.revision,
        hardware=hardware,
        settings=settings,
        values=values,
        forecast=expected,
        fit=verdict,
    )
    return Product(records={"plan": plan})


def workload(rows: Sequence[EncodedRow], limit: int) -> Workload:
    """What the rows that fit into `limit` tokens ask for; where none fits, what all of them ask for."""
    too_long = {id(row) for row in overlong_rows(rows, limit)}
    train = [row for row in rows if row.side == "train"]
    kept = [row for row in train if id(row) not in too_long] or train
    checked = [r for r in rows if r.side == "validation" and id(r) not in too_long]
    return Workload(
        rows=len(kept),
        tokens=sum(row.length for row in kept),
        answer_tokens=sum(row.answer_tokens for row in kept),
        longest=max((row.length for row in rows), default=0),
        validation_tokens=sum(row.length for row in checked),
    )


def facts(_config: PlanConfig, context: Context) -> Mapping[str, str]:
    """A plan is made for a class of hardware and for the libraries that decide about tokens."""
    return {
        "hardware": digest(context.engines.find_hardware().model_dump(mode="json")),
        "engines": digest(context.engines.versions()),
    }


def refusal(artifact: Artifact, _config: PlanConfig, context: Context) -> KitaeError | None:
    """The error of a plan that does not fit, unless somebody typed a reason to go on."""
    plan = artifact.record("plan", Plan)
    if plan.fit.outcome != "fail" or _is_overridden(artifact, context):
        return None
    failed = [check for check in plan.fit.checks if check.outcome == "fail"]
    return GateError(
        "The plan does not fit: " + " ".join(render(check.message) for check in failed),
        where="stage plan",
        fix=" ".join(render(check.fix) for check in failed if check.fix),
    )


def _is_overridden(artifact: Artifact, context: Context) -> bool:
    journal = context.journals.get("overrides")
    return journal is not None and any(
        entry.get("stage") == "plan" and entry.get("artifact") == artifact.content_hash
        for entry in journal.entries()
    )


STAGE = Stage(
    name="plan",
    version=2,
    config=PlanConfig,
    needs=("build", "choose"),
    run=run,
    facts=facts,
    refusal=refusal,
)
