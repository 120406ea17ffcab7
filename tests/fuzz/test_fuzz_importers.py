"""Damaged real files: an answer or an error with a way out, every row accounted for, bounded work.

Cases have numbers: `make_case(folder, 4711)` is the same file everywhere. The short mode counts calls
instead of looking at a clock; the long mode (`make bench`) measures CPU time per megabyte.
"""

import time

import pytest

from support.fuzzing.cases import make_case, stretched_cases
from support.fuzzing.trial import check, check_twice, counted_steps, measured_memory

SHORT, LONG, PART = 500, 10_000, 50
_FREE_STEPS = 1_200_000
"""A guess of the encoding scores 32 KiB in 17 ways, character by character, whatever the size."""
_STEPS_PER_BYTE = 60
_FREE_MEMORY = 24 * 2**20
_MEMORY_PER_BYTE = 60
_FREE_SECONDS = 6.0
_SECONDS_PER_MIB = 60.0
"""Rows of three bytes, each with two pieces of evidence, take 15; real files take 0.05."""


def size_of(case):
    """Bytes that the importers have to look at."""
    return max(len(case.data), len(case.plain or b""))


@pytest.mark.parametrize("first", range(0, SHORT, PART))
def test_damaged_files_are_read_or_refused_in_bounded_work(real_data, first):
    for number in range(first, first + PART):
        case = make_case(real_data, number)
        with counted_steps() as steps:
            check(case)
        limit = _FREE_STEPS + _STEPS_PER_BYTE * size_of(case)
        assert steps[0] < limit, f"{steps[0]} calls: {case.title}"


@pytest.mark.parametrize("first", range(0, SHORT, 5 * PART))
def test_damaged_files_take_memory_in_proportion_to_their_size(real_data, first):
    for number in range(first, first + 5 * PART, 5):
        case = make_case(real_data, number)
        with measured_memory() as peak:
            check(case)
        limit = _FREE_MEMORY + _MEMORY_PER_BYTE * size_of(case)
        assert peak[0] < limit, f"{peak[0]} bytes: {case.title}"


def test_a_damaged_file_gives_the_same_bytes_each_time(real_data):
    for number in range(3, SHORT, 12):
        check_twice(make_case(real_data, number))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SHORT, SHORT + LONG, 10 * PART))
def test_ten_thousand_damaged_files_are_read_or_refused_in_time(real_data, first):
    for number in range(first, first + 10 * PART):
        assert_in_time(make_case(real_data, number))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(8))
def test_a_file_of_one_word_over_and_over_takes_time_in_proportion(real_data, first):
    for case in stretched_cases(real_data, 100_000)[first::8]:
        assert_in_time(case)


def assert_in_time(case):
    """Check a case and the processor time that it took."""
    start = time.process_time()
    check(case)
    took = time.process_time() - start
    limit = _FREE_SECONDS + _SECONDS_PER_MIB * size_of(case) / 2**20
    assert took < limit, f"{took:.1f} s: {case.title}"
