"""The fit verdict: what the real tokenizer says on all rows, and whether the plan makes sense."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kitae.core.text import Message
from kitae.engines.protocols import EncodedExample, Encoder
from kitae.records.base_model import BaseModel
from kitae.records.example import SIDES, Example, Side
from kitae.records.gate import CheckResult, EvidenceRow, Outcome
from kitae.records.hardware import Hardware
from kitae.records.plan import FitVerdict, Forecast, TrainingSettings
from kitae.stages.plan.licence import licence_check

EVIDENCE_ROWS = 5
EXCERPT_CHARACTERS = 80
MANY_PASSES = 60
TOO_MANY_PASSES = 200
"""How often a row may be seen: the longest useful runs of very small models measured here had 59 passes."""
FEW_STEPS = 10
TIGHT_MEMORY = 0.8
RATE_BOUNDS = (1e-6, 2e-2)


@dataclass(frozen=True)
class EncodedRow:
    """One row of the dataset as the model will see it."""

    example: Example
    side: Side
    encoded: EncodedExample

    @property
    def length(self) -> int:
        """Tokens, question and answer together."""
        return len(self.encoded.ids)

    @property
    def answer_tokens(self) -> int:
        """Tokens that loss falls on; the first token of all has nothing before it and never counts."""
        return sum(self.encoded.is_answer[1:])


def encode_rows(
    sides: Mapping[Side, Sequence[Example]],
    encoder: Encoder,
    on_progress: Callable[[int, int], None],
    *,
    train_on_history: bool,
) -> list[EncodedRow]:
    """Every row of every side as tokens."""
    total = sum(len(examples) for examples in sides.values())
    rows: list[EncodedRow] = []
    for side in SIDES:
        for example in sides[side]:
            encoded = encoder.encode_example(example, train_on_history=train_on_history)
            rows.append(EncodedRow(example, side, encoded))
            if len(rows) % 500 == 0 or len(rows) == total:
                on_progress(len(rows), total)
    return rows


@dataclass(frozen=True)
class Proposal:
    """A plan before its verdict."""

    base: BaseModel
    hardware: Hardware
    settings: TrainingSettings
    forecast: Forecast


def fit_verdict(rows: Sequence[EncodedRow], proposal: Proposal) -> FitVerdict:
    """Look at every row and at the plan as a whole."""
    settings = proposal.settings
    overlong = overlong_rows(rows, settings.max_length_tokens)
    endless = [row for row in rows if not row.encoded.has_stop]
    silent = [row for row in rows if row.answer_tokens == 0 or not row.example.output.strip()]
    kept = [row for row in rows if row.side == "train" and row not in overlong]
    checks = (
        _overlong_check(rows, overlong, settings),
        _stop_check(endless),
        _silent_check(silent),
        _train_check(kept),
        _context_check(proposal),
        _memory_check(proposal),
        _passes_check(len(kept), settings),
        _rate_check(settings),
        _steps_check(settings),
        licence_check((row.example for row in rows), proposal.base),
    )
    return FitVerdict(
        outcome=_worst(check.outcome for check in checks),
        rows=len(rows),
        longest_tokens=max((row.length for row in rows), default=0),
        overlong_rows=len(overlong),
        rows_without_stop=len(endless),
        rows_without_trainable_token=len(silent),
        answer_tokens=sum(row.answer_tokens for row in kept),
        total_tokens=sum(row.length for row in kept),
        checks=checks,
    )


def overlong_rows(rows: Sequence[EncodedRow], limit: int) -> list[EncodedRow]:
    """Rows whose answer would have to be cut."""
    return [row for row in rows if row.length > limit]


def _overlong_check(
    rows: Sequence[EncodedRow], overlong: Sequence[EncodedRow], settings: TrainingSettings
) -> CheckResult:
    longest = max((row.length for row in rows), default=0)
    values = {"rows": len(overlong), "longest": longest, "limit": settings.max_length_tokens}
    bad: Outcome = "warn" if settings.overlong == "drop" else "fail"
    found = f"overlong.{settings.overlong}" if overlong else "overlong.pass"
    return CheckResult(
        name="fit_overlong",
        outcome=bad if overlong else "pass",
        value=longest,
        threshold=settings.max_length_tokens,
        count=len(overlong),
        message=_say(found, **values),
        fix=_say("overlong.fix") if overlong and bad == "fail" else None,
        evidence=_evidence(overlong),
    )


def _stop_check(endless: Sequence[EncodedRow]) -> CheckResult:
    return CheckResult(
        name="fit_stop",
        outcome="fail" if endless else "pass",
        count=len(endless),
        message=_say("stop.fail" if endless else "stop.pass", rows=len(endless)),
        fix=_say("stop.fix") if endless else None,
        evidence=_evidence(endless),
    )


def _silent_check(silent: Sequence[EncodedRow]) -> CheckResult:
    return CheckResult(
        name="fit_trainable",
        outcome="fail" if silent else "pass",
        count=len(silent),
        message=_say("trainable.fail" if silent else "trainable.pass", rows=len(silent)),
        fix=_say("trainable.fix") if silent else None,
        evidence=_evidence(silent),
    )


def _train_check(kept: Sequence[EncodedRow]) -> CheckResult:
    return CheckResult(
        name="fit_rows",
        outcome="pass" if kept else "fail",
        count=len(kept),
        message=_say("rows.pass" if kept else "rows.fail", rows=len(kept)),
        fix=None if kept else _say("rows.fix"),
    )


def _context_check(proposal: Proposal) -> CheckResult:
    wanted, context = proposal.settings.max_length_tokens, proposal.base.context_length
    is_over = context > 0 and wanted > context
    return CheckResult(
        name="fit_context",
        outcome="fail" if is_over else "pass",
        value=wanted,
        threshold=context,
        message=_say("context.fail" if is_over else "context.pass", wanted=wanted, context=context),
        fix=_say("context.fix", context=context) if is_over else None,
    )


def _memory_check(proposal: Proposal) -> CheckResult:
    hardware, needed = proposal.hardware, proposal.forecast.memory_gib
    there = hardware.memory_gib if hardware.kind != "cuda" else hardware.accelerator_memory_gib
    share = needed / there if there else 0.0
    outcome: Outcome = "fail" if share > 1 else "warn" if share > TIGHT_MEMORY else "pass"
    return CheckResult(
        name="fit_memory",
        outcome=outcome,
        value=needed,
        threshold=there,
        message=_say(f"memory.{outcome}", needed=round(needed, 1), there=there),
        fix=None if outcome == "pass" else _say("memory.fix"),
    )


def _passes_check(rows: int, settings: TrainingSettings) -> CheckResult:
    passes = round(settings.steps * settings.batch_examples / max(rows, 1), 1)
    outcome: Outcome = (
        "fail" if passes > TOO_MANY_PASSES else "warn" if passes > MANY_PASSES else "pass"
    )
    return CheckResult(
        name="fit_passes",
        outcome=outcome,
        value=passes,
        threshold=TOO_MANY_PASSES if outcome == "fail" else MANY_PASSES,
        message=_say(f"passes.{outcome}", passes=passes, rows=rows),
        fix=None if outcome == "pass" else _say("passes.fix"),
    )


def _rate_check(settings: TrainingSettings) -> CheckResult:
    low, high = RATE_BOUNDS
    rate = settings.learning_rate
    outcome: Outcome = "pass" if low <= rate <= high else "warn"
    return CheckResult(
        name="fit_rate",
        outcome=outcome,
        value=rate,
        threshold=high if rate > high else low,
        message=_say(f"rate.{outcome}", rate=rate, low=low, high=high),
        fix=None if outcome == "pass" else _say("rate.fix"),
    )


def _steps_check(settings: TrainingSettings) -> CheckResult:
    outcome: Outcome = "pass" if settings.steps >= FEW_STEPS else "warn"
    return CheckResult(
        name="fit_steps",
        outcome=outcome,
        value=settings.steps,
        threshold=FEW_STEPS,
        message=_say(f"steps.{outcome}", steps=settings.steps),
        fix=None if outcome == "pass" else _say("steps.fix"),
    )


def _say(key: str, **values: str | int | float) -> Message:
    return Message(key=f"plan.fit.{key}", values=dict(values))


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    found = set(outcomes)
    return "fail" if "fail" in found else "warn" if "warn" in found else "pass"


def _evidence(rows: Sequence[EncodedRow]) -> tuple[EvidenceRow, ...]:
    worst = sorted(rows, key=lambda row: (-row.length, row.example.id))[:EVIDENCE_ROWS]
    return tuple(
        EvidenceRow(
            ids=(row.example.id,),
            text=f"[{row.side}, {row.length}] {row.example.question[:EXCERPT_CHARACTERS]}",
        )
        for row in worst
    )
