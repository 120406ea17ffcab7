"""Intervals of a share: how far `right / asked` can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np

from kitae.engines.statistics.resampling import group_totals

Interval = tuple[float, float]


def wilson_interval(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a share; good from the smallest n, never leaves [0, 1].

    Source: Wilson 1927; Brown, Cai and DasGupta 2001, equation 4. `n` may be an effective size and so a
    fraction. Nothing asked (n = 0) gives (0, 1).
    """
    if n <= 0:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (max(0.0, centre - half), min(1.0, centre + half))


def clopper_pearson_interval(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact interval of a share: covers at least `confidence`, often more.

    Source: Clopper and Pearson 1934, as quantiles of the beta distribution. n = 0 gives (0, 1).
    """
    from scipy.special import betaincinv

    if n <= 0:
        return (0.0, 1.0)
    tail = (1 - confidence) / 2
    failures = n - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1 - tail))
    return (low, high)


def grouped_share_interval(right: Sequence[float], groups: Sequence[str]) -> Interval:
    """The 95 % interval of a share whose rows come in groups: Wilson's with the effective size.

    The effective size is the n at which independent rows would vary as much as these groups do; it is
    never more than the rows and never less than one. Source: Korn and Graubard 1998; Franco et al. 2019
    (the same with Wilson's interval). Where all rows agree, every group counts once.
    """
    n = len(right)
    if n == 0:
        return (0.0, 1.0)
    share = float(np.mean(right))
    size = effective_size(right, groups)
    return wilson_interval(share * size, size)


def effective_size(values: Sequence[float], groups: Sequence[str]) -> float:
    """How many independent rows these grouped rows are worth: n over the design effect.

    Source: Kish 1965; the variance of the mean by linearisation over groups. Between 1 and the number of rows.
    """
    n = len(values)
    totals_gk = group_totals(np.asarray(values, dtype=float), groups)
    sums_g, sizes_g = totals_gk[:, 0], totals_gk[:, 1]
    count = len(sums_g)
    if count == n:
        return float(n)
    centre = sums_g.sum() / n
    independent = float(np.var(np.asarray(values, dtype=float))) / n
    if independent <= 0 or count < 2:
        return float(count)
    residuals_g = sums_g - centre * sizes_g
    clustered = count / (count - 1) * float((residuals_g**2).sum()) / n**2
    if clustered <= 0:
        return float(n)
    return min(float(n), max(1.0, n * independent / clustered))


def expected_half_width(n: int, share: float = 0.5) -> float:
    """Half the width of the 95 % interval that n independent test rows will give (Wilson).

    `share` 0.5 is the widest case. n = 0 gives 0.5: anything is possible.
    """
    low, high = wilson_interval(share * n, n)
    return (high - low) / 2


def upper_bound_of_none(n: int, confidence: float = 0.95) -> float:
    """The largest true share that would still show none in n tries: 1 - (1 - confidence)^(1/n)."""
    return 1.0 if n <= 0 else 1 - (1 - confidence) ** (1 / n)
