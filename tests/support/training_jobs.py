"""Small training jobs on the tiny model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kitae.engines.protocols import TrainingJob
from kitae.engines.tokens import load_encoder
from kitae.records.example import Example
from kitae.records.plan import LoraSettings, TrainingSettings
from support.tiny_models import shared_tiny_model

PAIRS = (
    ("what is this?", "topic love"), ("今日の仕事は?", "work"), ("今天什么?", "money"), ("the user", "ok"),
    ("a longer question about the period of today", "this is the answer"), ("question 😀", "answer 😀"),
    ("します", "する"), ("system", "topic period money today"), ("x", "y"), ("love", "work"),
)  # fmt: skip


def settings(**changed: Any) -> TrainingSettings:
    """Twenty steps of three rows."""
    values: dict[str, Any] = {
        "method": LoraSettings(rank=4, alpha=8.0, dropout=0.0),
        "learning_rate": 1e-2,
        "warmup_steps": 2,
        "schedule": "cosine",
        "weight_decay": 0.0,
        "max_gradient_norm": 1.0,
        "epochs": 6.0,
        "steps": 20,
        "batch_examples": 3,
        "max_length_tokens": 512,
        "precision": "fp32",
        "train_on_history": False,
        "checkpoint_every_steps": 4,
        "validate_every_steps": 5,
        "seed": 1,
        "overlong": "fail",
    }
    return TrainingSettings(**{**values, **changed})


def job(work: Path, *, validation_rows: int = 2, **changed: Any) -> TrainingJob:
    """A job on the shared tiny model; `changed` are fields of the job (`settings`, `on_event` ...)."""
    base = shared_tiny_model()
    encoder = load_encoder(base)
    examples = [Example(id=str(i), instruction=q, output=a) for i, (q, a) in enumerate(PAIRS)]
    rows = [encoder.encode_example(example) for example in examples]
    cut = len(rows) - validation_rows
    values: dict[str, Any] = {
        "base": base,
        "train": rows[:cut],
        "validation": rows[cut:],
        "settings": settings(),
        "work": work,
    }
    return TrainingJob(**{**values, **changed})
