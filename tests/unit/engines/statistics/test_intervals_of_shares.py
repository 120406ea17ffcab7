import pytest

from kitae.engines.statistics.intervals import (
    clopper_pearson_interval,
    effective_size,
    expected_half_width,
    grouped_share_interval,
    upper_bound_of_none,
    wilson_interval,
)


def test_wilson_gives_the_published_values():
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_clopper_pearson_gives_the_published_values():
    assert clopper_pearson_interval(8, 10) == pytest.approx((0.4439, 0.9748), abs=1e-4)
    assert clopper_pearson_interval(0, 20) == pytest.approx((0.0, 0.1684), abs=1e-4)
    assert clopper_pearson_interval(20, 20)[1] == 1.0


def test_twenty_without_an_error_still_allow_fourteen_percent():
    assert upper_bound_of_none(20) == pytest.approx(0.139, abs=1e-3)


def test_ten_test_rows_leave_a_score_open_by_twenty_six_points():
    assert expected_half_width(10) == pytest.approx(0.263, abs=1e-3)
    assert expected_half_width(93) < 0.1005
    assert expected_half_width(0) == 0.5


def test_rows_of_their_own_count_fully():
    right = [1.0, 0.0, 1.0, 1.0]
    assert effective_size(right, ["a", "b", "c", "d"]) == 4
    assert grouped_share_interval(right, list("abcd")) == wilson_interval(3, 4)


def test_nine_wordings_of_one_text_count_about_once():
    right = [float(text % 2) for text in range(20) for _ in range(9)]
    groups = [str(text) for text in range(20) for _ in range(9)]
    assert 15 < effective_size(right, groups) < 21
    low, high = grouped_share_interval(right, groups)
    plain = wilson_interval(sum(right), len(right))
    assert high - low > 2 * (plain[1] - plain[0])


def test_all_wrong_in_groups_is_as_uncertain_as_the_number_of_groups():
    assert grouped_share_interval([0.0] * 90, [str(i // 9) for i in range(90)]) == wilson_interval(
        0, 10
    )
