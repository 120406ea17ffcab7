"""The gate: look at the frozen dataset from every side, and say no before a training run is wasted."""

from __future__ import annotations

from collections.abc import Callable

from kitae.core.errors import GateError, KitaeError
from kitae.core.text import render, say
from kitae.records.gate import CheckResult, DataVerdict, Outcome
from kitae.records.store import Artifact, Product
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.gate.answers import check_balance, check_dependence
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.leakage import check_leakage
from kitae.stages.gate.marks import check_language, check_special_tokens, check_unread
from kitae.stages.gate.repeats import check_contradictions, check_duplicates
from kitae.stages.gate.rows import Rows, read_rows
from kitae.stages.gate.size import check_empties, check_heldout, check_size

CHECKS: tuple[Callable[[Rows, GateConfig], CheckResult], ...] = (
    check_size,
    check_heldout,
    check_empties,
    check_dependence,
    check_contradictions,
    check_leakage,
    check_duplicates,
    check_balance,
    check_special_tokens,
    check_language,
    check_unread,
)


def run(inputs: Inputs, config: GateConfig, context: Context) -> Product:
    """Judge the dataset by every check; the worst finding is the verdict."""
    build = inputs["build"]
    rows = read_rows(build)
    found: list[CheckResult] = []
    for check in CHECKS:
        found.append(check(rows, config))
        context.progress(len(found), len(CHECKS))
    verdict = DataVerdict(
        dataset_hash=build.content_hash,
        outcome=worst(found),
        task=rows.task,
        checks=tuple(found),
    )
    return Product(records={"verdict": verdict})


def worst(checks: list[CheckResult]) -> Outcome:
    """Fail before warn before pass."""
    outcomes = {check.outcome for check in checks}
    return "fail" if "fail" in outcomes else "warn" if "warn" in outcomes else "pass"


def refusal(artifact: Artifact, _config: GateConfig, context: Context) -> KitaeError | None:
    """The error that names the failed checks, unless a person has overridden this very verdict."""
    verdict = artifact.record("verdict", DataVerdict)
    failed = [check for check in verdict.checks if check.outcome == "fail"]
    if not failed or _is_overridden(artifact, context):
        return None
    said = " ".join(f"{say(f'gate.{c.name}.title')}: {render(c.message)}" for c in failed)
    mending = " ".join(render(c.fix) for c in failed if c.fix is not None)
    return GateError(
        f"The data would waste a training run. {said}",
        where=f"data gate, {len(failed)} of {len(verdict.checks)} checks failed"
        " (`kitae show gate` shows the rows)",
        fix=f'{mending} Or go on all the same: `kitae override gate --reason "why"`',
    )


def _is_overridden(artifact: Artifact, context: Context) -> bool:
    return any(
        entry.get("stage") == "gate" and entry.get("artifact") == artifact.content_hash
        for entry in context.journals["overrides"].entries()
    )


STAGE = Stage(
    name="gate",
    version=1,
    config=GateConfig,
    needs=("build",),
    run=run,
    refusal=refusal,
)
