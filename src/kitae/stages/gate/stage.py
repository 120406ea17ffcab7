"""The gate: look at the frozen dataset from every side, and say no before a training run is wasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from kitae.core.errors import GateError, KitaeError
from kitae.core.hashing import file_digest
from kitae.core.text import render, say
from kitae.records.gate import CheckResult, DataVerdict, Outcome
from kitae.records.store import Artifact, Product
from kitae.stages.contract import Context, Inputs, Stage
from kitae.stages.gate.config import GateConfig

if TYPE_CHECKING:
    from kitae.engines.texts.column import TextColumn
    from kitae.stages.gate.findings import Finding
    from kitae.stages.gate.rows import Rows

VERSION = 2

CONCERNED_SCHEMA = pa.schema(
    [pa.field("check", pa.string(), nullable=False), pa.field("id", pa.string(), nullable=False)]
)
"""Every row that a check concerns, where the verdict shows a few."""


def run(inputs: Inputs, config: GateConfig, context: Context) -> Product:
    """Judge the dataset by every check; the worst finding is the verdict."""
    from kitae.stages.gate.checks import CHECKS
    from kitae.stages.gate.rows import read_rows

    build = inputs["build"]
    rows = read_rows(build, inputs["clean"], _benchmarks(config, context))
    found: list[Finding] = []
    for check in CHECKS:
        found.append(check(rows, config))
        context.progress(len(found), len(CHECKS))
    results = [one.result for one in found]
    verdict = DataVerdict(
        dataset_hash=build.content_hash,
        outcome=worst(results),
        task=rows.task,
        checks=tuple(results),
    )
    return Product(records={"verdict": verdict}, tables={"concerned": _concerned(rows, found)})


def _benchmarks(config: GateConfig, context: Context) -> dict[str, TextColumn]:
    if not config.benchmarks:
        return {}
    from kitae.engines.contamination import read_benchmark

    return {name: read_benchmark(context.root / name).texts for name in config.benchmarks}


def facts(config: GateConfig, context: Context) -> Mapping[str, str]:
    """The content of the benchmark files; one that is not there is an error when the stage runs."""
    paths = {name: context.root / name for name in config.benchmarks}
    return {name: file_digest(path) for name, path in paths.items() if path.is_file()}


def _concerned(rows: Rows, found: Sequence[Finding]) -> pa.Table:
    parts = [(one.result.name, rows.ids(one.rows)) for one in found if len(one.rows)]
    columns = [
        [name for name, ids in parts for _ in ids],
        [one for _, ids in parts for one in ids],
    ]
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.Table.from_arrays(arrays, schema=CONCERNED_SCHEMA)


def worst(checks: Sequence[CheckResult]) -> Outcome:
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
    version=VERSION,
    config=GateConfig,
    needs=("clean", "build"),
    run=run,
    facts=facts,
    refusal=refusal,
)
