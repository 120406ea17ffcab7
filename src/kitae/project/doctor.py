"""What this machine has, what is missing, and how to get it. Loads no model library."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Any

from kitae.core.version import __version__
from kitae.engines.hardware import find_free, find_hardware, library_versions, missing_packages
from kitae.engines.hardware.versions import LOCAL_EXTRA
from kitae.project.wiring import INSTALL_LOCAL, INSTALL_RAY

_CLUSTER = ("ray",)
_CORE = ("pydantic", "pyarrow", "numpy", "scipy", "orjson", "openpyxl", "ftfy", "rapidfuzz")


def examine() -> dict[str, Any]:
    """Hardware, disk, versions, and what is missing with the line that mends it."""
    hardware = find_hardware(with_accelerator=False)
    free = find_free(Path.cwd())
    found = library_versions((*_CORE, *LOCAL_EXTRA, *_CLUSTER))
    missing = missing_packages()
    return {
        "kitae": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.machine()}",
        "cores": hardware.cores,
        "memory_gib": hardware.memory_gib,
        "memory_free_gib": round(free.memory_gib, 1),
        "disk_free_gib": round(free.disk_gib, 1),
        "accelerator": _accelerator(),
        "packages": {name: found.get(name) for name in (*_CORE, *LOCAL_EXTRA, *_CLUSTER)},
        "missing": [{"what": ", ".join(missing), "fix": INSTALL_LOCAL}] if missing else [],
        "optional": [] if "ray" in found else [{"what": "ray", "fix": INSTALL_RAY}],
        "can": {
            "data": True,
            "tune": not missing,
            "serve": not missing,
            "cluster": "ray" in found,
        },
    }


def _accelerator() -> str:
    if Path("/proc/driver/nvidia/version").exists():
        return "NVIDIA driver found"
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return "Apple GPU (MPS)"
    return "none"
