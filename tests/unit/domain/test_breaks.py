from __future__ import annotations

from datetime import date

from copilot_usage.domain.breaks import breaks_in
from copilot_usage.domain.dates import DateRange


def test_breaks_of_the_series_are_told_for_the_range_they_fall_into() -> None:
    spring = DateRange(date(2026, 4, 10), date(2026, 6, 15))
    assert [day for day, _ in breaks_in(spring)] == [date(2026, 4, 10), date(2026, 6, 15)]


def test_a_range_without_a_break_has_none() -> None:
    assert list(breaks_in(DateRange(date(2026, 7, 1), date(2026, 7, 28)))) == []


def test_every_break_says_what_changed() -> None:
    year = DateRange(date(2026, 1, 1), date(2026, 12, 31))
    assert [day for day, _ in breaks_in(year)] == sorted(day for day, _ in breaks_in(year))
    assert all(text.endswith(".") for _, text in breaks_in(year))
