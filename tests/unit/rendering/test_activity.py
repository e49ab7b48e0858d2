from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, history_of, scope_report, usage_day, usage_days
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.snapshot import Generation
from copilot_usage.rendering.activity import activity, points, unit_of
from copilot_usage.rendering.view import Chart, Section

WEEK = ending(NEWEST, 7)


def section_of(scope: ScopeReport) -> Section:
    section = activity(scope)
    assert section is not None
    return section


def chart_of(scope: ScopeReport) -> Chart:
    (chart,) = section_of(scope).charts
    return chart


def lines(chart: Chart) -> list[str]:
    return [line.strip() for line in chart.mermaid.splitlines() if line.startswith("  line ")]


def test_without_people_there_is_no_section() -> None:
    assert activity(scope_report(usage_day(NEWEST, {"loc_added_sum": 3}))) is None


def test_a_day_that_lacks_a_figure_is_not_drawn_and_named() -> None:
    chart = chart_of(scope_report(*usage_days(WEEK, "daily_active_users", [1, 2, None, 4, 5, 6, 7])))
    assert lines(chart) == ["line [1, 2, 4, 5, 6, 7]"]
    assert chart.legend == "Purple: people active on the day. No data for 17 Nov."


def test_a_day_without_one_of_the_two_figures_says_so() -> None:
    both = {"daily_active_users": 3, "weekly_active_users": 9}
    days = [usage_day(day, both) for day in WEEK][1:]
    chart = chart_of(scope_report(usage_day(WEEK.since, {"daily_active_users": 3}), *days))
    assert chart.legend.endswith(" Not drawn, because a figure is not known: 15 Nov.")


@pytest.mark.parametrize("since", [date(2026, 4, 6), date(2025, 12, 31)])
def test_days_of_an_older_generation_are_not_drawn_beside_a_figure_that_it_lacks(since: date) -> None:
    older, newer = (DateRange(since + timedelta(days=n), since + timedelta(days=n + 1)) for n in (0, 2))
    days = [
        *(usage_day(day, {"daily_active_users": 3}, generation=Generation.METRICS) for day in older),
        *(usage_day(day, {"daily_active_users": 3, "weekly_active_users": 9}) for day in newer),
    ]
    chart = chart_of(scope_report(*days, shown=DateRange(older.since, newer.until)))
    assert lines(chart) == ["line [9, 9]", "line [3, 3]"]
    assert chart.numbers is not None
    assert [row[0].endswith("`metrics`") for row in chart.numbers.rows] == [True, True, False, False]
    named = "31 Dec 2025, 1 Jan 2026" if since.year == 2025 else "6 Apr, 7 Apr"
    why = "API generation `metrics` does not count people over 7 days"
    assert chart.legend.endswith(f" Not drawn, because {why}: {named}.")


def test_a_figure_known_on_one_day_alone_is_no_line() -> None:
    days = [usage_day(day, {"daily_active_users": 3}) for day in WEEK][:-1]
    chart = chart_of(scope_report(*days, usage_day(NEWEST, {"daily_active_users": 3, "weekly_active_users": 9})))
    assert lines(chart) == ["line [3, 3, 3, 3, 3, 3, 3]"]


def test_both_figures_have_a_line_and_a_colour() -> None:
    days = [usage_day(day, {"daily_active_users": 3, "weekly_active_users": 9}) for day in ending(NEWEST, 2)]
    chart = chart_of(scope_report(*days, shown=ending(NEWEST, 2)))
    assert lines(chart) == ["line [9, 9]", "line [3, 3]"]
    assert chart.legend == "Purple: people active in the 7 days up to the day. Green: people active on the day."


def test_two_figures_that_meet_on_one_day_are_a_table_and_no_chart() -> None:
    daily = usage_days(WEEK, "daily_active_users", [3, 3, 3])
    weekly = usage_days(ending(NEWEST, 4), "weekly_active_users", [9, 9, 9, 9])
    meeting = usage_day(WEEK.since, {"daily_active_users": 3, "weekly_active_users": 9})
    section = section_of(scope_report(meeting, *daily[1:], *weekly))
    assert section.charts == ()
    assert section.folded[0].title == "Active people, in numbers"


def test_a_range_of_weeks_has_its_months_in_a_fold() -> None:
    shown = ending(NEWEST, 84)
    days = [usage_day(day, {"daily_active_users": 3, "weekly_active_users": 9}) for day in shown]
    section = section_of(scope_report(*days, shown=shown))
    assert lines(section.charts[0])[0] == f"line [{', '.join(['9'] * 12)}]"
    assert [row[0] for row in section.folded[0].rows] == [
        "30 Aug – 31 Aug 2026 (2 of 31 days)",
        "September 2026",
        "October 2026",
        "1 Nov – 21 Nov 2026 (21 of 30 days)",
    ]


@pytest.mark.parametrize(("days", "unit"), [(1, "day"), (56, "day"), (57, "week"), (366, "week"), (367, "month")])
def test_a_longer_range_has_longer_points(days: int, unit: str) -> None:
    assert unit_of(ending(NEWEST, days)) == unit


@given(st.dates(date(2024, 1, 1), date(2026, 11, 21)), st.integers(1, 800), st.sampled_from(["day", "week", "month"]))
def test_points_hold_every_day_once_and_in_order(until: date, days: int, unit: str) -> None:
    shown = ending(until, days)
    held = [day for point in points(history_of(), shown, unit) for day in point.days]
    assert held == list(shown)


@given(st.integers(1, 400))
def test_few_points_have_a_date(days: int) -> None:
    labels = [point.label for point in points(history_of(), ending(NEWEST, days))]
    assert 1 <= sum(bool(label) for label in labels) <= 14


def test_the_newest_week_is_whole() -> None:
    first, *_, last = points(history_of(), ending(NEWEST, 60))
    assert (len(first.days), len(last.days)) == (60 % 7, 7)


def test_a_week_counts_work_and_means_people_of_its_working_days() -> None:
    # Sunday to Saturday; the weekend has few people, and Wednesday is not known.
    week = ending(NEWEST, 7)
    known = [(1, 5), (10, 5), (20, 5), None, (30, 5), (40, 5), (3, 5)]
    days = [
        usage_day(day, {"daily_active_users": pair[0], "user_initiated_interaction_count": pair[1]})
        for day, pair in zip(week, known, strict=True)
        if pair is not None
    ]
    (point,) = points(history_of(*days), week, "week")
    assert point.daily == 25
    assert point.prompts == 30
    assert point.lines is None


def test_people_shown_completions_stand_in_only_where_active_people_are_not_counted() -> None:
    week = ending(NEWEST, 7)
    shown = usage_days(week, "total_active_users", [9] * 7)
    (point,) = points(history_of(*shown), week, "week")
    assert point.daily == 9
    mixed = [*shown[:3], *usage_days(ending(NEWEST, 4), "daily_active_users", [20] * 4)]
    (point,) = points(history_of(*mixed), week, "week")
    assert point.daily == 20


def test_people_of_a_window_are_those_of_its_last_known_day() -> None:
    week = ending(NEWEST, 7)
    (point,) = points(
        history_of(*usage_days(week, "weekly_active_users", [40, 41, 42, 43, 44, 45, None])), week, "week"
    )
    assert point.weekly == 45


def test_a_day_that_is_not_known_is_a_point_without_figures() -> None:
    found = points(history_of(*usage_days(ending(NEWEST, 3), "daily_active_users", [4, None, 0])), ending(NEWEST, 3))
    assert [point.daily for point in found] == [4, None, 0]


def test_whole_months_are_called_by_their_name_and_others_by_their_days() -> None:
    found = points(history_of(), DateRange(date(2026, 9, 15), NEWEST), "month")
    assert [point.title for point in found] == ["15 Sep – 30 Sep 2026", "October 2026", "1 Nov – 21 Nov 2026"]


@pytest.mark.parametrize(
    ("since", "until", "title"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "October 2026"),
        (date(2026, 10, 1), date(2026, 10, 30), "1 Oct – 30 Oct 2026"),
        (date(2026, 10, 2), date(2026, 10, 31), "2 Oct – 31 Oct 2026"),
    ],
)
def test_a_month_without_its_first_or_last_day_is_not_called_by_its_name(since: date, until: date, title: str) -> None:
    assert [point.title for point in points(history_of(), DateRange(since, until), "month")] == [title]


def test_a_week_or_month_that_is_not_whole_says_how_many_of_its_days_are_known() -> None:
    shown = DateRange(date(2026, 9, 15), NEWEST)
    history = history_of(*(usage_day(day) for day in shown if day != date(2026, 11, 17)))
    assert [point.partly for point in points(history, shown, "month")] == ["(16 of 30 days)", "", "(20 of 30 days)"]
    weeks = [point.partly for point in points(history, shown, "week")]
    assert (weeks[0], set(weeks[1:-1]), weeks[-1]) == ("(5 of 7 days)", {""}, "(6 of 7 days)")


def test_over_two_years_the_days_are_called_with_their_year() -> None:
    shown = DateRange(date(2025, 12, 30), date(2026, 1, 2))
    found = points(history_of(), shown)
    assert (found[0].title, found[-1].title) == ("Tue 30 Dec 2025", "Fri 2 Jan 2026")
    assert [point.label for point in found] == ["30 Dec 2025", "31 Dec", "1 Jan 2026", "2 Jan"]
    weeks = points(history_of(), DateRange(date(2025, 10, 1), date(2026, 1, 31)))
    assert [point.label for point in weeks if "20" in point.label] == ["4 Oct 2025", "10 Jan 2026"]


def test_a_day_is_called_with_its_weekday() -> None:
    (point,) = points(history_of(), DateRange(NEWEST, NEWEST))
    assert point.title == "Sat 21 Nov"
