"""The measurement as the JSON document that scripts read."""

from __future__ import annotations

from typing import Any

from kitae.records.evaluation import Difference, Evaluation, Score


def evaluate_json(evaluation: Evaluation) -> dict[str, Any]:
    """Before, after, difference and verdict as plain data; further keys follow the fixed ones."""
    constant = evaluation.constant
    return {
        "metric": evaluation.metric,
        "n": evaluation.n,
        "before": _score(evaluation.before),
        "after": _score(evaluation.after),
        "difference": _difference(evaluation.difference),
        "verdict": evaluation.verdict,
        "groups": evaluation.groups,
        "minimum_detectable_difference": evaluation.minimum_detectable_difference,
        "wins": evaluation.wins,
        "losses": evaluation.losses,
        "ties": evaluation.ties,
        "constant": constant
        and {
            "score": constant.score,
            "ci95": list(constant.ci95),
            "difference": _difference(constant.difference),
        },
        "usable": evaluation.usability.is_usable,
        "looks": evaluation.looks,
        "overrides": list(evaluation.overrides),
    }


def _score(score: Score) -> dict[str, Any]:
    return {"score": score.score, "ci95": list(score.ci95)}


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "score": difference.score,
        "ci95": list(difference.ci95),
        "p_value": difference.p_value,
    }
