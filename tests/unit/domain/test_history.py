from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, ORGANIZATION, history_of, usage_day
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.history import merge
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import UsageDay

WEEK = ending(NEWEST, 7)
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18))


def test_days_stand_in_order_whatever_the_order_they_came_in() -> None:
    history = history_of(usage_day(WEDNESDAY), usage_day(MONDAY), usage_day(TUESDAY))
    assert list(history.days) == [MONDAY, TUESDAY, WEDNESDAY]


def test_only_days_of_the_range_are_within_it() -> None:
    history = history_of(usage_day(MONDAY), usage_day(TUESDAY), usage_day(WEDNESDAY))
    assert [usage.day for usage in history.within(DateRange(TUESDAY, NEWEST))] == [TUESDAY, WEDNESDAY]


def test_the_later_generation_wins_whichever_came_first() -> None:
    days_read = [
        usage_day(MONDAY, {"total_active_users": 1}, generation=Generation.USAGE),
        usage_day(MONDAY, {"total_active_users": 3}, generation=Generation.REPORTS),
        usage_day(MONDAY, {"total_active_users": 2}, generation=Generation.METRICS),
    ]
    for order in (days_read, days_read[::-1]):
        assert merge(ORGANIZATION, order).amount(MONDAY, "total_active_users") == 3


def test_metrics_wins_over_usage() -> None:
    days_read = [usage_day(MONDAY, generation=Generation.METRICS), usage_day(MONDAY, generation=Generation.USAGE)]
    assert merge(ORGANIZATION, days_read).days[MONDAY].generation is Generation.METRICS


def test_of_one_generation_the_later_word_wins() -> None:
    history = history_of(usage_day(MONDAY, {"loc_added_sum": 1}), usage_day(MONDAY, {"loc_added_sum": 2}))
    assert history.amount(MONDAY, "loc_added_sum") == 2


def test_a_day_in_the_middle_without_data_is_a_gap_and_one_at_the_end_is_not_published() -> None:
    history = history_of(usage_day(MONDAY), usage_day(WEDNESDAY))
    shown = DateRange(MONDAY, date(2026, 11, 20))
    assert history.gaps(shown) == (TUESDAY,)
    assert history.unpublished(shown) == (date(2026, 11, 19), date(2026, 11, 20))


def test_up_to_the_newest_published_day_a_missing_day_is_a_gap() -> None:
    history = history_of(usage_day(MONDAY), newest=WEDNESDAY)
    assert history.gaps(DateRange(MONDAY, NEWEST)) == (TUESDAY, WEDNESDAY)


def test_a_day_with_data_is_published_even_if_github_did_not_say_so() -> None:
    assert history_of(usage_day(WEDNESDAY), newest=MONDAY).newest == WEDNESDAY


def test_of_an_empty_history_nothing_is_published_and_nothing_missing() -> None:
    history = history_of()
    assert history.newest is None
    assert history.gaps(WEEK) == ()
    assert history.unpublished(WEEK) == tuple(WEEK)


def test_what_is_not_known_is_none_in_a_series_and_zero_is_zero() -> None:
    history = history_of(usage_day(MONDAY, {"loc_added_sum": 0}), usage_day(TUESDAY))
    assert history.series(DateRange(MONDAY, WEDNESDAY), "loc_added_sum") == (0, None, None)


days = st.dates(date(2026, 10, 1), date(2026, 11, 30))
generations = st.sampled_from([Generation.REPORTS, Generation.METRICS, Generation.USAGE])
said_days = st.lists(
    st.builds(lambda day, generation: usage_day(day, generation=generation), days, generations), max_size=40
)


@given(said_days, st.none() | days, st.builds(ending, days, st.integers(1, 60)))
def test_every_day_of_a_range_has_data_or_is_missing_or_is_not_published(
    days_read: list[UsageDay], newest: date | None, shown: DateRange
) -> None:
    history = merge(ORGANIZATION, days_read, newest)
    with_data = [usage.day for usage in history.within(shown)]
    missing, unpublished = history.gaps(shown), history.unpublished(shown)
    assert sorted([*with_data, *missing, *unpublished]) == list(shown)
    if history.newest is not None:
        assert all(day <= history.newest for day in (*with_data, *missing))
        assert all(day > history.newest for day in unpublished)


@given(said_days)
def test_merging_a_history_again_changes_nothing(days_read: list[UsageDay]) -> None:
    once = merge(ORGANIZATION, days_read)
    assert merge(ORGANIZATION, once.days.values()) == once
    assert sorted(once.days) == sorted({usage.day for usage in days_read})


def test_the_range_before_reaches_into_the_same_history() -> None:
    history = history_of(usage_day(MONDAY - timedelta(days=7), {"loc_added_sum": 4}))
    assert history.amount(MONDAY - timedelta(days=7), "loc_added_sum") == 4
    assert history.amount(MONDAY, "loc_added_sum") is None
