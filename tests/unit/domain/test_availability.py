from __future__ import annotations

from datetime import date, timedelta

from builders import ENTERPRISE, ORGANIZATION, TEAM, TODAY
from copilot_usage.domain.availability import first_day, is_settled, needs_latest
from copilot_usage.domain.dates import ending


def test_the_newest_day_matters_to_a_range_counted_from_it_or_one_that_is_recent() -> None:
    assert needs_latest(None, TODAY)
    assert needs_latest(ending(TODAY - timedelta(days=29), 7), TODAY)
    assert not needs_latest(ending(TODAY - timedelta(days=30), 7), TODAY)


def test_reports_reach_back_a_year_but_not_before_they_began() -> None:
    later = date(2027, 6, 1)
    assert first_day(ORGANIZATION, date(2028, 12, 31)) == date(2027, 12, 31), "366 days over a leap day"
    assert first_day(ORGANIZATION, date(2028, 2, 29)) == date(2027, 2, 28)
    assert first_day(ORGANIZATION, TODAY) == date(2025, 12, 12)
    assert first_day(ENTERPRISE, TODAY) == date(2025, 11, 23)
    assert first_day(TEAM, TODAY) == date(2025, 12, 12)
    assert {first_day(scope, later) for scope in (ORGANIZATION, ENTERPRISE, TEAM)} == {date(2026, 6, 1)}


def test_a_day_settles_on_the_fifth_day_after_it() -> None:
    day = date(2026, 11, 18)
    assert not is_settled(day, date(2026, 11, 22))
    assert is_settled(day, date(2026, 11, 23))
    assert is_settled(day, date(2027, 11, 23))


def test_a_day_in_the_future_is_not_settled() -> None:
    assert not is_settled(date(2026, 12, 1), date(2026, 11, 23))
