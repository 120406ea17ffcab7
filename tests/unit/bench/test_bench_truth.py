"""Recall, precision and groups across sides are counted as their names say."""

import numpy as np
import pytest
from bench.data.truth import BASE, EXACT, NEAR, Planted, Truth, TruthWriter, quality_of, straddling

# 0 base, 1 exact of 0, 2 near of 0, 3 base, 4 near of 3 (a short text), 5 base
ROWS = [
    Planted(BASE, 0, 0, 0),
    Planted(EXACT, 0, 0, 0),
    Planted(NEAR, 0, 0, 0, 0.04),
    Planted(BASE, 1, 3, 3),
    Planted(NEAR, 1, 3, 3, 0.12, short=True),
    Planted(BASE, 2, 5, 5),
]


@pytest.fixture
def truth(tmp_path):
    with TruthWriter(tmp_path / "truth.parquet") as writer:
        for row in ROWS:
            writer.add(row)
    return Truth.read(tmp_path / "truth.parquet")


def test_removing_exactly_the_copies_is_perfect(truth):
    quality = quality_of(truth, range(6), [0, 3, 5])
    assert (quality.near["all"], quality.exact, quality.precision) == (1.0, 1.0, 1.0)
    assert quality.removed == 3


def test_a_copy_that_stays_alone_is_no_miss(truth):
    quality = quality_of(truth, range(6), [2, 4, 5])
    assert (quality.near["all"], quality.exact, quality.precision) == (1.0, 1.0, 1.0)


def test_a_near_copy_beside_an_exact_one_is_missed(truth):
    quality = quality_of(truth, range(6), [1, 2, 3, 5])
    assert quality.near["en"] == 0.0
    assert quality.near["ja"] == 1.0
    assert quality.exact == 1.0


def test_two_exact_copies_that_both_stay_are_one_miss(truth):
    assert quality_of(truth, range(6), [0, 1, 3, 5]).exact == 0.0


def test_short_copies_do_not_count_among_the_long(truth):
    quality = quality_of(truth, range(6), [0, 3, 4, 5])
    assert quality.near["all"] == 0.5
    assert quality.long["all"] == 1.0
    assert np.isnan(quality.long["ja"])


def test_a_removed_row_of_which_nothing_is_left_is_wrong(truth):
    assert quality_of(truth, range(6), [0, 3]).precision == pytest.approx(3 / 4)


def test_rows_that_never_came_so_far_do_not_count(truth):
    quality = quality_of(truth, [0, 1, 3, 5], [0, 3, 5])
    assert np.isnan(quality.near["all"])
    assert quality.removed == 1


def test_a_group_on_two_sides_is_told_with_and_without_short_copies(truth):
    sides = {"train": np.array([0, 2, 3]), "validation": np.array([4]), "test": np.array([5])}
    assert straddling(truth, sides, with_short=True) == (1, 2)
    assert straddling(truth, sides, with_short=False) == (0, 1)
