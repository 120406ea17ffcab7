"""What this machine can do, and what is installed on it. Loads no model library unless asked."""

from kitae.engines.hardware.machine import FreeResources, find_free, find_hardware
from kitae.engines.hardware.versions import library_versions, missing_packages

__all__ = [
    "FreeResources",
    "find_free",
    "find_hardware",
    "library_versions",
    "missing_packages",
]
