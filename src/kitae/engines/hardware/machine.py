"""The machine: cores, memory, accelerator, and what of it is free."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from kitae.records.hardware import Hardware

GIB = 2**30
CONTAINER_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True)
class FreeResources:
    """What is free at this moment; for people, never part of an artifact."""

    disk_gib: float
    memory_gib: float


def find_hardware(*, with_accelerator: bool = True) -> Hardware:
    """The hardware class of this machine; the same at every call.

    Args:
        with_accelerator: Look for a GPU too. torch is loaded only where a driver for one is installed.
    """
    cores = usable_cores()
    memory_gib = memory_bytes() // GIB
    if with_accelerator and _may_have_accelerator():
        found = _accelerator(cores, memory_gib)
        if found is not None:
            return found
    return Hardware(kind="cpu", cores=cores, memory_gib=memory_gib)


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return psutil.cpu_count() or 1


def memory_bytes(limits: tuple[Path, ...] = CONTAINER_LIMITS) -> int:
    """Main memory of the machine, or of the container where that has less.

    Args:
        limits: Files that may hold a container's limit in bytes.
    """
    total = psutil.virtual_memory().total
    return min([total, *(limit for path in limits if (limit := _limit(path)) > 0)])


def find_free(folder: Path) -> FreeResources:
    """Free space where a folder lies (or will lie), and free memory."""
    there = next(p for p in (folder, *folder.resolve().parents) if p.exists())
    return FreeResources(
        disk_gib=psutil.disk_usage(str(there)).free / GIB,
        memory_gib=psutil.virtual_memory().available / GIB,
    )


def _limit(path: Path) -> int:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0


def _may_have_accelerator() -> bool:
    """Whether it is worth a second or two of loading torch."""
    is_apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return (is_apple or NVIDIA_DRIVER.exists()) and find_spec("torch") is not None


def _accelerator(cores: int, memory_gib: int) -> Hardware | None:
    import torch

    if torch.cuda.is_available():
        device = torch.cuda.get_device_properties(0)
        return Hardware(
            kind="cuda",
            cores=cores,
            memory_gib=memory_gib,
            accelerator=device.name,
            accelerator_memory_gib=device.total_memory // GIB,
        )
    if torch.backends.mps.is_available():
        return Hardware(
            kind="mps",
            cores=cores,
            memory_gib=memory_gib,
            accelerator="Apple GPU",
            accelerator_memory_gib=memory_gib,
        )
    return None
