import numpy as np
import pytest

from kitae.engines.statistics.multiple import holm
from kitae.engines.statistics.paired import mcnemar_exact, paired_difference, sign_flip_test
from kitae.engines.statistics.power import (
    FEWEST_FOR_PROOF,
    detectable_binary_difference,
    detectable_mean_difference,
)
from kitae.engines.statistics.resampling import mean_interval


def own(n):
    return [str(i) for i in range(n)]


def test_mcnemar_is_a_fair_coin():
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(5, 0) == pytest.approx(0.0625)
    assert mcnemar_exact(10, 2) == pytest.approx(2 * (1 + 12 + 66) / 4096)
    assert mcnemar_exact(3, 3) == 1.0


def test_six_rows_are_the_fewest_that_can_prove_anything():
    assert mcnemar_exact(FEWEST_FOR_PROOF, 0) < 0.05 <= mcnemar_exact(FEWEST_FOR_PROOF - 1, 0)


def test_flipping_single_rows_equals_mcnemar():
    differences = [1.0] * 9 + [-1.0] * 3 + [0.0] * 20
    p_value, test = sign_flip_test(differences, seed=1)
    assert test == "sign_flip_exact"
    assert p_value == pytest.approx(mcnemar_exact(9, 3))


def test_enumeration_and_sampling_agree():
    rng = np.random.default_rng(3)
    few = rng.normal(0.4, 1, 14).tolist()
    exact, test = sign_flip_test(few, seed=1)
    assert test == "sign_flip_exact"
    sampled, test = sign_flip_test([*few, *([1e-12] * 20)], seed=1)
    assert test == "sign_flip_sampled"
    assert sampled == pytest.approx(exact, abs=0.02)


def test_a_sampled_p_is_never_zero():
    p_value, _ = sign_flip_test([1.0 + i / 1000 for i in range(200)], seed=1)
    assert 0 < p_value < 1e-3


def test_rows_of_a_group_are_flipped_together():
    before = [0.0] * 45
    after = [1.0] * 45
    alone = paired_difference(before, after, own(45), seed=1, is_binary=True)
    grouped = paired_difference(
        before, after, [str(i // 9) for i in range(45)], seed=1, is_binary=True
    )
    assert alone.test == "mcnemar"
    assert alone.is_better
    assert grouped.p_value == pytest.approx(2 * 0.5**5)
    assert not grouped.is_better


def test_resampling_by_group_widens_the_interval():
    rng = np.random.default_rng(5)
    texts = rng.integers(0, 2, 30)
    values = np.repeat(texts, 9).astype(float).tolist()
    groups = np.repeat(np.arange(30), 9).astype(str).tolist()
    alone, grouped = (mean_interval(values, g, seed=1) for g in (own(270), groups))
    assert grouped[1] - grouped[0] > 2 * (alone[1] - alone[0])


def test_equal_calls_give_equal_intervals():
    values = np.random.default_rng(1).normal(size=50).tolist()
    assert mean_interval(values, own(50), seed=4) == mean_interval(values, own(50), seed=4)
    assert mean_interval(values, own(50), seed=4) != mean_interval(values, own(50), seed=5)


def test_a_clean_sweep_of_few_rows_is_not_certain():
    low, high = mean_interval([1.0] * 10, own(10), seed=1, bounds=(-1.0, 1.0))
    assert low == pytest.approx(1 - 2 * (1 - 0.05**0.1))
    assert high == 1.0


def test_one_group_proves_nothing():
    found = paired_difference([0.0] * 9, [1.0] * 9, ["one"] * 9, seed=1, is_binary=True)
    assert found.ci95[0] <= 0
    assert not found.is_better
    graded = paired_difference([1.0, 2.0], [3.0, 4.5], ["one"] * 2, seed=1)
    assert graded.ci95[0] <= 0


def test_weights_make_a_ratio_of_sums():
    found = paired_difference([0, 0, 0], [1, 0, 0], own(3), seed=1, weights=[8, 1, 1])
    assert found.difference == pytest.approx(0.8)


def test_holm_adjusts_in_the_given_order():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_a_detectable_difference_is_detected_four_times_of_five():
    rng = np.random.default_rng(11)
    n, share = 200, 0.1
    before = (rng.random(n) < 0.5).astype(float)
    flips = np.where(rng.random(n) < share, 1 - before, before)
    smallest = detectable_binary_difference(before.tolist(), flips.tolist(), own(n))
    churn = 2 * min(np.mean(flips > before), np.mean(flips < before))
    seen = 0
    for _ in range(400):
        kind = rng.random(n)
        wins = int((kind < smallest + churn / 2).sum())
        losses = int(((kind >= smallest + churn / 2) & (kind < smallest + churn)).sum())
        seen += mcnemar_exact(wins, losses) < 0.05
    assert 0.70 < seen / 400 < 0.90


def test_more_rows_detect_smaller_differences():
    rng = np.random.default_rng(2)
    sizes = [detectable_mean_difference(rng.normal(size=n).tolist(), own(n)) for n in (20, 80, 320)]
    assert sizes[0] > sizes[1] > sizes[2]
    assert sizes[2] == pytest.approx(2.8 / 320**0.5, rel=0.15)
    assert detectable_binary_difference([0.0] * 3, [0.0] * 3, own(3)) == 1.0


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(17)
    covered = 0
    for trial in range(300):
        groups = np.repeat(np.arange(20), 3).astype(str).tolist()
        values = np.repeat(rng.normal(0.3, 1, 20), 3) + rng.normal(0, 0.3, 60)
        low, high = mean_interval(values.tolist(), groups, seed=trial, resamples=1_000)
        covered += low <= 0.3 <= high
    assert 0.92 <= covered / 300 <= 0.98


def test_nothing_is_found_where_there_is_nothing_more_often_than_it_says():
    rng = np.random.default_rng(19)
    found = 0
    for trial in range(300):
        groups = np.repeat(np.arange(25), 4).astype(str).tolist()
        before = np.repeat(rng.random(25) < 0.5, 4).astype(float)
        changed = np.repeat(rng.random(25) < 0.4, 4)
        after = np.where(changed, 1 - before, before)
        result = paired_difference(
            before.tolist(), after.tolist(), groups, seed=trial, is_binary=True
        )
        found += result.is_better or result.is_worse
    assert found / 300 <= 0.07
