"""Which libraries are installed, told from their metadata: nothing is imported."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

DECIDE_ABOUT_BITS = ("torch", "transformers", "peft", "safetensors", "tokenizers")
"""Another version of these may give other bits for equal work."""
LOCAL_EXTRA = (
    "torch", "transformers", "peft", "safetensors", "huggingface_hub", "fastapi", "uvicorn",
)  # fmt: skip
"""What `pip install "kitae[local]"` adds."""


def library_versions(names: Sequence[str] = DECIDE_ABOUT_BITS) -> dict[str, str]:
    """Name -> version of those that are installed, in the order of `names`."""
    found = {name: _version(name) for name in names}
    return {name: text for name, text in found.items() if text}


def missing_packages(names: Sequence[str] = LOCAL_EXTRA) -> list[str]:
    """Those that are not installed."""
    return [name for name in names if not _version(name)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
