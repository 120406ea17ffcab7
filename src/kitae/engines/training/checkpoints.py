"""Checkpoints that survive anything: files first, a manifest of their checksums last, then the name.

No pickle: tensors are safetensors, the rest is JSON. A folder without a valid manifest does not count.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import torch

from kitae.core.config import Record
from kitae.core.errors import DataError
from kitae.core.hashing import bytes_digest
from kitae.engines.training.adapter import Tensors, tensor_bytes
from kitae.records.durable import fsync_file, fsync_tree, raise_resource_error, write_atomic
from kitae.records.store import verify_files
from kitae.records.tuned import LossPoint, ValidationPoint

KEPT = 2
MANIFEST = "manifest.json"
OnEvent = Callable[[str, dict[str, Any]], None]


class History(Record):
    """What happened up to a step, tensors left out."""

    step: int
    losses: tuple[LossPoint, ...] = ()
    validation: tuple[ValidationPoint, ...] = ()
    trained_tokens: int = 0
    answer_tokens: int = 0
    best_step: int = 0


@dataclass(frozen=True)
class Snapshot:
    """All that a run needs to go on as if it had never stopped.

    Attributes:
        history: What happened.
        adapter: Trainable weights by parameter name.
        optimizer: Moments and step counts, `NAME/FIELD`.
        random: Generator states by device.
        best: Weights of the best step by peft's names; empty before the first validation.
    """

    history: History
    adapter: Tensors
    optimizer: Tensors
    random: Tensors
    best: Tensors


class Checkpoints:
    """The checkpoints of one job, the newest two kept.

    Args:
        folder: Where they live; each job has a folder of its own in it, so no other job's is gone on from.
        job: Digest of the job.
        on_event: Told of each file written and of each checkpoint.
    """

    def __init__(self, folder: Path, job: str, on_event: OnEvent) -> None:
        self._folder = folder / job[:16]
        self._job = job
        self._on_event = on_event

    def save(self, snapshot: Snapshot) -> None:
        """Keep a snapshot; on disk when this returns. An older one is not touched before that.

        Raises:
            ResourceError: The disk is full or not writable; the checkpoints before are intact.
        """
        step = snapshot.history.step
        name = f"step-{step:08d}"
        draft = self._folder / f".{name}.tmp-{os.getpid()}"
        try:
            self._sweep()
            draft.mkdir(parents=True)
            files = {
                file: self._write(draft / file, data, step)
                for file, data in _contents(snapshot).items()
            }
            fsync_tree(draft)
            manifest = {"job": self._job, "files": files}
            write_atomic(draft / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS))
            shutil.rmtree(self._folder / name, ignore_errors=True)
            draft.replace(self._folder / name)
            fsync_file(self._folder)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise_resource_error(error, draft)
        self._prune()
        self._on_event("tune.checkpoint", {"step": step, "bytes": _size(self._folder / name)})

    def newest(self) -> Snapshot | None:
        """The newest sound snapshot of this job, or None. A damaged one is reported and passed over."""
        for folder in reversed(self._folders()):
            try:
                return self._read(folder)
            except (DataError, OSError, ValueError, KeyError) as error:
                self._on_event(
                    "tune.checkpoint_damaged", {"checkpoint": folder.name, "why": str(error)}
                )
        return None

    def _read(self, folder: Path) -> Snapshot | None:
        from safetensors.torch import load

        manifest: Any = orjson.loads((folder / MANIFEST).read_bytes())
        if manifest["job"] != self._job:
            return None
        verify_files(folder, manifest["files"])
        tensors = {
            name: load((folder / f"{name}.safetensors").read_bytes())
            for name in ("adapter", "optimizer", "random", "best")
        }
        history = History.model_validate_json((folder / "history.json").read_bytes())
        return Snapshot(history, **tensors)

    def _write(self, path: Path, data: bytes, step: int) -> str:
        with path.open("wb") as stream:
            half = len(data) // 2
            stream.write(data[:half])
            stream.flush()
            self._on_event("tune.checkpoint_half", {"step": step, "file": path.name})
            stream.write(data[half:])
        self._on_event("tune.checkpoint_file", {"step": step, "file": path.name})
        return bytes_digest(data)

    def _folders(self) -> list[Path]:
        return sorted(self._folder.glob("step-*")) if self._folder.is_dir() else []

    def _sweep(self) -> None:
        for leftover in self._folder.glob(".step-*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _prune(self) -> None:
        for folder in self._folders()[:-KEPT]:
            shutil.rmtree(folder, ignore_errors=True)


def random_states() -> Tensors:
    """The states of torch's generators."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def restore_random_states(states: Tensors) -> None:
    """Set torch's generators to what they were."""
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


def _contents(snapshot: Snapshot) -> dict[str, bytes]:
    return {
        "adapter.safetensors": tensor_bytes(snapshot.adapter),
        "optimizer.safetensors": tensor_bytes(snapshot.optimizer),
        "random.safetensors": tensor_bytes(snapshot.random),
        "best.safetensors": tensor_bytes(snapshot.best),
        "history.json": orjson.dumps(snapshot.history.model_dump(mode="json")),
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
