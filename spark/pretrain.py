"""Builds `kitae-spark` from nothing: `python spark/pretrain.py --out DIR`."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor
from transformers import GenerationConfig, LlamaConfig

import network
from corpus import Row, rows
from tokenization import PAD, TURN_END, TURN_START, for_transformers, trained_tokenizer

CARD = Path(__file__).parent / "model_card.md"
MAX_POSITIONS = 2048
VOCAB_SIZE = 3584
POOL_ROWS = 2_048
"""Rows whose batches are shuffled together."""


@dataclass(frozen=True)
class Recipe:
    """What someone chose for one build."""

    steps: int = 1500
    seed: int = 0
    threads: int = 1
    peak_lr: float = 2.5e-3
    batch_tokens: int = 2048
    warmup_steps: int = 100
    width: int = 192
    layers: int = 6
    tokenizer_rows: int = 40_000
    """Rows that the tokenizer learns its merges from."""


@dataclass(frozen=True)
class Encoded:
    """Token ids of a row, and the same with -100 where no loss falls."""

    ids: list[int]
    labels: list[int]


def encode(tokenizer: Tokenizer, row: Row) -> Encoded:
    """Loss falls on answers and their end, and on all of a plain text."""
    end = tokenizer.token_to_id(TURN_END)
    if row.text:
        ids = [*tokenizer.encode(row.text).ids, tokenizer.token_to_id(PAD)][:MAX_POSITIONS]
        return Encoded(ids, ids)
    ids: list[int] = []
    labels: list[int] = []
    for turn in row.turns:
        head = tokenizer.encode(f"{TURN_START}{turn['role']}\n").ids
        body = [*tokenizer.encode(turn["content"]).ids, end]
        tail = tokenizer.encode("\n").ids
        ids += head + body + tail
        silent = [-100] * len(body)
        labels += [-100] * len(head) + (body if turn["role"] == "assistant" else silent)
        labels += [-100] * len(tail)
    return Encoded(ids[:MAX_POSITIONS], labels[:MAX_POSITIONS])


def bucket_length(num_tokens: int) -> int:
    """The length that a row is padded to; few different shapes keep the kernels' cache small."""
    step = 8 if num_tokens <= 128 else 64 if num_tokens <= 512 else 256
    return -(-num_tokens // step) * step


def padded(batch: list[Encoded], length: int) -> tuple[Tensor, Tensor]:
    """Ids and labels, each [B, T], padded on the right."""
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    labels = torch.full((len(batch), length), -100)
    for i, e in enumerate(batch):
        ids[i, : len(e.ids)] = torch.tensor(e.ids)
        labels[i, : len(e.labels)] = torch.tensor(e.labels)
    return ids, labels


def batches(tokenizer: Tokenizer, recipe: Recipe) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end, of rows of like length and about `batch_tokens` tokens, in random order."""
    source, order = rows(recipe.seed), random.Random(recipe.seed)
    buckets: dict[int, list[Encoded]] = {}
    while True:
        ready = []
        for row in itertools.islice(source, POOL_ROWS):
            encoded = encode(tokenizer, row)
            length = bucket_length(len(encoded.ids))
            bucket = buckets.setdefault(length, [])
            bucket.append(encoded)
            if (len(bucket) + 1) * length > recipe.batch_tokens:
                ready.append(padded(buckets.pop(length), length))
        order.shuffle(ready)
        yield from ready


def texts(recipe: Recipe) -> Iterator[str]:
    """Every text of the rows that the tokenizer learns from."""
    for row in itertools.islice(rows(recipe.seed), recipe.tokenizer_rows):
        yield row.text or "\n".join(turn["content"] for turn in row.turns)


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then a cosine down to 2 % of the peak."""
    warm = min(1.0, (step + 1) / min(recipe.warmup_steps, recipe.steps))
    return recipe.peak_lr * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * step / recipe.steps)))


def model_config(tokenizer: Tokenizer, recipe: Recipe) -> LlamaConfig:
    """The architecture, as `transformers` reads it."""
    return LlamaConfig(
        architectures=["LlamaForCausalLM"],
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=recipe.width,
        intermediate_size=recipe.width * 8 // 3 // 32 * 32,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.width // 64,
        num_key_value_heads=recipe.width // 64,
        max_position_embeddings=MAX_POSITIONS,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.token_to_id(TURN_END),
        pad_token_id=tokenizer.token_to_id(PAD),
        dtype="bfloat16",
    )


def optimizers_of(masters: network.Weights) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for embeddings and norms."""
    inner = [w for name, w in masters.items() if w.dim() == 2 and name != "embed"]
    outer = [w for name, w in masters.items() if w.dim() != 2 or name == "embed"]
    return [
        torch.optim.Muon(inner, lr=0.0, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(outer, lr=0.0, weight_decay=0.0, betas=(0.9, 0.98), fused=True),
    ]


def trained_weights(config: LlamaConfig, tokenizer: Tokenizer, recipe: Recipe) -> network.Weights:
    """Trains for exactly `recipe.steps` steps: bf16 copies compute, fp32 masters are updated."""
    masters = network.initial_weights(config, recipe.seed)
    copies = {n: w.bfloat16().requires_grad_() for n, w in masters.items()}
    kept, working = list(masters.values()), list(copies.values())
    table = network.rotary_table(config)
    optimizers = optimizers_of(masters)
    source, started_s, num_tokens, running = batches(tokenizer, recipe), time.monotonic(), 0, 0.0
    for step in range(recipe.steps):
        ids, labels = next(source)
        loss = network.answer_loss(
            copies, network.hidden_states(config, copies, ids, table), labels
        )
        loss.backward()
        for master, copy in zip(kept, working, strict=True):
            master.grad, copy.grad = copy.grad.float(), None
        torch.nn.utils.clip_grad_norm_(kept, 1.0)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(recipe, step)
            optimizer.step()
        with torch.no_grad():
            torch._foreach_copy_(working, kept)
        num_tokens += ids.numel()
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item()
        if (step + 1) % 100 == 0:
            report(step + 1, running, num_tokens, time.monotonic() - started_s)
    return masters


def report(step: int, loss: float, num_tokens: int, elapsed_s: float) -> None:
    """One line of progress."""
    rate = num_tokens / elapsed_s
    print(
        f"step {step} loss {loss:.4f} tokens {num_tokens} tok/s {rate:.0f} s {elapsed_s:.0f}",
        flush=True,
    )


def sha256(path: Path) -> str:
    """The digest of a file, as the manifest states it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def name_common_class(path: Path) -> None:
    """Names the tokenizer class that older releases of `transformers` know as well."""
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings.pop("backend", None)
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def write_model(
    out: Path, config: LlamaConfig, tokenizer: Tokenizer, weights: network.Weights
) -> None:
    """Writes every file of the model folder, the manifest last."""
    out.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(out)
    end, pad = config.eos_token_id, config.pad_token_id
    GenerationConfig(eos_token_id=end, pad_token_id=pad, max_new_tokens=128).save_pretrained(out)
    state = network.published_weights(config, weights)
    save_file(state, out / "model.safetensors", metadata={"format": "pt"})
    (out / "model.safetensors").chmod(0o644)
    for_transformers(tokenizer, MAX_POSITIONS).save_pretrained(out)
    name_common_class(out / "tokenizer_config.json")
    if CARD.exists():
        (out / "README.md").write_text(CARD.read_text(encoding="utf-8"), encoding="utf-8")
    names = sorted(p.name for p in out.iterdir() if p.name != "manifest.json")
    manifest = {"schema_version": 1, "files": {name: sha256(out / name) for name in names}}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def build(out: Path, recipe: Recipe) -> None:
    """Text, tokenizer, training, files: the whole way."""
    torch.set_num_threads(recipe.threads)
    torch.set_float32_matmul_precision("medium")
    started_s = time.monotonic()
    tokenizer = trained_tokenizer(texts(recipe), VOCAB_SIZE)
    config = model_config(tokenizer, recipe)
    weights = trained_weights(config, tokenizer, recipe)
    write_model(out, config, tokenizer, weights)
    num_weights = sum(w.numel() for w in weights.values())
    size_mb = (out / "model.safetensors").stat().st_size / 1e6
    print(
        f"{recipe} vocabulary {config.vocab_size} weights {num_weights} {size_mb:.1f} MB "
        f"sha256 {sha256(out / 'model.safetensors')} s {time.monotonic() - started_s:.0f}"
    )


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    for field in fields(Recipe):
        option = f"--{field.name.replace('_', '-')}"
        parser.add_argument(option, type=type(field.default), default=field.default)
    args = vars(parser.parse_args())
    build(args.pop("out"), Recipe(**args))


if __name__ == "__main__":
    main()
