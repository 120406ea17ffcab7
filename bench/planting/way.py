"""Rows through clean, build and gate as functions: with all defaults, or the gate by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kitae.records.columns import equals, rows_where
from kitae.records.example import SIDES, Example, to_examples, to_table
from kitae.records.gate import CheckResult, DataVerdict
from kitae.records.journal import Journal
from kitae.records.store import Artifact, Manifest, Product, Store
from kitae.stages.build import STAGE as BUILD
from kitae.stages.build import BuildConfig
from kitae.stages.build.summary import summarise
from kitae.stages.clean import STAGE as CLEAN
from kitae.stages.clean import CleanConfig
from kitae.stages.clean.config import DefectsConfig, PrivateConfig
from kitae.stages.contract import Context
from kitae.stages.gate import STAGE as GATE
from kitae.stages.gate import GateConfig

NOTHING_CLEANED = CleanConfig(
    repair=False,
    special_tokens_inside="keep",
    exact_duplicates=False,
    near_duplicates=False,
    private=PrivateConfig(**dict.fromkeys(PrivateConfig.model_fields, "keep")),
    defects=DefectsConfig(**dict.fromkeys(DefectsConfig.model_fields, "warn")),
)
"""`clean` only tells; all is left to the gate."""


@dataclass(frozen=True)
class Judged:
    """What became of the rows.

    Attributes:
        verdict: Of the gate.
        named: Check -> ids of the rows that it concerns.
        left: Ids of rows that left on the way.
        texts: Id -> the texts of the row as they would be trained on.
    """

    verdict: DataVerdict
    named: dict[str, set[str]]
    left: set[str]
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def check(self, name: str) -> CheckResult:
        """One check."""
        return next(one for one in self.verdict.checks if one.name == name)


def judged(
    rows: Sequence[Example], gate: GateConfig | None = None, *, is_gate_alone: bool
) -> Judged:
    """Rows with their sides through the stages.

    Args:
        rows: As `split` leaves them.
        gate: The gate's part of the recipe.
        is_gate_alone: `clean` drops and masks nothing, and `build` drops no leak.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        inputs = {"review": _sealed(root, "review", Product(tables={"examples": to_table(rows)}))}
        clean = NOTHING_CLEANED if is_gate_alone else CleanConfig()
        if is_gate_alone:
            inputs["clean"], inputs["build"] = _as_they_are(root, rows, inputs, clean)
        else:
            inputs["clean"] = _run(root, CLEAN, inputs, clean)
            inputs["build"] = _run(root, BUILD, inputs, BuildConfig())
        return _outcome(rows, inputs["build"], _run(root, GATE, inputs, gate or GateConfig()))


def _as_they_are(
    root: Path, rows: Sequence[Example], inputs: dict[str, Artifact], config: CleanConfig
) -> tuple[Artifact, Artifact]:
    """What `clean` tells of the rows, and all rows frozen, even those that it would drop."""
    clean = _run(root, CLEAN, inputs, config)
    table = to_table(rows)
    languages = {e.id: e.language for e in to_examples(clean.table("examples"))}
    known = [e.model_copy(update={"language": languages.get(e.id, e.language)}) for e in rows]
    table = to_table(known)
    sides = {
        side: rows_where(table, equals(table, "side", side)).combine_chunks() for side in SIDES
    }
    build = Product(tables=dict(sides), records={"dataset": summarise(sides)})
    return clean, _sealed(root, "build", build)


def _outcome(rows: Iterable[Example], build: Artifact, gate: Artifact) -> Judged:
    named: dict[str, set[str]] = {}
    for one in gate.table("concerned").to_pylist():
        named.setdefault(one["check"], set()).add(one["id"])
    kept = [example for side in SIDES for example in to_examples(build.table(side))]
    texts = {e.id: (e.instruction, e.input, e.output, e.system) for e in kept}
    left = {e.id for e in rows} - set(texts)
    return Judged(gate.record("verdict", DataVerdict), named, left, texts)


def _run(root: Path, stage: Any, inputs: dict[str, Artifact], config: Any) -> Artifact:  # noqa: ANN401
    context = Context(
        root=root,
        stage=stage.name,
        seed=7,
        work=root,
        journals={"overrides": Journal(root / "overrides.jsonl")},
        engines=None,  # type: ignore[arg-type]
    )
    return _sealed(root, stage.name, stage.run(inputs, config, context))


def _sealed(root: Path, stage: str, product: Product) -> Artifact:
    store = Store(root / ".kitae")
    store.prepare()
    manifest = Manifest(stage=stage, stage_version=1, fingerprint="f" * 64, inputs={}, files={})
    return store.seal(manifest, product)
