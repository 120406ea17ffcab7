"""Everything that `evaluate` needs, with models that say what they were told to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitae.engines.inference.scripted import ScriptedEncoder, ScriptedModel
from kitae.engines.protocols import Engines, LanguageModel, LocatedBase
from kitae.records.base_model import BaseChoice, BaseModel
from kitae.records.evaluation import Evaluation
from kitae.records.example import Example
from kitae.records.gate import DataVerdict
from kitae.records.hardware import Hardware
from kitae.records.store import Product
from kitae.records.tuned import TunedModel
from kitae.stages.contract import Context, Inputs
from kitae.stages.evaluate import STAGE, EvaluateConfig
from support.frozen_datasets import context, frozen_dataset, seal


def base_model(context_length: int = 1_000_000) -> BaseModel:
    """A base that is not spark."""
    return BaseModel(
        reference="somebody/else",
        revision="r",
        architecture="LlamaForCausalLM",
        model_type="llama",
        parameters=1,
        context_length=context_length,
        vocabulary_size=1,
        weights_bytes=1,
        dtype="float32",
        licence="apache-2.0",
    )


def engines(before: LanguageModel, after: LanguageModel, base: BaseModel) -> Engines:
    """Engines whose models are given; each loading is fresh in name only."""

    def unused(*_: Any) -> Any:
        raise AssertionError("evaluate has no use for this engine")

    return Engines(
        find_hardware=lambda: Hardware(kind="cpu", cores=1, memory_gib=1),
        find_base=lambda reference, root: LocatedBase(root / reference, base),
        load_encoder=lambda _folder: ScriptedEncoder(),
        load_model=lambda _folder, adapter: before if adapter is None else after,
        train=unused,
        merge=unused,
    )


@dataclass(frozen=True)
class ExamRoom:
    """Inputs and context of one evaluation."""

    inputs: Inputs
    context: Context

    def evaluate(self, config: EvaluateConfig | None = None) -> Evaluation:
        """Prepare and run the stage."""
        config = config or EvaluateConfig()
        STAGE.prepare(self.inputs, config, self.context)
        record = STAGE.run(self.inputs, config, self.context).records["evaluation"]
        assert isinstance(record, Evaluation)
        return record


def exam_room(  # noqa: PLR0913
    root: Path,
    train: Sequence[Example],
    test: Sequence[Example],
    before: LanguageModel,
    after: LanguageModel,
    *,
    task: str = "closed",
    context_length: int = 1_000_000,
    adapter: bytes = b"adapter",
    **more: Any,
) -> ExamRoom:
    """Sealed inputs of the stage and a context with these two models."""
    base = base_model(context_length)
    build = frozen_dataset(root, train, test)
    verdict = DataVerdict(dataset_hash=build.content_hash, outcome="pass", task=task, checks=())
    folder = root / "adapter-source"
    folder.mkdir(exist_ok=True)
    (folder / "adapter_model.safetensors").write_bytes(adapter)
    inputs = {
        "build": build,
        "gate": seal(root, "gate", Product(records={"verdict": verdict})),
        "choose": seal(root, "choose", Product(records={"choice": BaseChoice(base=base)})),
        "plan": seal(root, "plan", Product(files={"plan.txt": b"plan"})),
        "tune": seal(
            root, "tune", Product(records={"tuned": _tuned()}, folders={"adapter": folder})
        ),
    }
    return ExamRoom(inputs, context(root, "evaluate", engines(before, after, base), **more))


def says(
    examples: Sequence[Example], right: int, wrong: str = "wrong", **more: Any
) -> ScriptedModel:
    """A model that knows the first `right` of these rows and says `wrong` to all others."""
    answers: Mapping[str, str] = {e.question: e.output for e in examples[:right]}
    return ScriptedModel(answers, fallback=wrong, **more)


def _tuned() -> TunedModel:
    return TunedModel(
        base_reference="somebody/else",
        base_revision="r",
        method="lora",
        adapter_hash="a",
        steps=1,
        train_rows=1,
        trained_tokens=1,
        answer_tokens=1,
        trainable_parameters=1,
        losses=(),
        validation=(),
        best_step=1,
    )
