"""The pauses between attempts, which double and end after a day."""

from itertools import pairwise

import pytest

from loyalty.webhooks.pauses import DAY_SECONDS, LONGEST_SECONDS, pause_after

TABLE = [0, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 10_240, 20_480, 34_880, 49_280, 63_680, 78_080, 86_400]
"""When the attempts are made, in seconds since the first: as docs/webhooks.md tells it."""


def attempts(first: int) -> list[int]:
    """When all attempts are made if none takes any time."""
    ages = [0]
    while (pause := pause_after(ages[-1], first)) is not None:
        ages.append(ages[-1] + pause)
    return ages


def test_attempts_are_made_for_a_day_with_pauses_that_double_up_to_four_hours() -> None:
    assert attempts(10) == TABLE
    assert max(later - earlier for earlier, later in pairwise(TABLE)) == LONGEST_SECONDS


@pytest.mark.parametrize("late", [0.0, 0.4, 3.0, 9.9])
def test_attempts_that_take_long_change_little(late: float) -> None:
    # GIVEN attempts each of which takes some seconds
    age, count = late, 1
    while (pause := pause_after(age, 10)) is not None:
        assert 1 <= pause <= LONGEST_SECONDS
        age += pause + late
        count += 1
    # THEN there are about as many, and the last is made about a day after the first
    assert 15 <= count <= 18
    assert DAY_SECONDS <= age < DAY_SECONDS + 60


@pytest.mark.parametrize("age", [-3_600.0, -1.0, 0.0, 9.0])
def test_a_clock_that_is_behind_makes_no_pause_shorter_than_the_first(age: float) -> None:
    assert pause_after(age, 10) == 10


def test_the_first_pauses_can_be_shorter_where_tests_wait_for_them() -> None:
    assert attempts(1)[:6] == [0, 1, 2, 4, 8, 16]
