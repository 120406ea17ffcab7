"""Flaws of single rows that `clean` tells of and leaves in: worth a look from a share on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding, percent, shown_rows
from kitae.stages.gate.rows import Rows

REFUSALS = ("refusal", "ai_self_reference")
FEWEST = 3
"""Fewer rows than this are never worth a warning, whatever their share."""
MANY_SHARE = 0.2
"""Beyond this share, dropping the rows is no way to mend the set."""


def check_refusals(rows: Rows, config: GateConfig) -> Finding:
    """Answers that refuse, or speak of themselves as a machine: a model learns both fast."""
    return _check("refusals", rows, config, (REFUSALS, config.warn_refusal_share))


def check_flaws(rows: Rows, config: GateConfig) -> Finding:
    """Every other flaw that `clean` tells of."""
    from kitae.engines.defects import MARKS

    others = [name for name in MARKS if name not in REFUSALS]
    return _check("flaws", rows, config, (others, config.warn_flaw_share))


def _check(
    name: str, rows: Rows, config: GateConfig, looked: tuple[Sequence[str], float]
) -> Finding:
    checks, threshold = looked
    flagged = rows.flagged(checks)
    places = np.array(sorted(flagged), np.int64)
    share = len(places) / max(1, len(rows))
    measured = Measured.share(len(places), len(rows), threshold)
    values: dict[str, str | float] = {"count": len(places), "percent": percent(share)}
    if share <= threshold or len(places) < FEWEST:
        return Finding(finding(name, "pass", values=values, measured=measured), places)
    kind, most = Counter(flagged.values()).most_common(1)[0]
    values |= {"kind": f"@defects.{kind}", "most": most, "setting": kind}
    first = sorted(row for row in flagged if flagged[row] == kind)
    evidence = shown_rows(rows, first, config.evidence_rows)
    text = "many" if share > MANY_SHARE else "warn"
    result = finding(name, "warn", text, values=values, evidence=evidence, measured=measured)
    return Finding(result, places)
