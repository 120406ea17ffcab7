"""The checks of a base: licence, context, memory. Notes name no machine, so that they stay equal."""

from __future__ import annotations

from kitae.core.errors import DataError, ResourceError
from kitae.core.text import Message
from kitae.records.base_model import BaseModel
from kitae.records.hardware import Hardware

GIB = 2**30
COMPUTE_BYTES_SMALL = 4
"""Bytes per weight where models compute in float32: on a CPU, up to a thousand million weights."""
COMPUTE_BYTES_LARGE = 2
SMALL_PARAMETERS = 1_000_000_000
WORKING_FACTOR = 1.3
"""Weights and what is needed beside them to tune an adapter with the smallest batch."""
OPEN_LICENCES = frozenset({
    "apache-2.0", "mit", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "isc",
    "cc0-1.0", "unlicense", "cc-by-4.0", "cc-by-3.0", "zlib", "mpl-2.0", "bsl-1.0", "openmdw-1.0",
})  # fmt: skip


def check_context(base: BaseModel, minimum: int) -> None:
    """Refuse a base that reads too little at once.

    Raises:
        DataError: Its context is shorter than the recipe wants.
    """
    if base.context_length < minimum:
        raise DataError(
            f"The base {base.reference} reads {base.context_length} tokens at once; the recipe wants "
            f"{minimum}.",
            where="recipe, key choose.minimum_context",
            fix=f"name a base with a longer context, or write `minimum_context: "
            f"{base.context_length}` if your texts are short",
        )


def check_memory(base: BaseModel, hardware: Hardware) -> None:
    """Refuse a base whose weights do not fit in this machine.

    Raises:
        ResourceError: It needs more memory than there is.
    """
    on_accelerator = hardware.kind == "cuda"
    have_gib = hardware.accelerator_memory_gib if on_accelerator else hardware.memory_gib
    need_gib = needed_gib(base, on_accelerator=on_accelerator)
    if need_gib > have_gib:
        raise ResourceError(
            f"The base {base.reference} needs about {need_gib:.1f} GiB to be tuned; this machine has "
            f"{have_gib} GiB.",
            where="recipe, key choose.base",
            fix="name a smaller base, or run on a machine with more memory",
        )


def needed_gib(base: BaseModel, *, on_accelerator: bool = False) -> float:
    """About how much memory the weights need while they are tuned."""
    is_small = base.parameters <= SMALL_PARAMETERS and not on_accelerator
    width = COMPUTE_BYTES_SMALL if is_small else COMPUTE_BYTES_LARGE
    return base.parameters * width * WORKING_FACTOR / GIB


def licence_note(base: BaseModel, *, is_accepted: bool) -> Message:
    """What is known of the licence."""
    values: dict[str, str | int | float | bool | None] = {"licence": base.licence}
    if is_accepted:
        return Message(key="choose.licence.accepted", values=values)
    if base.licence == "unknown":
        return Message(key="choose.licence.unknown")
    if "-nc" in base.licence or "noncommercial" in base.licence:
        return Message(key="choose.licence.noncommercial", values=values)
    if base.licence in OPEN_LICENCES:
        return Message(key="choose.licence.open", values=values)
    return Message(key="choose.licence.terms", values=values)


def memory_note(base: BaseModel) -> Message:
    """How large the base is and what it needs."""
    return Message(
        key="choose.memory",
        values={
            "millions": round(base.parameters / 1e6, 1),
            "context": base.context_length,
            "gib": round(needed_gib(base), 1),
        },
    )
