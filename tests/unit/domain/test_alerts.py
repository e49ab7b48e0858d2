from __future__ import annotations

import operator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE, NEWEST, ORGANIZATION, TEAM, report_of, scope_report, seat, seat_figures, usage_day
from copilot_usage.domain.alerts import (
    ALERT_FIGURES,
    COMPARISONS,
    FIGURES,
    Alerts,
    Threshold,
    evaluate,
    parse_threshold,
)
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.metrics import METRICS
from copilot_usage.domain.report import Report, ScopeReport, SeatDay
from copilot_usage.domain.usage import UsageDay

FORTNIGHT = ending(NEWEST, 14)
COMPLETIONS = {
    "feature": {"code_completion": {"code_acceptance_activity_count": 3, "code_generation_activity_count": 10}}
}


def checked(report: Report, *lines: str) -> Alerts:
    return evaluate([parse_threshold(line) for line in lines], report)


def hits(report: Report, *lines: str) -> tuple[str, ...]:
    return checked(report, *lines).hits


def two_weeks(metric: str, before: float, now: float) -> list[UsageDay]:
    """The same figure on each day of the week before, and on each day of the week shown."""
    return [usage_day(day, {metric: now if n >= 7 else before}) for n, day in enumerate(FORTNIGHT)]


def full_scope() -> ScopeReport:
    """A week in which every figure of the list of figures is known, and the week before."""
    totals = dict.fromkeys(METRICS, 10)
    days = [usage_day(day, totals, COMPLETIONS) for day in FORTNIGHT]
    seats = seat_figures(*(seat(n) for n in range(10)))
    return scope_report(*days, seats=seats, seat_days=(SeatDay(seats.day - timedelta(days=7), 8),))


@pytest.mark.parametrize(
    ("line", "threshold"),
    [
        ("idle-seats > 50", Threshold("idle-seats", ">", 50)),
        ("active-users change < -20%", Threshold("active-users", "<", -20, of_change=True)),
        ("acceptance-rate < 25", Threshold("acceptance-rate", "<", 25)),
        ("acceptance-rate<25.5 %", Threshold("acceptance-rate", "<", 25.5)),
        (
            "pull_requests.total_merged change <= -30%",
            Threshold("pull_requests.total_merged", "<=", -30, of_change=True),
        ),
        ("  DAYS   !=  28  ", Threshold("days", "!=", 28)),
        ("loc_added_sum>=+1000", Threshold("loc_added_sum", ">=", 1000)),
        ("missing-days == 0", Threshold("missing-days", "==", 0)),
    ],
)
def test_a_line_is_read(line: str, threshold: Threshold) -> None:
    assert parse_threshold(line) == threshold


@pytest.mark.parametrize(
    "line", ["", "idle-seats", "> 5", "idle-seats => 5", "idle-seats > many", "idle-seats > 1,000"]
)
def test_a_line_that_is_none_is_refused_with_an_example(line: str) -> None:
    with pytest.raises(ValueError, match=r"is not a threshold\. Write `<figure> <comparison> <number>`"):
        parse_threshold(line)


@pytest.mark.parametrize("number", ["nan", "inf", "1e400", "9" * 400, "٣", "0x10", "1_000", "--5"])
def test_only_plain_numbers_are_numbers(number: str) -> None:
    with pytest.raises(ValueError, match=r"numbers are written 1000 or 12\.5"):
        parse_threshold(f"idle-seats > {number}")


def test_a_figure_that_is_not_known_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"Did you mean `idle-seats`\?") as refused:
        parse_threshold("idle-seat > 5")
    for name in ("active-users", "acceptance-rate", "days", "seats", "idle-cost", "code_acceptance_activity_count"):
        assert f"`{name}`" in str(refused.value)


def test_nothing_is_suggested_for_what_resembles_nothing() -> None:
    with pytest.raises(ValueError, match="is not a figure that can be watched") as refused:
        parse_threshold("zzz > 5")
    assert "Did you mean" not in str(refused.value)


def test_a_change_is_watched_in_per_cent_only() -> None:
    with pytest.raises(ValueError, match="write `active-users change < -20%`"):
        parse_threshold("active-users change < -20")


def test_a_count_is_not_watched_in_per_cent() -> None:
    with pytest.raises(ValueError, match=r"write `seats > 5` .* or `seats change > 5%`"):
        parse_threshold("seats > 5%")


def test_a_figure_without_history_has_no_change_to_watch() -> None:
    with pytest.raises(ValueError, match="keeps no history of `idle-seats`"):
        parse_threshold("idle-seats change > 5%")


HAS_A_CHANGE = sorted(name for name in FIGURES if name in ALERT_FIGURES and ALERT_FIGURES[name].change)
numbers = st.integers(-(10**9), 10**9) | st.floats(-1000, 1000).map(lambda number: round(number, 3) + 0.0)
comparisons = st.sampled_from(sorted(COMPARISONS))
thresholds = st.builds(Threshold, st.sampled_from(sorted(FIGURES)), comparisons, numbers) | st.builds(
    Threshold, st.sampled_from(HAS_A_CHANGE), comparisons, numbers, of_change=st.just(value=True)
)


@given(thresholds)
def test_what_a_threshold_is_written_as_reads_as_the_same(threshold: Threshold) -> None:
    assert parse_threshold(str(threshold)) == threshold


almost_lines = st.from_regex(r"[a-z_.-]{1,20}( change)? ?[<>=!]{1,2} ?[-+]?[0-9.]{1,20}%?", fullmatch=True)


@given(st.text(max_size=40) | almost_lines)
def test_any_line_is_a_threshold_or_refused_in_words(line: str) -> None:
    words = ""
    try:
        parse_threshold(line)
    except ValueError as refused:
        words = str(refused)
    assert words == "" or (words.startswith("`") and "`" in words[1:])


@pytest.mark.parametrize("figure", sorted(FIGURES))
def test_a_threshold_on_each_figure_fires_and_does_not_fire(figure: str) -> None:
    report = report_of(full_scope())
    assert len(hits(report, f"{figure} >= 0")) == 1
    assert checked(report, f"{figure} < 0") == Alerts()


@pytest.mark.parametrize("figure", HAS_A_CHANGE)
def test_a_threshold_on_the_change_of_each_figure_fires_and_does_not_fire(figure: str) -> None:
    scope = full_scope()
    assert scope.before is not None
    report = report_of(replace(scope, before=replace(scope.before, missing=(FORTNIGHT.since,))))
    assert len(hits(report, f"{figure} change > -101%")) == 1
    assert checked(report, f"{figure} change < -101%") == Alerts()


@pytest.mark.parametrize("comparison", sorted(COMPARISONS))
@pytest.mark.parametrize("limit", [9, 10, 11])
def test_each_comparison_compares(comparison: str, limit: int) -> None:
    compare = {
        "<": operator.lt, "<=": operator.le, ">": operator.gt,
        ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    }[comparison]  # fmt: skip
    report = report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 10})))
    assert bool(hits(report, f"loc_added_sum {comparison} {limit}")) is compare(10, limit)


def test_a_hit_names_scope_figure_value_and_threshold() -> None:
    report = report_of(scope_report(seats=seat_figures(*(seat(n) for n in range(1_200))), scope=ORGANIZATION))
    assert hits(report, "idle-seats > 1000", "idle-cost > 500.5") == (
        "octo-org: idle-seats is 1,200 on 23 Nov 2026, above the threshold of 1,000.",
        "octo-org: idle-cost is 22,800 USD on 23 Nov 2026, above the threshold of 500.5 USD.",
    )


def test_a_hit_on_a_change_names_both_figures() -> None:
    report = report_of(scope_report(*two_weeks("loc_added_sum", 100, 60)))
    assert hits(report, "loc_added_sum change < -20%") == (
        "octo-org: loc_added_sum changed by -40.0 % (from 700 to 420 in 7 days), below the threshold of -20 %.",
    )


def test_a_sum_that_some_days_do_not_know_says_so() -> None:
    report = report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 5}), usage_day(ending(NEWEST, 3).since)))
    assert hits(report, "loc_added_sum < 6") == (
        "octo-org: loc_added_sum is 5 on 1 of 7 days, below the threshold of 6.",
    )


def test_counts_are_added_up_over_the_range() -> None:
    report = report_of(scope_report(*two_weeks("pull_requests.total_merged", 1, 2)))
    assert hits(report, "pull_requests.total_merged == 14")


def test_people_are_those_of_the_last_day_with_data_never_a_sum() -> None:
    days = two_weeks("daily_active_users", 40, 50)[:-1]
    assert hits(report_of(scope_report(*days)), "daily_active_users == 50") == (
        "octo-org: daily_active_users is 50 on 20 Nov 2026, exactly the threshold of 50.",
    )


def test_people_whom_the_last_day_does_not_tell_are_not_known() -> None:
    days = [usage_day(FORTNIGHT.until - timedelta(days=1), {"weekly_active_users": 5}), usage_day(FORTNIGHT.until)]
    alerts = checked(report_of(scope_report(*days)), "weekly_active_users > 0")
    assert alerts.hits == ()
    assert [note.text for note in alerts.unknown] == [
        "The alert `weekly_active_users > 0` could not be checked for octo-org: it is not known."
    ]


def test_the_change_of_people_is_against_the_same_day_of_the_range_before() -> None:
    days = [usage_day(day, {"daily_active_users": n}) for n, day in enumerate(FORTNIGHT, start=1)]
    (hit,) = hits(report_of(scope_report(*days)), "daily_active_users change == 100%")
    assert "changed by +100.0 % (from 7 to 14 on 21 Nov 2026), exactly the threshold of 100 %" in hit


def test_a_monday_is_not_compared_with_a_saturday() -> None:
    shown = ending(NEWEST, 5)
    days = [usage_day(day, {"daily_active_users": 5, "weekly_active_users": 9}) for day in FORTNIGHT]
    report = report_of(scope_report(*days, shown=shown))
    assert checked(report, "daily_active_users change == 0%").hits == ()
    assert len(checked(report, "daily_active_users change == 0%").unknown) == 1
    assert len(hits(report, "weekly_active_users change == 0%")) == 1


def test_from_zero_there_is_no_per_cent() -> None:
    alerts = checked(report_of(scope_report(*two_weeks("loc_added_sum", 0, 60))), "loc_added_sum change > 5%")
    assert alerts.hits == ()
    assert "from zero there is no per cent" in alerts.unknown[0].text


def test_down_to_zero_is_a_fall() -> None:
    report = report_of(scope_report(*two_weeks("loc_added_sum", 60, 0)))
    assert len(hits(report, "loc_added_sum change <= -100%")) == 1


def test_over_different_days_the_means_of_working_days_are_compared() -> None:
    report = report_of(scope_report(*two_weeks("loc_added_sum", 10, 60)[1:]))
    assert hits(report, "loc_added_sum change > 5%") == (
        "octo-org: loc_added_sum changed by +500.0 % (from 10 to 60 on a working day), above the threshold of 5 %.",
    )


@pytest.mark.parametrize("figure", ["active-users", "daily_active_users", "loc_added_sum", "mean-daily-active-users"])
def test_a_saturday_fires_no_alert_against_a_friday(figure: str) -> None:
    saturday = ending(NEWEST, 1)
    days = [
        usage_day(day, {"daily_active_users": people, "loc_added_sum": people})
        for day, people in zip(ending(NEWEST, 2), (90, 4), strict=True)
    ]
    alerts = checked(report_of(scope_report(*days, shown=saturday)), f"{figure} change < -20%")
    assert alerts.hits == ()
    assert alerts.unknown[0].text.endswith("the two ranges hold different numbers of working days.")


def test_an_alert_on_a_change_across_a_break_is_not_checked_and_says_why() -> None:
    days = ending(date(2026, 7, 31), 14)
    moved = [usage_day(day, {"loc_added_sum": 10 if n < 7 else 30}) for n, day in enumerate(days)]
    (note,) = checked(report_of(scope_report(*moved, shown=ending(days.until, 7))), "loc_added_sum change > 5%").unknown
    assert note.text.endswith(
        "it cannot be compared with the range before: GitHub has counted it differently since 28 Jul 2026."
    )


def test_without_a_range_before_no_change_is_known() -> None:
    report = report_of(scope_report(*two_weeks("weekly_active_users", 10, 60), before=None))
    alerts = checked(report, "active-users change > 5%")
    assert alerts.hits == ()
    assert "the range before is not known" in alerts.unknown[0].text


def test_a_figure_is_compared_as_it_is_shown() -> None:
    rows = {"code_acceptance_activity_count": 2499, "code_generation_activity_count": 10_000}
    report = report_of(scope_report(usage_day(NEWEST, {}, {"feature": {"code_completion": rows}})))
    assert hits(report, "acceptance-rate < 25") == ()
    assert hits(report, "acceptance-rate == 25") == (
        "octo-org: acceptance-rate is 25 % on 1 of 7 days, exactly the threshold of 25 %.",
    )


def test_the_change_of_seats_is_against_what_was_kept_a_range_ago() -> None:
    seats = seat_figures(*(seat(n) for n in range(12)))
    kept = tuple(SeatDay(seats.day - timedelta(days=n), total) for n, total in ((20, 99), (13, 9), (9, 10), (6, 11)))
    report = report_of(scope_report(seats=seats, seat_days=kept))
    assert hits(report, "seats change > 5%") == (
        "octo-org: seats changed by +20.0 % (from 10 to 12 on 23 Nov 2026), above the threshold of 5 %.",
    )


def test_seats_kept_too_long_ago_or_too_lately_are_no_comparison() -> None:
    seats = seat_figures(seat(1))
    kept = (SeatDay(seats.day - timedelta(days=14), 5), SeatDay(seats.day - timedelta(days=6), 5))
    assert checked(report_of(scope_report(seats=seats, seat_days=kept)), "seats change > -99%").hits == ()


def test_the_change_of_seats_that_were_not_read_is_not_known() -> None:
    (note,) = checked(report_of(scope_report()), "seats change > 5%").unknown
    assert note.text.endswith("for octo-org: it is not known.")


def test_each_scope_is_held_against_each_threshold() -> None:
    busy = scope_report(usage_day(NEWEST, {"loc_added_sum": 10}), scope=ORGANIZATION)
    quiet = scope_report(usage_day(NEWEST, {"loc_added_sum": 1}), scope=TEAM)
    found = hits(report_of(busy, quiet), "loc_added_sum < 5", "days == 1")
    assert [hit.split(":")[0] for hit in found] == ["octo-org", "octo-org/payments", "octo-org/payments"]


def test_a_threshold_given_twice_is_checked_once() -> None:
    report = report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 10})))
    assert len(hits(report, "loc_added_sum > 5", "loc_added_sum  >  5.0")) == 1


def test_what_is_not_known_for_one_scope_is_a_note_about_it() -> None:
    alerts = checked(report_of(scope_report(scope=ENTERPRISE)), "idle-seats > 5")
    assert [(note.scope, note.text) for note in alerts.unknown] == [
        (ENTERPRISE, "The alert `idle-seats > 5` could not be checked for octo-enterprise: it is not known.")
    ]


def test_what_is_not_known_for_many_scopes_is_one_note() -> None:
    teams = [scope_report(scope=ORGANIZATION.of_team(f"team-{n}")) for n in range(300)]
    (note,) = checked(report_of(*teams), "idle-seats > 5").unknown
    assert note.scope is None
    assert note.text.endswith("octo-org/team-4 and 295 more: it is not known.")


def test_without_thresholds_there_are_no_alerts() -> None:
    assert evaluate([], report_of(full_scope())) == Alerts()


def test_missing_days_and_days_can_be_watched() -> None:
    days = [usage_day(day) for day in DateRange(date(2026, 11, 17), NEWEST)]
    report = report_of(scope_report(*days[:2], *days[3:]))
    assert hits(report, "missing-days > 2", "days < 5") == (
        "octo-org: missing-days is 3 in 7 days, above the threshold of 2.",
        "octo-org: days is 4 in 7 days, below the threshold of 5.",
    )


def test_every_figure_has_words() -> None:
    assert all(meaning.strip() for meaning in FIGURES.values())
    assert set(METRICS) <= set(FIGURES)


def test_where_no_alert_could_be_checked_that_is_a_caution() -> None:
    report = report_of(scope_report(usage_day(NEWEST, {"loc_added_sum": 10})))
    (alone,) = checked(report, "idle-seats > 5").unknown
    (beside,) = checked(report, "idle-seats > 5", "loc_added_sum > 5").unknown
    assert (alone.caution, beside.caution) == (True, False)


def test_old_figures_of_an_owner_that_could_not_be_read_fire_no_alert() -> None:
    days = two_weeks("loc_added_sum", 10, 60)
    report = report_of(scope_report(*days, refused=True, seats=seat_figures(seat(1))), scope_report(*days, scope=TEAM))
    alerts = checked(report, "loc_added_sum > 5", "loc_added_sum change > 5%", "seats > 0", "days > 0")
    assert sorted(hit.split()[0] for hit in alerts.hits) == [
        *("octo-org/payments:", "octo-org/payments:", "octo-org/payments:"),
        *("octo-org:", "octo-org:"),
    ]
    assert [(note.caution, note.text.partition("for ")[2]) for note in alerts.unknown] == [
        *((True, "octo-org: this run could not read its usage."),) * 2,
        (False, "octo-org/payments: it is not known."),
    ]
