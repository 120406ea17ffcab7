"""A tiny base with a random adapter on it: a tuned model without the tuning."""

from __future__ import annotations

from pathlib import Path


def make_adapter(base: Path, folder: Path, *, seed: int = 1) -> Path:
    """Write a LoRA adapter whose effect on the base is large enough to be seen."""
    import torch
    from safetensors.torch import load_file

    from kitae.engines.inference.loading import load_base
    from kitae.engines.training.adapter import add_adapter, write_adapter
    from kitae.records.plan import LoraSettings

    model = load_base(base, torch.float32, torch.device("cpu"))
    tuned = add_adapter(model, LoraSettings(rank=4, alpha=8, dropout=0.0))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        tensors = {
            name.replace(".default", ""): torch.randn(weight.shape) * 0.2
            for name, weight in sorted(tuned.named_parameters())
            if "lora_" in name
        }
    write_adapter(tuned, tensors, folder)
    assert load_file(folder / "adapter_model.safetensors").keys() == tensors.keys()
    return folder
