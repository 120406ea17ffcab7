"""Our training loop beside transformers.Trainer with peft: same rows, same batches, same settings.

    python bench/training_loop.py [--rows 48] [--base FOLDER]

Prints one table of ratios. Useful tokens are those of the rows; padding does not count. Each side runs in a
process of its own, twice, in turn; the better of the two runs counts (a busy machine only ever slows).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path

BATCH = 16
RANK = 8
ROUNDS = 2
SIDES = ("ours", "trainer", "trainer, grouped by length")


def main() -> None:
    """Run every side and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument("--base", type=Path, default=None)
    parser.add_argument("--side", choices=SIDES, default=None)
    options = parser.parse_args()
    base = options.base or Path(str(resources.files("kitae.engines.hubs") / "spark"))
    if options.side:
        print(json.dumps(measure(options.side, base, options.rows)))
        return
    print(table([run_side(side, base, options.rows) for side in SIDES]))


def run_side(side: str, base: Path, rows: int) -> dict[str, float | str]:
    """The faster of the rounds, each in a process of its own."""
    command = [sys.executable, __file__, "--rows", str(rows), "--base", str(base), "--side", side]
    found = []
    for _ in range(ROUNDS):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return max(found, key=lambda one: one["tokens_per_s"])


def measure(side: str, base: Path, rows: int) -> dict[str, float | str]:
    """Tokens per second and per processor second of one epoch, loading left out."""
    encoded = make_rows(rows)
    tokens = sum(len(ids) for ids, _ in encoded)
    run = ours if side == "ours" else trainer
    wall, cpu, loss = run(base, encoded, grouped="grouped" in side)
    return {
        "side": side,
        "tokens_per_s": tokens / wall,
        "tokens_per_cpu_s": tokens / cpu,
        "last_loss": loss,
    }


def make_rows(count: int) -> list[tuple[list[int], int]]:
    """Random ids with the spread of lengths of instruction data (median about 70): (ids, first answer place)."""
    chance = random.Random(0)
    rows = []
    for _ in range(count):
        length = min(512, max(16, round(chance.lognormvariate(4.25, 0.7))))
        rows.append(([chance.randrange(3, 440) for _ in range(length)], length // 2))
    return rows


def ours(
    base: Path, rows: list[tuple[list[int], int]], *, grouped: bool
) -> tuple[float, float, float]:
    """One epoch with `kitae.engines.training`."""
    del grouped
    from kitae.engines.protocols import EncodedExample, TrainingJob
    from kitae.engines.training import train

    encoded = [
        EncodedExample(tuple(ids), (False,) * first + (True,) * (len(ids) - first), has_stop=True)
        for ids, first in rows
    ]
    clock = Clock()

    def on_event(kind: str, data: dict[str, object]) -> None:
        if kind == "tune.step_begin" and data["step"] == 1:
            clock.start()
        if kind == "tune.step" and data["step"] == data["steps"]:
            clock.stop()

    with tempfile.TemporaryDirectory() as work:
        plan = our_settings(len(rows) // BATCH)
        result = train(TrainingJob(base, encoded, [], plan, Path(work), on_event))
    return clock.wall, clock.cpu, result.tuned.losses[-1].train_loss


def our_settings(steps: int):  # noqa: ANN201 - imported when it runs
    """The settings that both sides have."""
    from kitae.records.plan import LoraSettings, TrainingSettings

    return TrainingSettings(
        method=LoraSettings(rank=RANK, alpha=2.0 * RANK, dropout=0.0),
        learning_rate=1e-3,
        warmup_steps=1,
        schedule="constant",
        weight_decay=0.0,
        max_gradient_norm=1.0,
        epochs=1.0,
        steps=steps,
        batch_examples=BATCH,
        max_length_tokens=512,
        precision="fp32",
        train_on_history=False,
        checkpoint_every_steps=10**9,
        validate_every_steps=10**9,
        seed=0,
        overlong="fail",
    )


def trainer(
    base: Path, rows: list[tuple[list[int], int]], *, grouped: bool
) -> tuple[float, float, float]:
    """One epoch with transformers.Trainer and peft, the usual collator."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        DataCollatorForSeq2Seq,
        Trainer,
        TrainerCallback,
        TrainerState,
        TrainingArguments,
    )

    data = [
        {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": [-100] * first + ids[first:]}
        for ids, first in rows
    ]
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    config = LoraConfig(
        r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    clock = Clock()

    class Watch(TrainerCallback):
        def on_step_begin(
            self, _args: object, state: TrainerState, *_: object, **__: object
        ) -> None:
            if state.global_step == 0:
                clock.start()

        def on_step_end(self, *_: object, **__: object) -> None:
            clock.stop()

    with tempfile.TemporaryDirectory() as work:
        arguments = TrainingArguments(
            output_dir=work,
            per_device_train_batch_size=BATCH,
            num_train_epochs=1,
            learning_rate=1e-3,
            lr_scheduler_type="constant",
            warmup_steps=1,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            logging_steps=1,
            seed=0,
            dataloader_drop_last=True,
            **({"train_sampling_strategy": "group_by_length"} if grouped else {}),
        )
        run = Trainer(
            model=get_peft_model(model, config),
            args=arguments,
            train_dataset=data,
            data_collator=DataCollatorForSeq2Seq(AutoTokenizer.from_pretrained(base)),
            callbacks=[Watch()],
        )
        run.train()
    losses = [entry["loss"] for entry in run.state.log_history if "loss" in entry]
    return clock.wall, clock.cpu, float(losses[-1])


class Clock:
    """Wall and processor seconds between start and the last stop."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def start(self) -> None:
        """Begin."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """Note how long it has been."""
        self.wall = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu


def table(found: list[dict[str, float | str]]) -> str:
    """The ratios, ours = what it is as a multiple of the others."""
    reference = next(one for one in found if one["side"] == "trainer")
    lines = [
        "| loop | useful tok/s | x Trainer | tok per CPU-s | x Trainer | last loss |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one['side']} | {one['tokens_per_s']:.0f} | "
        f"{one['tokens_per_s'] / reference['tokens_per_s']:.2f} | "
        f"{one['tokens_per_cpu_s']:.0f} | "
        f"{one['tokens_per_cpu_s'] / reference['tokens_per_cpu_s']:.2f} | "
        f"{one['last_loss']:.3f} |"
        for one in found
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
