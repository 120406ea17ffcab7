"""What learns: a base with an adapter, and the optimizer of the adapter's weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from kitae.engines.inference.causal import summed_losses
from kitae.engines.inference.head import has_plain_head
from kitae.engines.inference.loading import find_device, load_base
from kitae.engines.protocols import EncodedExample
from kitae.engines.training.adapter import Tensors, adapter_tensors, add_adapter
from kitae.engines.training.checkpoints import (
    History,
    Snapshot,
    random_states,
    restore_random_states,
)
from kitae.records.plan import TrainingSettings

BETAS = (0.9, 0.999)
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass
class Learner:
    """A model in training.

    Attributes:
        model: The base with its adapter (peft).
        plain_head: Whether logits are the output embedding applied to the hidden states.
        trainable: Parameter name -> parameter, in a fixed order.
        optimizer: AdamW over them.
        max_gradient_norm: Gradients are clipped to this norm.
        best: The adapter's tensors at the best step; empty before the first validation.
    """

    model: Any
    plain_head: bool
    trainable: dict[str, torch.nn.Parameter]
    optimizer: torch.optim.AdamW
    max_gradient_norm: float
    best: Tensors

    @classmethod
    def create(cls, base: Path, settings: TrainingSettings) -> Learner:
        """Load the base and put a fresh adapter on it, equal for equal seeds.

        Raises:
            DataError: The base cannot be read.
            ResourceError: It does not fit in memory.
        """
        device = find_device()
        bare = load_base(base, _DTYPES[settings.precision], device)
        bare.config.use_cache = False
        plain_head = has_plain_head(bare, device)
        torch.manual_seed(settings.seed)
        model = add_adapter(bare, settings.method)
        trainable = {n: p for n, p in sorted(model.named_parameters()) if p.requires_grad}
        optimizer = torch.optim.AdamW(
            trainable.values(),
            lr=settings.learning_rate,
            betas=BETAS,
            weight_decay=settings.weight_decay,
            fused=device.type in ("cpu", "cuda"),
        )
        model.train()
        return cls(model, plain_head, trainable, optimizer, settings.max_gradient_norm, {})

    @property
    def bare(self) -> Any:  # noqa: ANN401
        """The causal model itself, adapter layers inside it."""
        return self.model.get_base_model()

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return next(iter(self.trainable.values())).device

    @property
    def trainable_parameters(self) -> int:
        """How many numbers train."""
        return sum(parameter.numel() for parameter in self.trainable.values())

    def gradient_norm(self) -> float:
        """Clip the gradients; their norm before that."""
        norm = torch.nn.utils.clip_grad_norm_(self.trainable.values(), self.max_gradient_norm)
        return float(norm)

    def update(self, rate: float) -> None:
        """One step of the optimizer with this learning rate; gradients are forgotten after it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def keep_best(self) -> None:
        """Remember the adapter as it is now as the best one."""
        self.best = adapter_tensors(self.model)

    def validate(self, rows: Sequence[EncodedExample]) -> float:
        """Mean loss over the answer tokens of these rows, in nats; changes nothing, draws nothing."""
        self.model.eval()
        sums = summed_losses(self.bare, rows, self.device, plain_head=self.plain_head)
        self.model.train()
        return sum(sums) / max(sum(sum(row.is_answer[1:]) for row in rows), 1)

    def snapshot(self, history: History) -> Snapshot:
        """Everything that is needed to go on from here."""
        adapter = {n: p.detach().to("cpu", copy=True) for n, p in self.trainable.items()}
        optimizer = {
            f"{name}/{field}": value.detach().to("cpu", copy=True)
            for name, parameter in self.trainable.items()
            for field, value in sorted(self.optimizer.state[parameter].items())
        }
        return Snapshot(history, adapter, optimizer, random_states(), self.best)

    def restore(self, snapshot: Snapshot) -> None:
        """Become what was when the snapshot was taken, to the last bit."""
        with torch.no_grad():
            for name, parameter in self.trainable.items():
                parameter.copy_(snapshot.adapter[name])
                self.optimizer.state[parameter] = _fields(snapshot.optimizer, name, parameter)
        self.best = snapshot.best
        restore_random_states(snapshot.random)


def _fields(stored: Tensors, name: str, parameter: torch.nn.Parameter) -> Tensors:
    """The optimizer's state of one parameter, each tensor where the optimizer keeps it."""
    prefix = f"{name}/"
    found = {key.removeprefix(prefix): stored[key] for key in stored if key.startswith(prefix)}
    return {field: value.to(parameter.device) for field, value in found.items()}
