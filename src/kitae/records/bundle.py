"""What `export` hands over, proven equal to what was evaluated."""

from __future__ import annotations

from kitae.core.config import Record


class Parity(Record):
    """Greedy tokens of an exported form against the model that was evaluated."""

    form: str
    """`adapter` or `merged`."""
    prompts: int
    equal: int
    """Prompts with the same greedy tokens to the last one."""
    first_difference: str = ""


class Bundle(Record):
    """The exported forms; folders `adapter/` and `merged/` of the artifact, each with SHA256SUMS."""

    base_reference: str
    base_revision: str
    forms: tuple[str, ...]
    bytes: dict[str, int]
    """Form -> size."""
    parity: tuple[Parity, ...]
