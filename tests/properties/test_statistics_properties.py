from hypothesis import given, settings
from hypothesis import strategies as st

from kitae.engines.statistics.intervals import clopper_pearson_interval, wilson_interval
from kitae.engines.statistics.multiple import holm
from kitae.engines.statistics.paired import mcnemar_exact, paired_difference, sign_flip_test


@st.composite
def shares(draw):
    n = draw(st.integers(1, 500))
    return draw(st.integers(0, n)), n


@given(shares())
def test_the_exact_interval_holds_the_share_and_stays_within_bounds(share):
    successes, n = share
    for interval in (wilson_interval(successes, n), clopper_pearson_interval(successes, n)):
        assert 0 <= interval[0] <= successes / n + 1e-9
        assert successes / n - 1e-9 <= interval[1] <= 1


@given(st.lists(st.integers(-3, 3), max_size=60))
def test_turning_all_signs_round_changes_no_p_value(sums):
    one, _ = sign_flip_test([float(s) for s in sums], seed=1)
    other, _ = sign_flip_test([-float(s) for s in sums], seed=1)
    assert one == other
    assert 0 < one <= 1


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_equals_flipping_rows_one_by_one(wins, losses):
    flipped, _ = sign_flip_test([1.0] * wins + [-1.0] * losses, seed=1)
    assert abs(flipped - mcnemar_exact(wins, losses)) < 1e-9


@given(st.lists(st.floats(0, 1), max_size=20))
def test_adjusted_p_values_are_never_smaller(p_values):
    for raw, adjusted in zip(p_values, holm(p_values), strict=True):
        assert raw <= adjusted <= 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 6)), min_size=1, max_size=40)
)
def test_better_and_worse_change_places_with_before_and_after(rows):
    before = [float(b) for b, _, _ in rows]
    after = [float(a) for _, a, _ in rows]
    groups = [str(g) for _, _, g in rows]
    one = paired_difference(before, after, groups, seed=1, is_binary=True)
    other = paired_difference(after, before, groups, seed=1, is_binary=True)
    assert one.is_better == other.is_worse
    assert one.p_value == other.p_value
    assert one.ci95[0] <= one.difference + 1e-9
    assert one.ci95[1] >= one.difference - 1e-9
