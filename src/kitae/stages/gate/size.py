"""Is there enough: to learn from, and to measure with."""

from __future__ import annotations

from kitae.records.gate import CheckResult
from kitae.stages.gate.config import GateConfig
from kitae.stages.gate.rows import Rows, finding, percent, shown


def check_size(rows: Rows, config: GateConfig) -> CheckResult:
    """Fewer usable examples of the user's own than the recipe asks for fail."""
    usable = sum(_is_usable(e.question, e.output) and e.origin == "original" for e in rows.all)
    made = sum(e.origin == "made" for e in rows.all)
    measured = (float(usable), float(config.min_rows), usable)
    values: dict[str, str | float] = {
        "rows": usable,
        "made": made,
        "wanted": config.min_rows,
        "missing": config.min_rows - usable,
        "points": _points(len(rows.test)),
        "test": len(rows.test),
    }
    outcome = "fail" if usable < config.min_rows else "pass"
    return finding("size", outcome, measured=measured, values=values)


def check_heldout(rows: Rows, config: GateConfig) -> CheckResult:
    """How far a score on this test set can be trusted; rows that share a text count once."""
    from kitae.engines.statistics.intervals import expected_half_width

    independent = independent_rows(rows)
    half_width = expected_half_width(independent)
    measured = (half_width, config.warn_half_width, len(rows.test))
    values: dict[str, str | float] = {
        "test": len(rows.test),
        "groups": independent,
        "points": _points(independent),
        "wanted": config.min_test_rows,
    }
    if len(rows.test) < config.min_test_rows:
        return finding("heldout", "fail", measured=measured, values=values)
    if half_width > config.warn_half_width:
        return finding("heldout", "warn", measured=measured, values=values)
    return finding("heldout", "pass", measured=measured, values=values)


def check_empties(rows: Rows, config: GateConfig) -> CheckResult:
    """Rows without a question or without an answer teach nothing."""
    empty = [e for e in rows.all if not _is_usable(e.question, e.output)]
    share = len(empty) / max(1, len(rows.all))
    measured = (share, config.max_empty_share, len(empty))
    if not empty:
        return finding("empties", "pass", measured=measured)
    outcome = "fail" if share > config.max_empty_share else "warn"
    return finding(
        "empties",
        outcome,
        "found",
        evidence=[shown(e) for e in empty[: config.evidence_rows]],
        measured=measured,
        values={"count": len(empty)},
    )


def independent_rows(rows: Rows) -> int:
    """Test rows, those of one group counted once."""
    return len({e.group or e.id for e in rows.test})


def _is_usable(question: str, answer: str) -> bool:
    return bool(question.strip()) and bool(answer.strip())


def _points(n: int) -> float:
    """The half width as percentage points, rounded to whole ones."""
    from kitae.engines.statistics.intervals import expected_half_width

    return int(percent(round(expected_half_width(n), 2)))
