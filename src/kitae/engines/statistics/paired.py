"""Before against after on the same rows: the difference, its interval, and how likely chance alone is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kitae.engines.statistics.resampling import Floats, group_totals, mean_interval

Test = Literal["mcnemar", "sign_flip_exact", "sign_flip_sampled"]

FLIPS = 20_000
_ENUMERATED_GROUPS = 16
_CONVOLUTION_STEPS = 50_000_000


@dataclass(frozen=True)
class PairedDifference:
    """The mean of after - before over paired rows.

    Attributes:
        difference: (Weighted) mean of the rows' differences.
        ci95: Its 95 % interval, resampled by group.
        p_value: Two-sided, of "the two are exchangeable within each group".
        test: Which test gave the p value.
    """

    difference: float
    ci95: tuple[float, float]
    p_value: float
    test: Test

    @property
    def is_better(self) -> bool:
        """Better beyond chance: the interval lies above zero and the test agrees."""
        return self.ci95[0] > 0 and self.p_value < 0.05

    @property
    def is_worse(self) -> bool:
        """Worse beyond chance: the interval lies below zero and the test agrees."""
        return self.ci95[1] < 0 and self.p_value < 0.05


def paired_difference(
    before: Sequence[float],
    after: Sequence[float],
    groups: Sequence[str],
    *,
    seed: int,
    weights: Sequence[float] | None = None,
    is_binary: bool = False,
) -> PairedDifference:
    """Compare two scores per row, higher being better.

    Args:
        before: One score per row.
        after: One score per row, in the same order.
        groups: Name of each row's group; rows of one group are resampled and flipped together.
        seed: Of the resampling.
        weights: Of the rows in the mean (answer bytes, for a score per byte); None for equal ones.
        is_binary: Whether scores are 0 or 1; without shared groups the test is then McNemar's.
    """
    differences_n = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    weights_n = None if weights is None else np.asarray(weights, dtype=float)
    totals_gk = group_totals(differences_n, groups, weights_n)
    interval = mean_interval(
        differences_n.tolist(),
        groups,
        seed=seed,
        weights=weights,
        bounds=(-1.0, 1.0) if is_binary else None,
    )
    mean = float(totals_gk[:, 0].sum() / totals_gk[:, 1].sum())
    if is_binary and len(totals_gk) == len(differences_n):
        wins, losses = int((differences_n > 0).sum()), int((differences_n < 0).sum())
        return PairedDifference(mean, interval, mcnemar_exact(wins, losses), "mcnemar")
    p_value, test = sign_flip_test(totals_gk[:, 0].tolist(), seed=seed)
    return PairedDifference(mean, interval, p_value, test)


def mcnemar_exact(wins: int, losses: int) -> float:
    """Two-sided p of as uneven a split of the rows that changed: a fair coin tossed wins + losses times.

    Source: McNemar 1947, in its exact binomial form. No row changed gives 1.
    """
    from scipy.special import bdtr

    changed = wins + losses
    return 1.0 if changed == 0 else min(1.0, 2 * float(bdtr(min(wins, losses), changed, 0.5)))


def sign_flip_test(group_sums: Sequence[float], *, seed: int) -> tuple[float, Test]:
    """Two-sided p of the sum of differences when each group's sign is tossed by a fair coin.

    Whole-numbered sums (wins minus losses) and up to sixteen groups are counted exactly; else 20,000 tosses, the observed
    one counted among them so that p is never 0. Source: Fisher 1935; Phipson and Smyth 2010 (the +1).
    """
    sums_g = np.asarray([s for s in group_sums if s != 0], dtype=float)
    if len(sums_g) == 0:
        return 1.0, "sign_flip_exact"
    is_whole = bool(np.all(sums_g == np.round(sums_g)))
    if is_whole and len(sums_g) * float(np.abs(sums_g).sum()) <= _CONVOLUTION_STEPS:
        return _p_of_whole_sums(sums_g), "sign_flip_exact"
    if len(sums_g) <= _ENUMERATED_GROUPS:
        return _p_by_enumeration(sums_g), "sign_flip_exact"
    return _p_by_sampling(sums_g, seed), "sign_flip_sampled"


def _p_of_whole_sums(sums_g: Floats) -> float:
    """Builds the distribution of the signed sum one group at a time."""
    steps = np.abs(sums_g).astype(np.int64)
    reach = int(steps.sum())
    chances = np.zeros(2 * reach + 1)
    chances[reach] = 1.0
    for step in steps:
        chances = (np.roll(chances, step) + np.roll(chances, -step)) / 2
    observed = abs(round(float(sums_g.sum())))
    offsets = np.abs(np.arange(-reach, reach + 1))
    return min(1.0, float(chances[offsets >= observed].sum()))


def _p_by_enumeration(sums_g: Floats) -> float:
    count = len(sums_g)
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    totals = (1 - 2 * bits) @ sums_g
    return float(np.mean(np.abs(totals) >= _reached(sums_g)))


def _p_by_sampling(sums_g: Floats, seed: int) -> float:
    rng = np.random.default_rng(seed)
    at_once = max(1, 4_000_000 // len(sums_g))
    reached = 0
    for start in range(0, FLIPS, at_once):
        rows = min(at_once, FLIPS - start)
        signs = 1 - 2 * rng.integers(0, 2, (rows, len(sums_g)))
        reached += int(np.sum(np.abs(signs @ sums_g) >= _reached(sums_g)))
    return (reached + 1) / (FLIPS + 1)


def _reached(sums_g: Floats) -> float:
    """The observed sum, less a breath for rounding."""
    return abs(float(sums_g.sum())) - 1e-9 * float(np.abs(sums_g).sum())
