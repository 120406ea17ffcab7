"""Is there enough: to learn from, and to measure with."""

from __future__ import annotations

from math import ceil

import numpy as np

from kitae.records.columns import number_of_different
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.findings import Finding, Measured, finding, percent, shown_rows
from kitae.stages.gate.rows import Rows


def check_size(rows: Rows, config: GateConfig) -> Finding:
    """Fewer usable examples of the user's own than the recipe asks for fail."""
    usable = int((rows.is_usable & ~rows.is_made).sum())
    values: dict[str, str | float] = {
        "rows": usable,
        "made": int(rows.is_made.sum()),
        "wanted": config.min_rows,
        "missing": config.min_rows - usable,
        "points": _points(rows.sizes[2]),
        "test": rows.sizes[2],
    }
    outcome = "fail" if usable < config.min_rows else "pass"
    measured = Measured(float(usable), float(config.min_rows), usable)
    return Finding(finding("size", outcome, measured=measured, values=values))


def check_heldout(rows: Rows, config: GateConfig) -> Finding:
    """How far a score on this test set can be trusted; rows that share a text count once."""
    from kitae.engines.statistics.intervals import expected_half_width

    independent = independent_rows(rows)
    half_width = expected_half_width(independent)
    measured = Measured(half_width, config.warn_half_width, rows.sizes[2])
    values = {
        **_power(rows, config),
        "points": _points(independent),
        "wanted": config.min_test_rows,
    }
    if rows.sizes[2] < config.min_test_rows:
        return Finding(finding("heldout", "fail", measured=measured, values=values))
    is_wide = half_width > config.warn_half_width or _missing(rows, config) > 0
    outcome = "warn" if is_wide else "pass"
    return Finding(finding("heldout", outcome, measured=measured, values=values))


def tell_power(rows: Rows, config: GateConfig) -> Finding:
    """How large an improvement this test set can show, and what a smaller one takes."""
    from kitae.engines.statistics.power import detectable_difference

    value = detectable_difference(independent_rows(rows))
    text = "more" if _missing(rows, config) else "enough"
    measured = Measured(value, config.wanted_effect, rows.sizes[2])
    values = _power(rows, config)
    return Finding(finding("power", "pass", text, measured=measured, values=values))


def check_empties(rows: Rows, config: GateConfig) -> Finding:
    """Rows without a question or without an answer teach nothing."""
    empty = np.flatnonzero(~rows.is_usable)
    measured = Measured.share(len(empty), len(rows), config.max_empty_share)
    if not len(empty):
        return Finding(finding("empties", "pass", measured=measured))
    share = len(empty) / len(rows)
    outcome = "fail" if share > config.max_empty_share else "warn"
    result = finding(
        "empties",
        outcome,
        "found",
        evidence=shown_rows(rows, empty, config.evidence_rows),
        measured=measured,
        values={"count": len(empty)},
    )
    return Finding(result, empty)


def independent_rows(rows: Rows) -> int:
    """Test rows, those of one group counted once."""
    return number_of_different(rows.test, "group", where_empty="id")


def _missing(rows: Rows, config: GateConfig) -> int:
    """Independent test rows that lack for the wanted effect."""
    from kitae.engines.statistics.power import rows_to_show

    return max(0, rows_to_show(config.wanted_effect) - independent_rows(rows))


def _power(rows: Rows, config: GateConfig) -> dict[str, str | float]:
    from kitae.engines.statistics.power import detectable_difference

    independent, missing = independent_rows(rows), _missing(rows, config)
    per_row = len(rows) / max(1, independent)
    return {
        "test": rows.sizes[2],
        "groups": independent,
        "shown": ceil(100 * detectable_difference(independent)),
        "effect": percent(config.wanted_effect),
        "missing": missing,
        "needed": independent + missing,
        "more": ceil(missing * per_row),
    }


def _points(n: int) -> float:
    """The half width as percentage points, rounded to whole ones."""
    from kitae.engines.statistics.intervals import expected_half_width

    return int(percent(round(expected_half_width(n), 2)))
