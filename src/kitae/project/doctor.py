"""What this machine has, what is missing, and how to get it. Loads no model library."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from kitae.core.version import __version__
from kitae.project.wiring import INSTALL_LOCAL

_CORE = ("pydantic", "pyarrow", "numpy", "scipy", "orjson", "openpyxl", "ftfy", "rapidfuzz")
_LOCAL = ("torch", "transformers", "peft", "safetensors", "huggingface_hub", "fastapi", "uvicorn")


def examine() -> dict[str, Any]:
    """Hardware, disk, versions, and what is missing with the line that mends it."""
    memory = psutil.virtual_memory()
    disk = shutil.disk_usage(Path.cwd())
    packages = {name: _version(name) for name in (*_CORE, *_LOCAL)}
    missing = [name for name in _LOCAL if packages[name] is None]
    return {
        "kitae": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.machine()}",
        "cores": psutil.cpu_count(logical=True),
        "memory_gib": round(memory.total / 2**30, 1),
        "memory_free_gib": round(memory.available / 2**30, 1),
        "disk_free_gib": round(disk.free / 2**30, 1),
        "accelerator": _accelerator(),
        "packages": packages,
        "missing": [{"what": ", ".join(missing), "fix": INSTALL_LOCAL}] if missing else [],
        "can": {"data": True, "tune": not missing, "serve": not missing},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _accelerator() -> str:
    if Path("/proc/driver/nvidia/version").exists():
        return "NVIDIA driver found"
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "Apple GPU (MPS)"
    return "none"
