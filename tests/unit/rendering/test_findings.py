from __future__ import annotations

from datetime import date, timedelta

import pytest

from builders import NEWEST, ORGANIZATION, report_of, scope_report, seat, seat_figures, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.metrics import AGENT_FEATURES
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.rendering.findings import findings, headline, joint_findings

WEEK = ending(NEWEST, 7)
PEOPLE = "weekly_active_users"


def team(name: str, before: int, now: int) -> ScopeReport:
    """So many active people at the end of the week before, and of the week."""
    days = [usage_day(WEEK.before().until, {PEOPLE: before}), usage_day(NEWEST, {PEOPLE: now})]
    return scope_report(*days, scope=ORGANIZATION.of_team(name))


def test_idle_seats_are_told_with_their_days_and_what_they_cost() -> None:
    seats = seat_figures(seat(1), seat(2), seat(3, last_activity=NEWEST))
    assert findings(scope_report(usage_day(), seats=seats)) == (
        "**2 of 3 seats have been idle** for 30 days or more: 38 USD a month.",
    )


def test_a_single_idle_seat_of_one_day_is_told_as_one() -> None:
    seats = seat_figures(seat(1), seat(2, last_activity=NEWEST + timedelta(days=2)), idle_days=1, price=0)
    assert findings(scope_report(usage_day(), seats=seats)) == ("**1 of 2 seats has been idle** for 1 day or more.",)


def test_seats_without_a_known_price_stand_beside_the_cost() -> None:
    (sentence,) = findings(scope_report(usage_day(), seats=seat_figures(seat(1), seat(2, plan="trial"))))
    assert sentence.endswith(": 19 USD a month, without 1 whose price is not known.")


@pytest.mark.parametrize("seats", [seat_figures(), seat_figures(seat(1), last_active=NEWEST)])
def test_no_seats_and_seats_whose_activity_stands_still_are_no_news(seats: SeatFigures) -> None:
    report = report_of(scope_report(usage_day(), seats=seats))
    assert findings(report.scopes[0]) == ()
    assert "seats" not in headline(report)


@pytest.mark.parametrize("feature", AGENT_FEATURES)
def test_every_surface_that_can_take_off_has_words(feature: str) -> None:
    week = ending(date(2026, 9, 12), 7)
    before = [usage_day(day, breakdowns={"feature": {feature: {"loc_added_sum": 100}}}) for day in week.before()]
    now = [usage_day(day, breakdowns={"feature": {feature: {"loc_added_sum": 200}}}) for day in week]
    (sentence,) = findings(scope_report(*before, *now, shown=week))
    assert sentence.endswith("took off**: ▲ 100 % (700 lines before, 1,400 now).")
    assert feature not in sentence


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("user_initiated_interaction_count", "Prompts"),
        ("loc_added_sum", "Lines written by Copilot"),
        ("pull_requests.total_merged_created_by_copilot", "Merged pull requests written by Copilot"),
    ],
)
def test_every_count_that_can_move_is_called_as_in_the_headline_table(metric: str, words: str) -> None:
    days = [*usage_days(WEEK.before(), metric, [100] * 7), *usage_days(WEEK, metric, [50] * 7)]
    assert findings(scope_report(*days)) == (f"**{words}**: ▼ 50.0 % (700 before, 350 now).",)


def test_a_peak_is_told_with_its_day() -> None:
    days = usage_days(ending(NEWEST, 42), "daily_active_users", [30] * 37 + [1_200, 30, 30, 30, 30])
    (sentence,) = findings(scope_report(*days))
    assert sentence == (
        "**A new peak**: 1,200 people were active on 17 Nov; the most on 35 comparable days before, "
        "from 11 Oct on, was 30."
    )


def test_days_have_their_year_where_the_range_is_of_two_years() -> None:
    shown = ending(date(2026, 1, 6), 28)
    days = usage_days(ending(date(2026, 1, 6), 70), "daily_active_users", [30] * 60 + [1_200] + [30] * 9)
    (sentence,) = findings(scope_report(*days, shown=shown, before=None))
    assert "were active on 28 Dec 2025; " in sentence
    assert ", from 29 Oct 2025 on, " in sentence


def test_a_day_of_another_year_than_the_range_has_its_year() -> None:
    days = usage_days(ending(date(2026, 1, 14), 60), "daily_active_users", [30] * 55 + [1_200] + [30] * 4)
    (sentence,) = findings(scope_report(*days, shown=ending(date(2026, 1, 14), 7), before=None))
    assert "were active on 10 Jan; " in sentence
    assert ", from 16 Nov 2025 on, " in sentence


def test_of_several_scopes_the_largest_change_of_people_comes_first() -> None:
    scopes = [team("calm", 100, 101), team("small", 100, 120), team("large", 100, 20), team("alike", 100, 120)]
    assert joint_findings(scopes) == (
        "octo-org/large: **Active people**: ▼ 80.0 % (100 before, 20 now).",
        "octo-org/alike: **Active people**: ▲ 20.0 % (100 before, 120 now).",
        "octo-org/small: **Active people**: ▲ 20.0 % (100 before, 120 now).",
    )


def test_of_several_scopes_the_one_that_stopped_comes_before_any_change() -> None:
    stopped = usage_days(ending(NEWEST, 42), "daily_active_users", [5] * 32 + [0] * 10)
    scopes = [team("large", 100, 20), scope_report(*stopped, scope=ORGANIZATION.of_team("gone"))]
    assert [sentence.partition(":")[0] for sentence in joint_findings(scopes)] == ["octo-org/gone", "octo-org/large"]


def test_idle_seats_of_one_scope_are_no_news_among_several() -> None:
    idle = scope_report(usage_day(), seats=seat_figures(seat(1)))
    assert joint_findings([idle, scope_report(usage_day())]) == ()


def test_the_headline_of_one_scope_has_people_rate_and_seats() -> None:
    row = {"code_acceptance_activity_count": 1, "code_generation_activity_count": 3}
    days = [
        usage_day(WEEK.before().until, {PEOPLE: 40}),
        usage_day(NEWEST, {PEOPLE: 50}, {"feature": {"code_completion": row}}),
    ]
    assert headline(report_of(scope_report(*days, seats=seat_figures(seat(1))))) == (
        "Copilot usage of octo-org, 15 Nov – 21 Nov 2026: "
        "50 active people (▲ 25.0 %), 33.3 % of completions accepted, 1 of 1 seats idle"
    )


def test_the_headline_does_not_compare_a_monday_with_a_sunday() -> None:
    monday = NEWEST + timedelta(days=2)
    days = usage_days(ending(monday, 2), "daily_active_users", [8, 38])
    assert headline(report_of(scope_report(*days, shown=ending(monday, 1)))).endswith(": 38 active people")


def test_what_moved_over_different_days_is_told_by_the_working_day() -> None:
    days = usage_days(ending(NEWEST, 14), "loc_added_sum", [100] * 7 + [150] * 6)
    assert findings(scope_report(*days)) == (
        "**Lines written by Copilot**: ▲ 50.0 % (100.0 on a working day before, 150.0 now).",
    )


def test_one_person_is_a_person() -> None:
    assert headline(report_of(scope_report(usage_day(NEWEST, {PEOPLE: 1})))).endswith(": 1 active person")


def test_where_nothing_is_known_the_headline_says_so() -> None:
    assert headline(report_of(scope_report())).endswith(": no figures")
    assert headline(report_of(scope_report(), team("web", 0, 0))).endswith(": no figures")


def test_the_headline_of_several_scopes_names_the_largest_change() -> None:
    report = report_of(team("web", 100, 90), team("data", 10, 15))
    assert headline(report).endswith(
        "of 2 teams, 15 Nov – 21 Nov 2026: largest change: octo-org/data, ▲ 50.0 % active people"
    )


def test_without_a_range_before_the_headline_of_several_names_the_busiest() -> None:
    days = {name: usage_days(WEEK, "daily_active_users", [n] * 7) for name, n in (("web", 4), ("data", 9))}
    scopes = [scope_report(*found, scope=ORGANIZATION.of_team(name)) for name, found in days.items()]
    assert headline(report_of(*scopes)).endswith("busiest: octo-org/data, 9.0 active people on a working day")
