from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from builders import NEWEST, scope_report, seat, seat_figures, usage_day, usage_days
from copilot_usage.domain.change import Change
from copilot_usage.domain.dates import ending
from copilot_usage.domain.insights import (
    MOST,
    CountMoved,
    IdleSeats,
    Peak,
    PeopleMoved,
    PeopleOverRange,
    Stopped,
    TookOff,
    insights,
)

if TYPE_CHECKING:
    from copilot_usage.domain.insights import Insight
    from copilot_usage.domain.report import ScopeReport

WEEK = ending(NEWEST, 7)
PAST = ending(NEWEST, 42)


def kinds(scope: ScopeReport) -> list[type[Insight]]:
    return [type(insight) for insight in insights(scope)]


def days_with(metric: str, before: int, now: int) -> ScopeReport:
    return scope_report(*usage_days(WEEK.before(), metric, [before] * 7), *usage_days(WEEK, metric, [now] * 7))


def test_many_idle_seats_are_named_with_their_cost() -> None:
    seats = seat_figures(seat(1), seat(2, last_activity=NEWEST))
    assert insights(scope_report(usage_day(), seats=seats)) == (IdleSeats(seats),)
    assert (seats.idle, seats.total, seats.idle_cost) == (1, 2, 19)


def test_a_few_idle_seats_of_many_are_no_news() -> None:
    seats = seat_figures(seat(0), *(seat(n, last_activity=NEWEST) for n in range(1, 30)))
    assert kinds(scope_report(usage_day(), seats=seats)) == []


def test_people_who_come_or_go_are_news_from_a_tenth_on() -> None:
    assert kinds(days_with("weekly_active_users", 100, 111)) == [PeopleMoved]
    assert kinds(days_with("weekly_active_users", 100, 109)) == []


def test_small_numbers_jump_by_chance() -> None:
    assert kinds(days_with("weekly_active_users", 10, 15)) == []


def test_the_count_that_moved_most_is_named() -> None:
    prompts, lines = "user_initiated_interaction_count", "loc_added_sum"
    before = [usage_day(day, {prompts: 100, lines: 100}) for day in WEEK.before()]
    days = [usage_day(day, {prompts: 150, lines: 140}) for day in WEEK]
    assert insights(scope_report(*before, *days)) == (CountMoved(prompts, Change(1050, 700)),)


def with_feature(feature: str, metric: str, before: int, now: int) -> ScopeReport:
    """Each day of the week has `now`, each of the week before `before`."""

    def row(amount: int) -> dict[str, dict[str, dict[str, int]]]:
        return {"feature": {feature: {metric: amount}}}

    days = [usage_day(day, breakdowns=row(before)) for day in WEEK.before()]
    return scope_report(*days, *(usage_day(day, breakdowns=row(now)) for day in WEEK))


def test_a_surface_takes_off_when_it_grows_by_half() -> None:
    grown = with_feature("agent_edit", "loc_added_sum", 100, 150)
    assert insights(grown) == (TookOff("agent_edit", "loc_added_sum", Change(1050, 700)),)
    assert kinds(with_feature("agent_edit", "loc_added_sum", 100, 149)) == []


def test_where_lines_are_not_known_generations_say_that_a_surface_takes_off() -> None:
    metric = "code_generation_activity_count"
    grown = with_feature("copilot_cli", metric, 100, 150)
    assert insights(grown) == (TookOff("copilot_cli", metric, Change(1050, 700)),)


def test_completions_and_chat_do_not_take_off() -> None:
    for feature in ("code_completion", "chat_panel_ask_mode"):
        assert kinds(with_feature(feature, "loc_added_sum", 100, 300)) == []


def test_a_peak_needs_a_past_to_be_one() -> None:
    past = usage_days(PAST, "daily_active_users", [30] * 35 + [30, 31, 40, 30, 30, 30, 30])
    assert insights(scope_report(*past)) == (Peak(date(2026, 11, 17), 40),)
    assert kinds(scope_report(*past[-14:])) == []


def test_a_peak_on_the_first_day_of_the_range_is_not_compared_with_itself() -> None:
    past = usage_days(PAST, "daily_active_users", [30] * 35 + [40, 30, 30, 30, 30, 30, 30])
    assert insights(scope_report(*past)) == (Peak(date(2026, 11, 15), 40),)


def test_a_scope_that_stopped_is_named_only_when_every_day_is_known() -> None:
    stopped = [0] * 32 + [0] * 10
    active = [5, *stopped[1:32], *stopped[32:]]
    active[25] = 14
    stop = Stopped(date(2026, 11, 12), 14)
    assert insights(scope_report(*usage_days(PAST, "daily_active_users", active))) == (stop,)
    unknown: list[int | None] = [*active]
    unknown[-3] = None
    assert kinds(scope_report(*usage_days(PAST, "daily_active_users", unknown))) == []


def test_there_are_at_most_three() -> None:
    many = days_with("weekly_active_users", 100, 200)
    more = usage_days(ending(NEWEST - timedelta(days=14), 40), "daily_active_users", [30] * 40)
    seats = seat_figures(seat(1), seat(2))
    days = [*more, *many.history.days.values()]
    found = insights(scope_report(*days, seats=seats))
    assert len(found) <= MOST
    assert found[0] == IdleSeats(seats)


def test_a_change_that_may_be_the_weekends_is_no_news() -> None:
    days = ending(NEWEST, 3)
    moved = [*usage_days(days.before(), "loc_added_sum", [500] * 3), *usage_days(days, "loc_added_sum", [900] * 3)]
    assert kinds(scope_report(*moved, shown=days)) == []


def over_twelve_weeks(first: int, last: int, until: date = NEWEST) -> ScopeReport:
    """A range without one before it, of which the counts of the first and of the last 28 days are known."""
    days = ending(until, 84)
    ends = {days.since + timedelta(days=27): first, until: last}
    return scope_report(*(usage_day(day, {"monthly_active_users": n}) for day, n in ends.items()), shown=days)


def test_a_long_range_without_one_before_is_compared_with_its_own_beginning() -> None:
    summer = date(2026, 9, 20)
    assert insights(over_twelve_weeks(100, 110, summer)) == (PeopleOverRange(Change(110, 100)),)
    assert kinds(over_twelve_weeks(100, 109, summer)) == []


def test_over_a_break_in_the_series_only_a_large_change_is_news() -> None:
    assert kinds(over_twelve_weeks(100, 124)) == []
    assert kinds(over_twelve_weeks(100, 125)) == [PeopleOverRange]
