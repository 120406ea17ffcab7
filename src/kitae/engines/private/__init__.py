"""Private data and secrets in a text: found, shown in part, masked. Pure; needs no model and no network."""

from kitae.engines.private.columns import private_suspects
from kitae.engines.private.find import find_private
from kitae.engines.private.finding import KINDS, MASKS, Finding, Kind, mask, shown
from kitae.engines.private.gate import (
    GATE,
    TRIGGERS,
    Trigger,
    column_may_have_private,
    may_have_private,
)

__all__ = [
    "GATE",
    "KINDS",
    "MASKS",
    "TRIGGERS",
    "Finding",
    "Kind",
    "Trigger",
    "column_may_have_private",
    "find_private",
    "mask",
    "may_have_private",
    "private_suspects",
    "shown",
]
