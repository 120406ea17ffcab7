"""What a test set of this size can show: the smallest true difference seen with 80 % power."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np

from kitae.engines.statistics.intervals import effective_size
from kitae.engines.statistics.resampling import group_totals

FEWEST_FOR_PROOF = 6
"""With fewer independent rows not even a clean sweep reaches p < 0.05: 2 * 0.5^5 = 0.0625."""
USUAL_CHURN = 0.05
"""Before anything was measured: besides the improvement, five answers in a hundred are taken to change, as many for the worse
as for the better."""


def detectable_binary_difference(
    before: Sequence[float],
    after: Sequence[float],
    groups: Sequence[str],
    *,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Smallest true difference of two paired shares that a two-sided test sees with this power; at most 1.

    A true difference d needs a share d of rows that change one way; besides it, as many rows are taken to
    change both ways as did here (twice the smaller of wins and losses). Source: Connor 1987 (power of
    McNemar's test from the share of changed rows), with the effective number of rows where they come in groups.
    """
    differences = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    if len(differences) == 0:
        return 1.0
    n = effective_size(differences.tolist(), groups)
    churn = 2 * min(float(np.mean(differences > 0)), float(np.mean(differences < 0)))
    return detectable_difference(n, churn, alpha=alpha, power=power)


def detectable_difference(
    n: float, churn: float = USUAL_CHURN, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Smallest true difference of two paired shares that n independent rows show; see above. At most 1.

    Args:
        n: Independent rows.
        churn: Share of rows that change besides the difference, half of them each way.
        alpha: Of the two-sided test.
        power: How often the difference is to be seen.
    """
    z_alpha, z_power = _quantiles(alpha, power)

    def is_seen(difference: float) -> bool:
        changed = min(1.0, difference + churn)
        spread = sqrt(max(0.0, changed - difference**2))
        return difference * sqrt(n) >= z_alpha * sqrt(changed) + z_power * spread

    return _smallest(is_seen) if is_seen(1.0) else 1.0


def rows_to_show(difference: float, churn: float = USUAL_CHURN) -> int:
    """The independent rows that it takes to see a true difference: the inverse of `detectable_difference`."""
    z_alpha, z_power = _quantiles(0.05, 0.8)
    changed = min(1.0, difference + churn)
    spread = sqrt(max(0.0, changed - difference**2))
    return ceil(((z_alpha * sqrt(changed) + z_power * spread) / difference) ** 2)


def detectable_mean_difference(
    differences: Sequence[float],
    groups: Sequence[str],
    *,
    weights: Sequence[float] | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Smallest true (weighted) mean difference seen with this power: (z_alpha + z_power) * standard error by group.

    Source: Miller 2024, arXiv 2411.00640, sections 3 and 5. Fewer than two groups give the size of what was seen, twice.
    """
    weights_n = None if weights is None else np.asarray(weights, dtype=float)
    totals_gk = group_totals(np.asarray(differences, dtype=float), groups, weights_n)
    count, weight = len(totals_gk), float(totals_gk[:, 1].sum())
    mean = float(totals_gk[:, 0].sum()) / weight
    if count < 2:
        return 2 * abs(mean)
    residuals_g = totals_gk[:, 0] - mean * totals_gk[:, 1]
    error = sqrt(count / (count - 1) * float((residuals_g**2).sum())) / weight
    return sum(_quantiles(alpha, power)) * error


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    return NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)


def _smallest(is_seen: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if is_seen(middle) else (middle, high)
    return high
