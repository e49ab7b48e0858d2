from __future__ import annotations

from datetime import date, timedelta

import pytest

from builders import NEWEST, scope_report, usage_day, usage_days
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.snapshot import Generation
from copilot_usage.rendering.activity import activity
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
