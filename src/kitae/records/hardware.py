"""What a machine can do, as far as plans depend on it."""

from __future__ import annotations

from typing import Literal

from kitae.core.config import Record


class Hardware(Record):
    """The hardware class that a plan is made for; coarse, so that it is stable between runs."""

    kind: Literal["cpu", "cuda", "mps"]
    cores: int
    memory_gib: int
    """Main memory of the machine, rounded down."""
    accelerator: str = ""
    accelerator_memory_gib: int = 0
