from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot_usage.domain.breaks import breaks_between, breaks_in, breaks_of, first_day, why_not_comparable
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.figures import PEOPLE_WINDOWS
from copilot_usage.domain.metrics import METRICS

YEAR = DateRange(date(2026, 1, 1), date(2026, 12, 31))
APP = "feature/copilot_app/loc_added_sum"
AGENTS = "feature/agent_edit/loc_added_sum"


def week(until: date) -> tuple[DateRange, DateRange]:
    shown = ending(until, 7)
    return shown, shown.before()


def test_breaks_of_the_series_are_told_for_the_range_they_fall_into() -> None:
    spring = DateRange(date(2026, 4, 10), date(2026, 6, 15))
    assert [found.first for found in breaks_in(spring)] == [date(2026, 4, 10), date(2026, 6, 15)]


def test_a_range_without_a_break_has_none() -> None:
    assert list(breaks_in(DateRange(date(2026, 5, 1), date(2026, 6, 14)))) == []


def test_autumn_is_a_period_and_told_on_each_of_its_days() -> None:
    for day in (date(2026, 10, 6), date(2026, 11, 15), date(2026, 11, 30)):
        assert [(found.first, found.last) for found in breaks_in(DateRange(day, day))] == [
            (date(2026, 10, 6), date(2026, 11, 30))
        ]
    assert list(breaks_in(DateRange(date(2026, 12, 1), date(2026, 12, 28)))) == []


def test_every_break_says_what_changed_and_they_stand_in_order() -> None:
    days = [found.first for found in breaks_in(YEAR)]
    assert days == sorted(days)
    assert all(found.text.endswith(".") for found in breaks_in(YEAR))


@pytest.mark.parametrize(
    ("figure", "day"),
    [
        (APP, date(2026, 7, 28)),
        ("daily_active_copilot_app_users", date(2026, 7, 28)),
        ("totals_by_copilot_app.session_count", date(2026, 7, 28)),
        ("monthly_active_vscode_agent_users", date(2026, 9, 11)),
        ("monthly_active_agent_users", None),
        ("daily_active_copilot_cloud_agent_users", date(2026, 4, 10)),
        ("pull_requests.total_merged", date(2026, 2, 19)),
        ("ai_adoption_phase/Phase 1/users_in_phase_28d", date(2026, 9, 17)),
        ("loc_added_sum", None),
        ("feature/code_completion/loc_added_sum", None),
    ],
)
def test_a_figure_has_the_day_on_which_github_began_with_it(figure: str, day: date | None) -> None:
    assert first_day(figure) == day


def test_over_the_day_on_which_github_began_with_a_figure_it_is_not_comparable() -> None:
    began = date(2026, 7, 28)
    assert why_not_comparable("totals_by_copilot_app.session_count", *week(began + timedelta(days=13))) is None
    assert why_not_comparable("totals_by_copilot_app.session_count", *week(began + timedelta(days=12))) == (
        "GitHub began to report it on 28 Jul 2026"
    )


def test_a_break_parts_the_days_before_from_its_own_and_those_after() -> None:
    day = date(2026, 6, 15)
    assert why_not_comparable("daily_active_users", *week(day - timedelta(days=1))) is None
    assert why_not_comparable("daily_active_users", *week(day)) == "GitHub has counted it differently since 15 Jun 2026"
    assert why_not_comparable("daily_active_users", *week(day + timedelta(days=12))) is not None
    assert why_not_comparable("daily_active_users", *week(day + timedelta(days=13))) is None


def test_a_period_parts_its_days_from_those_before_and_after() -> None:
    first, last = date(2026, 10, 6), date(2026, 11, 30)
    why = "GitHub counted it differently from 6 Oct 2026 to 30 Nov 2026"
    assert why_not_comparable(AGENTS, *week(first)) == why
    assert why_not_comparable(AGENTS, *week(last)) is None
    assert why_not_comparable(AGENTS, *week(last + timedelta(days=1))) == why
    assert why_not_comparable(AGENTS, ending(first - timedelta(days=1), 7), ending(last + timedelta(days=7), 7)) is None


def test_what_a_break_touches_has_words_and_days_on_one_side_of_it_have_none() -> None:
    first = date(2026, 10, 6)
    (autumn,) = breaks_between(*week(first))
    assert [*autumn.touches][:2] == ["prompts", "code generations and acceptances"]
    assert "active people" not in autumn.touches
    assert list(breaks_between(*week(first + timedelta(days=20)))) == []
    assert list(breaks_between(DateRange(date(2026, 4, 1), date(2026, 4, 5)))) == []


def test_a_break_leaves_alone_what_it_does_not_touch() -> None:
    for until in (date(2026, 6, 15), date(2026, 7, 28), date(2026, 10, 6)):
        assert why_not_comparable("feature/code_completion/loc_added_sum", *week(until)) is None


def test_people_of_all_windows_are_touched_alike() -> None:
    touched = [breaks_of(name) for name in PEOPLE_WINDOWS.values()]
    assert len(touched[0]) == 3
    assert touched[0] == touched[1] == touched[2]


@given(st.sampled_from(sorted(METRICS)), st.dates(YEAR.since, YEAR.until), st.integers(1, 60))
def test_days_that_are_comparable_have_each_break_on_one_side(figure: str, until: date, length: int) -> None:
    """Day by day, against the rule that the table is read by."""
    shown = ending(until, length)
    days = {*shown, *shown.before()}
    classes = {tuple(found.first <= day <= found.last for found in breaks_of(figure)) for day in days}
    began = first_day(figure)
    comparable = len(classes) == 1 and (began is None or min(days) >= began or max(days) < began)
    assert (why_not_comparable(figure, shown, shown.before()) is None) == comparable
