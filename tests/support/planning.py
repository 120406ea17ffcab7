"""A small project up to `choose` and `gate`, for the stages that plan and tune."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kitae.engines.inference import load_model
from kitae.engines.protocols import Engines, LocatedBase
from kitae.engines.tokens import load_encoder
from kitae.engines.training import train
from kitae.records.base_model import BaseChoice, BaseModel
from kitae.records.example import Example
from kitae.records.gate import DataVerdict
from kitae.records.hardware import Hardware
from kitae.records.store import Artifact, Product
from support.frozen_datasets import frozen_dataset, rows, seal
from support.tiny_models import shared_tiny_model

LAPTOP = Hardware(kind="cpu", cores=2, memory_gib=8)


def tiny_base(**changed: Any) -> BaseModel:
    """What `choose` would say of the tiny model."""
    values: dict[str, Any] = {
        "reference": "tiny",
        "revision": "r1",
        "architecture": "LlamaForCausalLM",
        "model_type": "llama",
        "parameters": 45_000,
        "context_length": 512,
        "vocabulary_size": 447,
        "weights_bytes": 180_000,
        "dtype": "float32",
        "licence": "apache-2.0",
        "layers": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
    }
    return BaseModel(**{**values, **changed})


def tiny_engines(
    base: BaseModel, hardware: Hardware = LAPTOP, folder: Path | None = None
) -> Engines:
    """Real engines on a tiny model, on pretended hardware."""
    found = LocatedBase(folder or shared_tiny_model(), base)
    return Engines(
        find_hardware=lambda: hardware,
        find_base=lambda _reference, _root: found,
        load_encoder=load_encoder,
        load_model=load_model,
        train=train,
        merge=lambda *_: None,
        versions=lambda: {"torch": "1"},
    )


def examples(count: int = 40) -> list[Example]:
    """Short rows in three languages, all different."""
    asked = ("what about love in week {}?", "{} 月の仕事は?", "{} 年的什么?")
    told = ("love", "work", "money")
    return rows((asked[n % 3].format(n), told[n % 3]) for n in range(count))


def inputs(
    root: Path,
    base: BaseModel,
    train_rows: Sequence[Example],
    *,
    validation: Sequence[Example] = (),
    test: Sequence[Example] = (),
    outcome: str = "pass",
) -> dict[str, Artifact]:
    """`build`, `choose` and `gate` as sealed artifacts."""
    build = frozen_dataset(root, train_rows, test, validation)
    verdict = DataVerdict(
        dataset_hash=build.content_hash, outcome=outcome, task="closed", checks=()
    )
    return {
        "build": build,
        "choose": seal(root, "choose", Product(records={"choice": BaseChoice(base=base)})),
        "gate": seal(root, "gate", Product(records={"verdict": verdict})),
    }
