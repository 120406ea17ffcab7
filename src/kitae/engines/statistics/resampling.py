"""The bootstrap by group: rows that share a text are drawn together or not at all.

Shapes, as suffixes of names: n rows, g groups, k sums per group, b resamples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 10_000
_DRAWS_AT_ONCE = 4_000_000
_DRAWS_IN_ALL = 200_000_000


def group_totals(
    values_n: Floats, groups: Sequence[str], weights_n: Floats | None = None
) -> Floats:
    """Per group, in order of first appearance: the weighted sum of the values, and the sum of weights [G, 2]."""
    weights = np.ones_like(values_n) if weights_n is None else weights_n
    return sum_by_group(np.stack([values_n * weights, weights], axis=1), groups)


def sum_by_group(columns_nk: Floats, groups: Sequence[str]) -> Floats:
    """The columns summed per group, groups in order of first appearance [G, K]."""
    order: dict[str, int] = {}
    index_n = np.asarray([order.setdefault(group, len(order)) for group in groups], dtype=np.int64)
    totals_gk = np.zeros((len(order), columns_nk.shape[1]))
    np.add.at(totals_gk, index_n, columns_nk)
    return totals_gk


def resample_totals(totals_gk: Floats, seed: int, resamples: int = RESAMPLES) -> Floats:
    """Sums over G groups drawn with replacement, `resamples` times [B, K].

    Above 20,000 groups fewer resamples are drawn (never fewer than 1,000), so that it stays a matter of seconds.
    """
    count = len(totals_gk)
    resamples = max(1_000, min(resamples, _DRAWS_IN_ALL // count))
    rng = np.random.default_rng(seed)
    rows_at_once = max(1, _DRAWS_AT_ONCE // count)
    parts: list[Floats] = []
    for start in range(0, resamples, rows_at_once):
        rows = min(rows_at_once, resamples - start)
        drawn_bg = rng.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(drawn_bg.ravel(), minlength=rows * count).reshape(rows, count)
        parts.append(times.astype(float) @ totals_gk)
    return np.concatenate(parts)


def ratio(totals_bk: Floats) -> Floats:
    """The first sum over the second: a weighted mean [B]."""
    return totals_bk[..., 0] / totals_bk[..., 1]


def bootstrap_interval(
    totals_gk: Floats,
    statistic: Callable[[Floats], Floats],
    seed: int,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """The 95 % interval of a statistic of sums over groups, by the expanded percentile bootstrap.

    Plain percentiles are too narrow for few groups; these are taken further out, by the ratio of Student's t with
    G - 1 degrees to the normal and by sqrt(G / (G - 1)). Source: Efron and Tibshirani 1993, chapter 13 (percentile);
    Hesterberg 2015, "What teachers should know about the bootstrap" (the expansion); Miller 2024, arXiv 2411.00640
    (resampling by group). Needs at least two groups.
    """
    tail = _expanded_tail(len(totals_gk))
    values_b = statistic(resample_totals(totals_gk, seed, resamples))
    low, high = np.quantile(values_b, [tail, 1 - tail])
    return (float(low), float(high))


def mean_interval(
    values: Sequence[float],
    groups: Sequence[str],
    *,
    seed: int,
    weights: Sequence[float] | None = None,
    bounds: tuple[float, float] | None = None,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """The 95 % interval of a (weighted) mean whose rows come in groups.

    Where all groups say the same, resampling would show no spread at all; the interval is then that of "none of G groups
    differed": up to a share 1 - 0.05^(1/G) of further groups may still be anywhere within `bounds`. One group
    says nothing of others: its interval reaches to the bounds, or beyond zero where there are none.
    """
    totals_gk = group_totals(_floats(values), groups, None if weights is None else _floats(weights))
    count = len(totals_gk)
    means_g = ratio(totals_gk)
    mean = float(ratio(totals_gk.sum(axis=0)))
    if count >= 2 and float(np.ptp(means_g)) > 1e-12:
        return bootstrap_interval(totals_gk, ratio, seed, resamples)
    if bounds is None:
        reach = 0.0 if count >= 2 else max(1.0, 2 * abs(mean))
        return (mean - reach, mean + reach)
    unseen = 1 - 0.05 ** (1 / count)
    return (mean - unseen * (mean - bounds[0]), mean + unseen * (bounds[1] - mean))


def _expanded_tail(count: int) -> float:
    from scipy.special import ndtr, stdtrit

    student = float(stdtrit(count - 1, 0.025))
    return float(ndtr(student * sqrt(count / (count - 1))))


def _floats(values: Sequence[float]) -> Floats:
    return np.asarray(values, dtype=np.float64)
