from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, history_of, usage_days
from copilot_usage.domain.change import Change, change, change_of_total
from copilot_usage.domain.dates import ending
from copilot_usage.domain.figures import Figures, summarise

WEEK = ending(NEWEST, 7)


def week_of(*amounts: int | None, metric: str = "loc_added_sum") -> Figures:
    return summarise(history_of(*usage_days(WEEK, metric, amounts)), WEEK)


def test_a_change_is_told_in_the_figures_own_unit_and_in_per_cent() -> None:
    grown = Change(150, 120)
    assert (grown.difference, grown.relative) == (30, 25)


def test_a_fall_is_negative() -> None:
    assert Change(90, 120).relative == -25


def test_from_zero_there_is_no_per_cent() -> None:
    assert Change(5, 0).relative is None
    assert Change(5, 0).difference == 5


def test_down_to_zero_is_all_of_it() -> None:
    assert Change(0, 5).relative == -100


@pytest.mark.parametrize(("now", "before"), [(None, 4), (4, None), (None, None)])
def test_there_is_no_change_where_one_side_is_not_known(now: int | None, before: int | None) -> None:
    assert change(now, before) is None


def test_zero_is_known() -> None:
    assert change(0, 0) == Change(0, 0)


def test_sums_over_equally_many_days_are_compared() -> None:
    assert change_of_total(week_of(1, 2, 3), week_of(1, 1, 1), "loc_added_sum") == Change(6, 3)


def test_sums_over_different_numbers_of_days_are_not() -> None:
    assert change_of_total(week_of(1, 2, 3), week_of(1, 1, 1, 1), "loc_added_sum") is None


def test_a_sum_that_one_range_does_not_know_has_no_change() -> None:
    assert change_of_total(week_of(1), week_of(1, metric="loc_deleted_sum"), "loc_added_sum") is None
    assert change_of_total(week_of(1), None, "loc_added_sum") is None


def test_people_have_no_sum_and_so_no_change_of_it() -> None:
    people = week_of(4, 5, metric="daily_active_users")
    assert change_of_total(people, people, "daily_active_users") is None


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_per_cent_lead_back_to_the_figure(now: int, before: int) -> None:
    relative = Change(now, before).relative
    assert relative is not None
    assert before * (1 + relative / 100) == pytest.approx(now, rel=1e-9, abs=1e-6 * before)
