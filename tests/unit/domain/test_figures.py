from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NEWEST, history_of, usage_day, usage_days
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.figures import (
    Total,
    active_people,
    latest_breakdown,
    not_attributed,
    percentage,
    sum_activities,
    summarise,
)
from copilot_usage.domain.metrics import METRICS, ROW_METRICS, is_summable
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Activity, Breakdown, UsageDay

WEEK = ending(NEWEST, 7)
ACCEPTED, SHOWN = "code_acceptance_activity_count", "code_generation_activity_count"


def completions(day: date, accepted: int | None, shown: int | None) -> UsageDay:
    known = {name: n for name, n in ((ACCEPTED, accepted), (SHOWN, shown)) if n is not None}
    return usage_day(day, breakdowns={"feature": {"code_completion": known}})


def test_counts_are_added_over_the_days_that_know_them() -> None:
    figures = summarise(history_of(*usage_days(WEEK, "loc_added_sum", [5, None, 0, 7])), WEEK)
    assert figures.totals["loc_added_sum"] == Total(12, 3)
    assert figures.total("loc_added_sum") == 12


def test_a_figure_that_no_day_knows_is_not_zero() -> None:
    figures = summarise(history_of(usage_day(NEWEST, {"loc_added_sum": 3})), WEEK)
    assert figures.total("loc_deleted_sum") is None
    assert figures.row_total("feature", "code_completion", SHOWN) is None


def test_days_outside_the_range_do_not_count() -> None:
    outside = usage_day(WEEK.since - timedelta(days=1), {"loc_added_sum": 100})
    figures = summarise(history_of(outside, usage_day(NEWEST, {"loc_added_sum": 3})), WEEK)
    assert figures.total("loc_added_sum") == 3
    assert figures.days == (NEWEST,)


@pytest.mark.parametrize(
    "name",
    [
        "daily_active_users",
        "monthly_active_users",
        "weekly_active_copilot_cloud_agent_users",
        "pull_requests.median_minutes_to_merge",
        "totals_by_cli.token_usage.avg_tokens_per_request",
        "distinct_skill_use_count",
        "total_engaged_users",
        "a_field_of_next_year",
    ],
)
def test_people_medians_averages_and_the_unknown_are_never_added(name: str) -> None:
    figures = summarise(history_of(*usage_days(WEEK, name, [3, 4])), WEEK)
    assert figures.totals == {}


def test_rows_of_breakdowns_are_added_by_value() -> None:
    first = usage_day(WEEK.since, breakdowns={"language": {"go": {"loc_added_sum": 2}, "python": {"loc_added_sum": 1}}})
    second = usage_day(NEWEST, breakdowns={"language": {"go": {"loc_added_sum": 5}}})
    figures = summarise(history_of(first, second), WEEK)
    assert figures.row_total("language", "go", "loc_added_sum") == 7
    assert figures.breakdowns["language"]["python"]["loc_added_sum"] == Total(1, 1)


def test_the_acceptance_rate_is_a_ratio_of_sums_not_a_mean_of_ratios() -> None:
    figures = summarise(history_of(completions(WEEK.since, 1, 2), completions(NEWEST, 10, 98)), WEEK)
    assert figures.acceptance_rate == 11


def test_agents_have_no_part_in_the_acceptance_rate() -> None:
    agent = {"agent_edit": {SHOWN: 345, ACCEPTED: 0}}
    day = usage_day(NEWEST, breakdowns={"feature": {"code_completion": {SHOWN: 40, ACCEPTED: 10}, **agent}})
    assert summarise(history_of(day), WEEK).acceptance_rate == 25


@pytest.mark.parametrize(("accepted", "shown"), [(None, 5), (5, None), (0, 0)])
def test_there_is_no_acceptance_rate_without_both_or_of_nothing(accepted: int | None, shown: int | None) -> None:
    assert summarise(history_of(completions(NEWEST, accepted, shown)), WEEK).acceptance_rate is None


def test_the_acceptance_rate_by_lines_is_a_figure_of_its_own() -> None:
    row: Activity = {SHOWN: 4, ACCEPTED: 2, "loc_added_sum": 30, "loc_suggested_to_add_sum": 40}
    figures = summarise(history_of(usage_day(NEWEST, breakdowns={"feature": {"code_completion": row}})), WEEK)
    assert (figures.acceptance_rate, figures.acceptance_rate_by_lines) == (50, 75)


def test_the_agents_share_is_of_all_lines_added_and_deleted_and_chat_is_of_people() -> None:
    features = ("agent_edit", "copilot_cli", "code_completion", "chat_panel_agent_mode")
    rows = {name: {"loc_added_sum": 30, "loc_deleted_sum": 10} for name in features}
    reported = usage_day(NEWEST, {"loc_added_sum": 120, "loc_deleted_sum": 80}, {"feature": rows})
    assert summarise(history_of(reported), WEEK).agent_share == 40


def test_where_no_agent_is_known_their_share_is_not_zero() -> None:
    row = {"code_completion": {"loc_added_sum": 30}}
    lines: Activity = {"loc_added_sum": 30, "loc_deleted_sum": 0}
    assert summarise(history_of(usage_day(NEWEST, lines, {"feature": row})), WEEK).agent_share is None
    agents = {"agent_edit": {"loc_added_sum": 30}}
    assert summarise(history_of(usage_day(NEWEST, breakdowns={"feature": agents})), WEEK).agent_share is None


@pytest.mark.parametrize(
    ("length", "people"), [(1, 20), (7, 45), (28, 80), (2, None), (6, None), (8, None), (27, None), (90, None)]
)
def test_active_people_of_a_range_are_github_s_own_count_or_not_known(length: int, people: int | None) -> None:
    last = {"daily_active_users": 20, "weekly_active_users": 45, "monthly_active_users": 80}
    assert active_people(history_of(usage_day(NEWEST, last)), ending(NEWEST, length)) == people


def test_active_people_are_not_known_when_the_last_day_is_missing() -> None:
    before_last = usage_day(NEWEST - timedelta(days=1), {"weekly_active_users": 45})
    assert active_people(history_of(before_last), WEEK) is None


def test_people_counted_from_rows_win_over_the_counter() -> None:
    history = history_of(usage_day(NEWEST, {"weekly_active_users": 45}))
    assert summarise(history, WEEK, counted_people=0).active_people == 0
    assert summarise(history, WEEK).active_people == 45


def test_mean_and_peak_look_at_known_days_only() -> None:
    saturday_to_friday = DateRange(date(2026, 11, 14), date(2026, 11, 20))
    history = history_of(*usage_days(saturday_to_friday, "daily_active_users", [2, 4, 30, None, 60, 30, 30]))
    figures = summarise(history, saturday_to_friday)
    assert figures.mean_daily_active == pytest.approx(156 / 6)
    assert figures.mean_daily_active_working == pytest.approx(150 / 4)
    assert figures.peak_daily_active == (date(2026, 11, 18), 60)


def test_without_a_known_day_there_is_neither_mean_nor_peak() -> None:
    figures = summarise(history_of(usage_day(NEWEST, {"loc_added_sum": 1})), WEEK)
    means = (figures.mean_daily_active, figures.mean_daily_active_working)
    assert (means, figures.peak_daily_active) == ((None, None), None)


def test_a_week_end_alone_has_a_mean_but_none_of_working_days() -> None:
    figures = summarise(history_of(usage_day(date(2026, 11, 21), {"daily_active_users": 3})), WEEK)
    assert (figures.mean_daily_active, figures.mean_daily_active_working) == (3, None)


def test_the_range_knows_what_it_lacks_and_who_said_it() -> None:
    first, third = WEEK.since, WEEK.since + timedelta(days=2)
    history = history_of(usage_day(first, generation=Generation.METRICS), usage_day(third, settled=False))
    figures = summarise(history, WEEK)
    assert figures.missing == (WEEK.since + timedelta(days=1),)
    assert figures.unpublished == tuple(WEEK)[3:]
    assert figures.unsettled == (third,)
    assert figures.generations == {Generation.METRICS: 1, Generation.REPORTS: 1}


def test_an_empty_range_has_no_figures_rather_than_zeros() -> None:
    figures = summarise(history_of(), WEEK)
    assert (figures.days, figures.totals, figures.breakdowns, figures.active_people) == ((), {}, {}, None)


@pytest.mark.parametrize(
    ("part", "whole", "found"), [(1, 4, 25), (0, 4, 0), (None, 4, None), (1, None, None), (1, 0, None)]
)
def test_a_percentage_needs_both_and_something_to_be_part_of(
    part: int | None, whole: int | None, found: float | None
) -> None:
    assert percentage(part, whole) == found


def rest_of(total: int | None, rows: Breakdown, metric: str = "loc_added_sum") -> float | None:
    totals = {} if total is None else {"loc_added_sum": total, "loc_deleted_sum": total}
    return not_attributed([usage_day(NEWEST, totals, {"language": rows})], "language", metric)


def test_what_rows_leave_of_a_total_is_told() -> None:
    rows = {"go": {"loc_added_sum": 60}, "python": {"loc_added_sum": 30}}
    assert rest_of(100, rows) == 10
    assert rest_of(90, rows) is None
    assert rest_of(80, rows) is None
    assert rest_of(None, rows) is None
    assert rest_of(100, rows, "loc_deleted_sum") is None


def test_a_row_that_does_not_know_the_figure_takes_nothing_of_the_total() -> None:
    assert rest_of(100, {"go": {"loc_added_sum": 60}, "python": {"loc_deleted_sum": 30}}) == 40


def test_rows_of_days_without_a_total_take_nothing_of_the_total_of_others() -> None:
    whole = usage_day(NEWEST, {"loc_added_sum": 100}, {"feature": {"code_completion": {"loc_added_sum": 60}}})
    rows_alone = usage_day(WEEK.since, {}, {"feature": {"code_completion": {"loc_added_sum": 500}}})
    total_alone = usage_day(WEEK.since, {"loc_added_sum": 5})
    assert not_attributed([whole, rows_alone, total_alone], "feature", "loc_added_sum") == 45
    assert not_attributed([total_alone], "feature", "loc_added_sum") is None


def test_people_of_two_generations_are_two_figures() -> None:
    """On the same days, `metrics` and `reports` count different people: neither a mean nor a peak mixes them."""
    old = [usage_day(day, {"daily_active_users": 90}, generation=Generation.METRICS) for day in tuple(WEEK)[:4]]
    new = [usage_day(day, {"daily_active_users": 10}) for day in tuple(WEEK)[4:]]
    figures = summarise(history_of(*old, *new), WEEK)
    assert (figures.mean_daily_active, figures.mean_daily_active_working) == (10, 10)
    assert figures.peak_daily_active == (tuple(WEEK)[4], 10)


def test_people_in_a_phase_are_those_of_the_last_day_that_says_so() -> None:
    phases = {"Phase 1": {"users_in_phase_28d": 4}}
    reported = usage_day(WEEK.since, breakdowns={"ai_adoption_phase": phases})
    later = usage_day(NEWEST, breakdowns={"ai_adoption_phase": {}})
    assert latest_breakdown(history_of(reported, later), WEEK, "ai_adoption_phase") == (WEEK.since, phases)
    assert latest_breakdown(history_of(later), WEEK, "ai_adoption_phase") is None


activities = st.dictionaries(
    st.sampled_from([*METRICS, *ROW_METRICS, "a_field_of_next_year"]), st.integers(0, 10**6), max_size=8
)


@given(st.lists(activities, max_size=10))
def test_sums_equal_plain_addition_and_hold_only_what_can_be_added(reported: list[Activity]) -> None:
    totals = sum_activities(reported)
    names = {name for activity in reported for name in activity}
    assert set(totals) == {name for name in names if is_summable(name)}
    for name, total in totals.items():
        known = [activity[name] for activity in reported if name in activity]
        assert total == Total(sum(known), len(known))


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=7))
def test_the_rate_agrees_with_exact_arithmetic(pairs: list[tuple[int, int]]) -> None:
    days = [completions(day, *pair) for day, pair in zip(WEEK, pairs, strict=False)]
    rate = summarise(history_of(*days), WEEK).acceptance_rate
    accepted, shown = (sum(column) for column in zip(*pairs, strict=True))
    assert (rate is None) == (shown == 0)
    if rate is not None:
        assert rate == pytest.approx(float(Fraction(100 * accepted, shown)))
