"""Every check of the gate, in the order in which they are told: what blocks, what warns, what only tells."""

from __future__ import annotations

from collections.abc import Callable

from kitae.stages.gate.answers import check_balance, check_dependence
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.contamination import check_contamination
from kitae.stages.gate.contents import tell_contents
from kitae.stages.gate.findings import Finding
from kitae.stages.gate.flaws import check_flaws, check_refusals
from kitae.stages.gate.leakage import check_leakage
from kitae.stages.gate.licences import check_licence
from kitae.stages.gate.marks import check_language, check_special_tokens, check_unread
from kitae.stages.gate.private import check_private
from kitae.stages.gate.repeats import check_contradictions, check_density, check_duplicates
from kitae.stages.gate.rows import Rows
from kitae.stages.gate.schema import check_schema
from kitae.stages.gate.size import check_empties, check_heldout, check_size, tell_power
from kitae.stages.gate.thin import check_thin
from kitae.stages.gate.variety import check_diversity, check_length

CHECKS: tuple[Callable[[Rows, GateConfig], Finding], ...] = (
    check_schema,
    check_size,
    check_heldout,
    check_empties,
    check_dependence,
    check_contradictions,
    check_leakage,
    check_contamination,
    check_private,
    check_licence,
    check_duplicates,
    check_special_tokens,
    check_refusals,
    check_flaws,
    check_balance,
    check_thin,
    check_density,
    check_diversity,
    check_length,
    check_language,
    check_unread,
    tell_power,
    tell_contents,
)
