"""What a tuning run will need: memory, time, disk. Loads no model library; a function of its arguments alone.

Shapes of the formulas after Korthikanti et al. 2022 (activations) and EleutherAI's Transformer Math (states,
FLOPs); the constants were measured with this loop (docs/decisions/0004-training-loop.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from kitae.engines.threads import cpu_threads
from kitae.records.base_model import BaseModel
from kitae.records.hardware import Hardware
from kitae.records.plan import Forecast, TrainingSettings

MICRO_BATCH_TOKENS = 4096
"""Most tokens that go through the model at once, padding counted; a longer row goes alone."""
MICRO_BATCH_ROWS = 64

PROCESS_GIB = 0.55
"""Python with torch, transformers, peft and pyarrow, before any model."""
SAVED_PER_HIDDEN = 25
SAVED_PER_INTERMEDIATE = 4
"""Numbers kept per token and layer for the backward pass: 25 h + 4 ff + 7 r (measured: 35.0 h at ff = 2.6 h)."""
LOGIT_BYTES = 12
"""Per answer token and vocabulary entry: logits, log-softmax, gradient (measured: 11.3 to 12.4)."""
ADAPTER_STATE_BYTES = 20
"""Per trained number: weight, gradient, two moments, the copy of the best step."""
MARGIN = 1.25
"""What the allocator keeps above what is in use (measured: 1.2 at 4,096 tokens)."""

CPU_GFLOPS_PER_CORE = 40.0
"""What this loop reaches in float32 on one core of a 2024 server CPU."""
CPU_SECONDS_PER_LAYER_PASS = 0.0015
"""Forward and backward of one layer costs at least this, however small the batch."""
ACCELERATOR_GFLOPS = (("h200", 250_000.0), ("h100", 250_000.0), ("a100", 110_000.0),
                      ("l40", 60_000.0), ("4090", 55_000.0), ("3090", 28_000.0),
                      ("t4", 12_000.0))  # fmt: skip
OTHER_ACCELERATOR_GFLOPS = 20_000.0
"""About a third of each card's dense bf16 peak, the usual share for small batches."""
ACCELERATOR_SECONDS_PER_LAYER_PASS = 0.001
STARTING_S = 5.0
"""Loading the libraries and a small base."""
LOADED_BYTES_PER_S = 1e9
CHECKPOINTS_ON_DISK = 3
"""Two are kept, and a third is being written."""


@dataclass(frozen=True)
class Workload:
    """How much the rows ask for.

    Attributes:
        rows: Rows that train.
        tokens: Of all of them, once.
        answer_tokens: Loss falls on so many of them.
        longest: Tokens of the longest row.
        validation_tokens: Of the validation side, once.
    """

    rows: int
    tokens: int
    answer_tokens: int
    longest: int
    validation_tokens: int = 0


def trainable_parameters(base: BaseModel, rank: int) -> int:
    """Numbers that LoRA on all linear layers trains: rank x (inputs + outputs) of each of the seven."""
    h, ff = base.hidden_size, base.intermediate_size
    attention = 4 * (h + h)
    feed_forward = 3 * (h + ff)
    return base.layers * rank * (attention + feed_forward)


def forecast(
    base: BaseModel, hardware: Hardware, settings: TrainingSettings, work: Workload
) -> Forecast:
    """What a run with these settings is expected to need."""
    tokens = train_tokens(settings, work)
    return Forecast(
        steps=settings.steps,
        train_tokens=tokens,
        memory_gib=round(memory_gib(base, settings, work), 3),
        duration_s=round(duration_s(base, hardware, settings, work), 1),
        disk_gib=round(disk_gib(base, settings), 4),
    )


def train_tokens(settings: TrainingSettings, work: Workload) -> int:
    """Tokens of all steps."""
    return round(work.tokens / max(work.rows, 1) * settings.batch_examples * settings.steps)


def memory_gib(base: BaseModel, settings: TrainingSettings, work: Workload) -> float:
    """Peak of the process: weights, adapter states, activations of the largest micro-batch, logits."""
    number = 4 if settings.precision == "fp32" else 2
    trained = trainable_parameters(base, settings.method.rank)
    length = min(work.longest, settings.max_length_tokens)
    batch_tokens = min(settings.batch_examples * length, max(MICRO_BATCH_TOKENS, length))
    saved = (
        SAVED_PER_HIDDEN * base.hidden_size
        + SAVED_PER_INTERMEDIATE * base.intermediate_size
        + 7 * settings.method.rank
    )
    activations = base.layers * batch_tokens * saved * number
    answer_share = work.answer_tokens / max(work.tokens, 1)
    logits = batch_tokens * answer_share * base.vocabulary_size * LOGIT_BYTES
    states = base.parameters * number + trained * ADAPTER_STATE_BYTES
    return PROCESS_GIB + MARGIN * (states + activations + logits) / 2**30


def duration_s(
    base: BaseModel, hardware: Hardware, settings: TrainingSettings, work: Workload
) -> float:
    """Seconds of tuning, loading and validation included.

    LoRA needs no gradients of the base's weights: 2 P forward and 2 P backward per token, where P leaves
    out the embedding; the output head counts for answer tokens only.
    """
    embedding = base.vocabulary_size * base.hidden_size
    body = max(base.parameters - embedding, base.parameters // 4)
    trained = trainable_parameters(base, settings.method.rank)
    tokens = train_tokens(settings, work)
    answer_share = work.answer_tokens / max(work.tokens, 1)
    training = tokens * (4 * body + 6 * trained + 4 * embedding * answer_share)
    passes = settings.steps // max(settings.validate_every_steps, 1) + 2
    checking = passes * work.validation_tokens * (2 * body + 2 * embedding * answer_share)
    rate, layer_s = _speed(base, hardware)
    starting = STARTING_S + base.weights_bytes / LOADED_BYTES_PER_S
    return starting + (training + checking) / (rate * 1e9) + settings.steps * base.layers * layer_s


def disk_gib(base: BaseModel, settings: TrainingSettings) -> float:
    """Checkpoints (adapter, two moments, best step) and the finished adapter, all float32."""
    trained = trainable_parameters(base, settings.method.rank)
    return trained * 4 * (CHECKPOINTS_ON_DISK * 4 + 2) / 2**30


def _speed(base: BaseModel, hardware: Hardware) -> tuple[float, float]:
    """GFLOP/s that the loop reaches, and the least seconds of a layer's forward and backward pass."""
    if hardware.kind == "cpu":
        threads = cpu_threads(base.parameters, hardware.cores)
        return CPU_GFLOPS_PER_CORE * threads, CPU_SECONDS_PER_LAYER_PASS
    name = hardware.accelerator.lower()
    known = [rate for part, rate in ACCELERATOR_GFLOPS if part in name]
    return (known or [OTHER_ACCELERATOR_GFLOPS])[0], ACCELERATOR_SECONDS_PER_LAYER_PASS
