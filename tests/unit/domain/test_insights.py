from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from builders import NEWEST, scope_report, seat, seat_figures, usage_day, usage_days
from copilot_usage.domain.change import Change
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.insights import (
    MOST,
    CountMoved,
    IdleSeats,
    Insight,
    Peak,
    PeopleMoved,
    PeopleOverRange,
    Stopped,
    TookOff,
    insights,
)
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import UsageDay

WEEK = ending(NEWEST, 7)
PAST = ending(NEWEST, 42)
# A week of a time in which GitHub counts agents as it does in the week before.
CALM = ending(date(2026, 9, 12), 7)


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


def with_feature(
    feature: str, metric: str, before: int, now: int, week: DateRange = CALM, total: int = 0
) -> ScopeReport:
    """Each day of the week has `now`, each of the week before `before`."""

    def day(when: date, amount: int) -> UsageDay:
        return usage_day(when, {metric: total} if total else {}, {"feature": {feature: {metric: amount}}})

    days = [*(day(when, before) for when in week.before()), *(day(when, now) for when in week)]
    return scope_report(*days, shown=week)


def test_a_surface_takes_off_when_it_grows_by_half() -> None:
    grown = with_feature("agent_edit", "loc_added_sum", 100, 150)
    assert insights(grown) == (TookOff("agent_edit", "loc_added_sum", Change(1050, 700)),)
    prompts = "user_initiated_interaction_count"
    assert TookOff("chat_panel_agent_mode", prompts, Change(1050, 700)) in insights(
        with_feature("chat_panel_agent_mode", prompts, 100, 150)
    )
    assert kinds(with_feature("chat_panel_agent_mode", "loc_added_sum", 100, 150)) == []
    assert kinds(with_feature("agent_edit", "loc_added_sum", 100, 149)) == []


def test_a_surface_that_is_hardly_any_of_the_whole_is_no_news() -> None:
    assert kinds(with_feature("agent_edit", "loc_added_sum", 100, 150, total=3_000)) == [TookOff]
    assert kinds(with_feature("agent_edit", "loc_added_sum", 100, 150, total=3_001)) == []


def test_what_github_counts_again_after_an_undercount_does_not_take_off() -> None:
    assert kinds(with_feature("agent_edit", "loc_added_sum", 100, 150, WEEK)) == []


def test_a_feature_that_github_began_to_report_does_not_take_off() -> None:
    assert kinds(with_feature("copilot_app", "loc_added_sum", 100, 250, ending(date(2026, 8, 1), 7))) == []


def test_ninety_days_after_github_began_to_report_the_app_tell_no_news_of_it() -> None:
    """90 days up to 23 Nov 2026; the app's 100 lines a day are in the documents since 28 July, all else is constant."""
    shown = ending(date(2026, 11, 23), 90)
    days = [
        usage_day(day, {"loc_added_sum": 300 + app}, {"feature": {"code_completion": {"loc_added_sum": 300}} | row})
        for day in shown.widened(90)
        for app in [100 if day >= date(2026, 7, 28) else 0]
        for row in [{"copilot_app": {"loc_added_sum": app}} if app else {}]
    ]
    assert kinds(scope_report(*days, shown=shown)) == []


def test_reports_after_metrics_tell_no_news_of_edits_by_agents() -> None:
    """1,000 lines by agents each day, of which the documents of `metrics` know nothing."""
    shown = ending(date(2026, 4, 7), 14)
    row = {"feature": {"agent_edit": {"loc_added_sum": 1_000}}}
    days = [
        usage_day(day, {"loc_added_sum": 1_000}, row)
        if day > date(2026, 3, 20)
        else usage_day(day, {"daily_active_users": 9}, generation=Generation.METRICS)
        for day in shown.widened(14)
    ]
    assert kinds(scope_report(*days, shown=shown)) == []


def test_where_lines_are_not_known_generations_say_that_a_surface_takes_off() -> None:
    metric = "code_generation_activity_count"
    grown = with_feature("copilot_cli", metric, 100, 150)
    assert insights(grown) == (TookOff("copilot_cli", metric, Change(1050, 700)),)


def test_completions_and_chat_do_not_take_off() -> None:
    for feature in ("code_completion", "chat_panel_ask_mode"):
        assert kinds(with_feature(feature, "loc_added_sum", 100, 300)) == []


def test_a_peak_needs_a_past_to_be_one() -> None:
    past = usage_days(PAST, "daily_active_users", [30] * 35 + [30, 31, 40, 30, 30, 30, 30])
    assert insights(scope_report(*past)) == (Peak(date(2026, 11, 17), 40, 30, 35, PAST.since),)
    assert kinds(scope_report(*past[-14:])) == []


def test_a_peak_on_the_first_day_of_the_range_is_not_compared_with_itself() -> None:
    past = usage_days(PAST, "daily_active_users", [30] * 35 + [40, 30, 30, 30, 30, 30, 30])
    assert insights(scope_report(*past)) == (Peak(date(2026, 11, 15), 40, 30, 35, PAST.since),)


@pytest.mark.parametrize(
    ("usual", "peak", "told"), [(100, 105, True), (100, 104, False), (30, 33, True), (30, 32, False)]
)
def test_a_peak_has_a_margin_of_a_twentieth_and_of_three_people(usual: int, peak: int, *, told: bool) -> None:
    past = usage_days(PAST, "daily_active_users", [usual] * 37 + [peak] + [usual] * 4)
    assert (Peak in kinds(scope_report(*past))) == told


def test_a_peak_is_one_among_days_that_count_the_same() -> None:
    """Of a break in the series only the days after it are looked at, and they must be enough."""
    for until, told in ((date(2026, 8, 31), True), (date(2026, 8, 30), False)):
        past = usage_days(ending(until, 60), "daily_active_users", [30] * 58 + [40, 30])
        assert (Peak in kinds(scope_report(*past, shown=ending(until, 7)))) == told


def simulated_peaks(growth: float, seed: int) -> tuple[int, int]:
    """Pages of 28 days, and those with a new peak, in a year of 300 people whose use grows so much in 28 days."""
    chance = random.Random(seed)
    since = date(2027, 1, 4)
    days = [
        usage_day(day, {"daily_active_users": sum(chance.random() < share for _ in range(300))})
        for n, day in enumerate(ending(since + timedelta(days=364), 365))
        for share in [(0.6 if day.weekday() < 5 else 0.05) * (1 + growth) ** (n / 28)]
    ]
    pages = [ending(usage.day, 28) for usage in days[84::7]]
    found = [kinds(scope_report(*days[: (shown.until - since).days + 1], shown=shown)) for shown in pages]
    return len(found), sum(Peak in insights for insights in found)


@pytest.mark.parametrize(("growth", "most"), [(0, 0), (0.03, 8)])
@pytest.mark.parametrize("seed", range(2))
def test_slow_growth_is_no_new_peak_on_every_page(growth: float, most: int, seed: int) -> None:
    """Without a margin, 34 to 36 of these 41 pages have one when use grows by 3 %, and 4 to 9 when it does not."""
    pages, peaks = simulated_peaks(growth, seed)
    assert pages == 41
    assert peaks <= most


@pytest.mark.parametrize("quiet", [10, 13, 19])
def test_a_scope_that_stopped_is_named_with_its_first_quiet_day(quiet: int) -> None:
    active = [5] * 20 + [14] + [5] * (21 - quiet) + [0] * quiet
    first = NEWEST - timedelta(days=quiet - 1)
    most = 14 if PAST.since + timedelta(days=20) in ending(NEWEST - timedelta(days=10), 10) else 5
    assert insights(scope_report(*usage_days(PAST, "daily_active_users", active))) == (Stopped(first, most),)


def test_a_scope_that_stopped_is_named_only_when_every_day_is_known() -> None:
    unknown = [*[5] * 32, *[0] * 7, None, 0, 0]
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
    """Thursday to Saturday against Monday to Wednesday: as many on each working day."""
    days = ending(NEWEST, 3)
    moved = [*usage_days(days.before(), "loc_added_sum", [500] * 3), *usage_days(days, "loc_added_sum", [500, 500, 0])]
    assert kinds(scope_report(*moved, shown=days)) == []


def test_a_missing_day_does_not_silence_what_moved() -> None:
    moved = [
        *usage_days(WEEK.before(), "loc_added_sum", [100] * 7),
        *usage_days(WEEK, "loc_added_sum", [150, 150, None, 150, 150, 150, 150]),
    ]
    found = CountMoved("loc_added_sum", Change(150, 100, of_working_days=True))
    assert insights(scope_report(*moved)) == (found,)


def test_merged_pull_requests_by_copilot_are_news_when_they_are_a_part_of_all() -> None:
    copilot, everything = "pull_requests.total_merged_created_by_copilot", "pull_requests.total_merged"
    for whole, told in ((1_000, True), (1_001, False)):
        days = [
            usage_day(day, {copilot: amount, everything: whole})
            for week, amount in ((WEEK.before(), 40), (WEEK, 50))
            for day in week
        ]
        assert (CountMoved in kinds(scope_report(*days))) == told


def over_twelve_weeks(first: int, last: int, until: date, unknown: int = 99) -> ScopeReport:
    """A range without one before it, of which the counts of the first and of the last 28 days are known."""
    days = ending(until, 84)
    ends = {days.since + timedelta(days=27): first, until: last}
    monthly = "monthly_active_users"
    known = [usage_day(day, {monthly: ends[day]} if day in ends else {}) for n, day in enumerate(days) if n != unknown]
    return scope_report(*known, shown=days)


def test_a_long_range_without_one_before_is_compared_with_its_own_beginning() -> None:
    autumn = date(2026, 11, 22)
    assert insights(over_twelve_weeks(100, 110, autumn)) == (PeopleOverRange(Change(110, 100)),)
    assert kinds(over_twelve_weeks(100, 109, autumn)) == []


def test_a_beginning_is_told_only_where_its_days_are_known() -> None:
    assert kinds(over_twelve_weeks(100, 120, NEWEST, unknown=3)) == []
    assert kinds(over_twelve_weeks(100, 120, NEWEST, unknown=40)) == [PeopleOverRange]


def test_over_a_break_in_the_series_no_change_is_news() -> None:
    assert kinds(over_twelve_weeks(100, 200, date(2026, 9, 20))) == []
