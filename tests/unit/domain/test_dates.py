from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.domain.dates import DateRange, ending, is_working_day, month_of, parse_day

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ranges = st.builds(ending, days, st.integers(1, 500))


def test_a_range_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="2026-11-02 is after 2026-11-01"):
        DateRange(date(2026, 11, 2), date(2026, 11, 1))


def test_both_ends_belong_to_a_range() -> None:
    shown = DateRange(date(2026, 2, 27), date(2026, 3, 1))
    assert list(shown) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert date(2026, 2, 27) in shown
    assert date(2026, 3, 1) in shown
    assert date(2026, 3, 2) not in shown
    assert date(2026, 2, 26) not in shown


@given(ranges)
def test_a_range_is_as_long_as_its_days_and_holds_each_of_them(shown: DateRange) -> None:
    listed = list(shown)
    assert len(listed) == len(set(listed)) == len(shown)
    assert (listed[0], listed[-1]) == (shown.since, shown.until)
    assert all(day in shown for day in listed)


@given(days, st.integers(1, 400))
def test_a_range_that_ends_with_a_day_has_the_length_asked_for(day: date, length: int) -> None:
    shown = ending(day, length)
    assert (shown.until, len(shown)) == (day, length)


@given(ranges)
def test_the_range_before_is_as_long_and_ends_the_day_before(shown: DateRange) -> None:
    before = shown.before()
    assert len(before) == len(shown)
    assert before.until + timedelta(days=1) == shown.since


@given(ranges)
def test_a_year_earlier_has_the_same_weekdays(shown: DateRange) -> None:
    earlier = shown.a_year_earlier()
    assert [day.weekday() for day in earlier] == [day.weekday() for day in shown]
    assert 363 <= (shown.since - earlier.since).days <= 366


@given(ranges, st.integers(0, 60))
def test_a_widened_range_begins_earlier_and_ends_the_same(shown: DateRange, more: int) -> None:
    widened = shown.widened(more)
    assert len(widened) == len(shown) + more
    assert widened.until == shown.until


@given(ranges, days, days)
def test_a_clipped_range_is_what_both_have(shown: DateRange, since: date, until: date) -> None:
    clipped = shown.clipped(since, until)
    assert (list(clipped) if clipped else []) == [day for day in shown if since <= day <= until]


def test_a_month_is_written_with_two_digits() -> None:
    assert month_of(date(2026, 3, 31)) == "2026-03"


def test_working_days_are_monday_to_friday() -> None:
    week = ending(date(2026, 11, 22), 7)
    assert [day.strftime("%a") for day in week if is_working_day(day)] == ["Mon", "Tue", "Wed", "Thu", "Fri"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21T00:00:00Z", date(2026, 11, 21)),
        ("2026-02-30", None),
        ("", None),
        (None, None),
        (20261121, None),
    ],
)
def test_a_day_is_read_from_a_date_or_a_timestamp(text: object, day: date | None) -> None:
    assert parse_day(text) == day
