"""Every hyperparameter: from the recipe, or derived by a rule, each with its reason.

Where the rules come from:
- learning rate: QLoRA (Dettmers et al. 2023, table 9) tunes 7B and 13B with 2e-4, 33B and 65B with 1e-4; smaller
  models take more (LoRA's best rate falls slowly with width). Under 50M, measured with the embedded base on 35 rows
  of examples/fortune, 98 validation rows it never saw: 1e-3 to 3e-3 gave 0.98 to 0.99 exact match in eight runs,
  4e-3 began to forget (0.97, validation loss rising); a weaker base needed 1e-3 and more to learn at all.
- epochs: two to four passes is where instruction tuning stops gaining on held-out data; for very small bases
  on few rows 10 and 20 passes measured the same, because one pass is only a few dozen steps: 20 is the safe side.
- rank: 16 on all linear layers; more rank than data is memory for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kitae.core.text import Message
from kitae.engines.training.forecast import Workload
from kitae.records.base_model import BaseModel
from kitae.records.hardware import Hardware
from kitae.records.plan import LoraSettings, PlannedValue, TrainingSettings
from kitae.stages.plan.config import PlanConfig

Source = Literal["recipe", "derived", "default"]

VERY_SMALL = 50_000_000
SMALL = 500_000_000
FP32_LIMIT_PARAMETERS = 1_000_000_000
LARGE = 20_000_000_000

TRIAL_TOKENS = 160_000
"""What the embedded model may see in all: about a minute on one core, so that trying the way stays short."""
MAX_STEPS = 20_000
MIN_STEPS_PER_EPOCH = 8
CHECKPOINTS_PER_RUN = 10
VALIDATIONS_PER_RUN = 10
FEWEST_VALIDATIONS = 2
VALIDATION_SHARE = 0.25
"""Of the time of training, at most; a token that is only looked at costs about half of one that trains."""
LONGEST_GAP_STEPS = 200


@dataclass(frozen=True)
class Situation:
    """What values are derived from."""

    base: BaseModel
    hardware: Hardware
    work: Workload
    seed: int

    @property
    def is_very_small(self) -> bool:
        """Whether the base is far below the sizes that people put to work."""
        return self.base.parameters < VERY_SMALL


@dataclass(frozen=True)
class Derived:
    """One value with its reason."""

    value: Any
    reason: Message
    source: Source = "derived"


def plan_values(config: PlanConfig, situation: Situation) -> tuple[PlannedValue, ...]:
    """All values in the order in which they depend on each other."""
    chosen = _chosen(config)
    found: dict[str, Derived] = {}
    for name, rule in RULES.items():
        wanted = chosen.get(name)
        found[name] = (
            rule(situation, found)
            if wanted is None
            else Derived(wanted, Message(key="plan.reason.recipe"), "recipe")
        )
    return tuple(
        PlannedValue(name=n, value=d.value, reason=d.reason, source=d.source)
        for n, d in found.items()
    )


def settings_from(values: tuple[PlannedValue, ...]) -> TrainingSettings:
    """The same values in the form that the training loop takes."""
    by_name: dict[str, Any] = {value.name: value.value for value in values}
    lora = {name: by_name.pop(name) for name in ("rank", "alpha", "dropout")}
    by_name["train_on_history"] = by_name["train_on_history"] == "true"
    by_name.pop("method")
    return TrainingSettings(method=LoraSettings(**lora), **by_name)


def _chosen(config: PlanConfig) -> Mapping[str, Any]:
    method = config.method
    chosen = config.model_dump(exclude={"method", "train_on_history", "overlong"})
    chosen |= {"rank": method.rank, "alpha": method.alpha, "dropout": method.dropout}
    set_here = config.model_fields_set
    if "overlong" in set_here:
        chosen["overlong"] = config.overlong
    if "train_on_history" in set_here:
        chosen["train_on_history"] = "true" if config.train_on_history else "false"
    return chosen


def _because(key: str, **values: str | int | float) -> Message:
    return Message(key=f"plan.reason.{key}", values=dict(values))


def _method(_situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    return Derived("lora", _because("method"), "default")


def _rank(situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    rows = situation.work.rows
    if rows > 20_000 and not situation.is_very_small:
        return Derived(32, _because("rank_many", rows=rows))
    return Derived(16, _because("rank", rows=rows))


def _alpha(_situation: Situation, found: Mapping[str, Derived]) -> Derived:
    return Derived(2.0 * found["rank"].value, _because("alpha", rank=found["rank"].value))


def _dropout(situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    rows = situation.work.rows
    if situation.is_very_small or rows > 2000:
        return Derived(0.0, _because("dropout_none"))
    return Derived(0.05, _because("dropout", rows=rows))


def _learning_rate(situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    millions = round(situation.base.parameters / 1e6, 1)
    if situation.is_very_small:
        return Derived(2e-3, _because("learning_rate_very_small", millions=millions))
    if situation.base.parameters < SMALL:
        return Derived(5e-4, _because("learning_rate", millions=millions))
    rate = 2e-4 if situation.base.parameters < LARGE else 1e-4
    return Derived(rate, _because("learning_rate", millions=millions))


def _batch_examples(situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    rows = situation.work.rows
    batch = 4
    while batch < 16 and rows // (2 * batch) >= MIN_STEPS_PER_EPOCH:
        batch *= 2
    steps = max(1, rows // batch)
    return Derived(batch, _because("batch_examples", rows=rows, steps=steps))


def _epochs(situation: Situation, found: Mapping[str, Derived]) -> Derived:
    rows = max(situation.work.rows, 1)
    wanted = _wanted_epochs(situation, rows)
    if situation.base.is_for_trying:
        affordable = TRIAL_TOKENS / max(situation.work.tokens, 1)
        if affordable < wanted:
            return Derived(_neat(affordable), _because("epochs_trying", tokens=TRIAL_TOKENS))
    affordable = MAX_STEPS * found["batch_examples"].value / rows
    if affordable < wanted:
        return Derived(_neat(affordable), _because("epochs_bounded", steps=MAX_STEPS))
    if situation.is_very_small:
        return Derived(wanted, _because("epochs_very_small", rows=rows))
    return Derived(wanted, _because("epochs", rows=rows))


def _wanted_epochs(situation: Situation, rows: int) -> float:
    if situation.is_very_small:
        return float(min(20, max(3, round(4000 / rows))))
    bounds = ((500, 4.0), (5000, 3.0), (50_000, 2.0))
    return next((epochs for most, epochs in bounds if rows < most), 1.0)


def _neat(epochs: float) -> float:
    """Rounded down, so that a bound stays one."""
    digits = 10 if epochs >= 1 else 1000
    return max(1, math.floor(epochs * digits)) / digits


def _steps(situation: Situation, found: Mapping[str, Derived]) -> Derived:
    rows, batch = situation.work.rows, found["batch_examples"].value
    epochs = found["epochs"].value
    steps = max(1, round(rows * epochs / batch))
    return Derived(steps, _because("steps", rows=rows, epochs=epochs, batch=batch))


def _warmup_steps(_situation: Situation, found: Mapping[str, Derived]) -> Derived:
    steps = found["steps"].value
    return Derived(max(1, min(100, round(0.05 * steps))), _because("warmup_steps", steps=steps))


def _schedule(_situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    return Derived("cosine", _because("schedule"), "default")


def _max_length_tokens(situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    longest, context = situation.work.longest, situation.base.context_length
    needed = -(-max(longest, 8) // 8) * 8
    if context and needed > context:
        return Derived(context, _because("max_length_context", longest=longest, context=context))
    return Derived(needed, _because("max_length_tokens", longest=longest))


def _precision(situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    if situation.hardware.kind == "cpu" and situation.base.parameters <= FP32_LIMIT_PARAMETERS:
        return Derived("fp32", _because("precision_fp32"))
    return Derived("bf16", _because("precision_bf16"))


def _weight_decay(_situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    return Derived(0.0, _because("weight_decay"), "default")


def _max_gradient_norm(_situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    return Derived(1.0, _because("max_gradient_norm"), "default")


def _overlong(_situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    return Derived("fail", _because("overlong"), "default")


def _train_on_history(_situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    return Derived("false", _because("train_on_history"), "default")


def _seed(situation: Situation, _found: Mapping[str, Derived]) -> Derived:
    return Derived(situation.seed, _because("seed"), "default")


def _validate_every(situation: Situation, found: Mapping[str, Derived]) -> Derived:
    steps, work = found["steps"].value, situation.work
    trained = work.tokens / max(work.rows, 1) * found["batch_examples"].value * steps
    affordable = VALIDATION_SHARE * 2 * trained / max(work.validation_tokens, 1)
    looks = round(min(VALIDATIONS_PER_RUN, max(FEWEST_VALIDATIONS, affordable)))
    every = max(1, -(-steps // looks))
    return Derived(every, _because("validate_every_steps", looks=-(-steps // every)))


def _checkpoint_every(_situation: Situation, found: Mapping[str, Derived]) -> Derived:
    every = min(LONGEST_GAP_STEPS, max(1, round(found["steps"].value / CHECKPOINTS_PER_RUN)))
    return Derived(every, _because("checkpoint_every_steps"))


RULES: Mapping[str, Callable[[Situation, Mapping[str, Derived]], Derived]] = {
    "method": _method,
    "rank": _rank,
    "alpha": _alpha,
    "dropout": _dropout,
    "learning_rate": _learning_rate,
    "batch_examples": _batch_examples,
    "epochs": _epochs,
    "steps": _steps,
    "warmup_steps": _warmup_steps,
    "schedule": _schedule,
    "max_length_tokens": _max_length_tokens,
    "overlong": _overlong,
    "train_on_history": _train_on_history,
    "precision": _precision,
    "weight_decay": _weight_decay,
    "max_gradient_norm": _max_gradient_norm,
    "validate_every_steps": _validate_every,
    "checkpoint_every_steps": _checkpoint_every,
    "seed": _seed,
}
"""Name -> rule; a rule may look at the values before it."""
