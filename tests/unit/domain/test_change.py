from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import history_of, usage_day, usage_days
from copilot_usage.domain.change import Change, Comparison, NoChange, change, moved, window_of
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.figures import ACCEPTANCE, AGENT_SHARE, summarise
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import UsageDay

LINES, PEOPLE = "loc_added_sum", "daily_active_users"
# A Sunday of a time without breaks.
CALM = date(2026, 9, 13)
WEEK = ending(CALM, 7)


def compared(*days: UsageDay, shown: DateRange = WEEK, before: DateRange | None = None) -> Comparison:
    history = history_of(*days)
    return Comparison(history, summarise(history, shown), summarise(history, before or shown.before()))


def weeks(before: Sequence[int | None], now: Sequence[int | None], metric: str = LINES) -> Comparison:
    return compared(*usage_days(WEEK.before(), metric, before), *usage_days(WEEK, metric, now))


def test_a_change_is_told_in_the_figures_own_unit_and_in_per_cent() -> None:
    grown = Change(150, 120)
    assert (grown.difference, grown.relative) == (30, 25)


def test_a_fall_is_negative() -> None:
    assert Change(90, 120).relative == -25


def test_from_zero_there_is_no_per_cent() -> None:
    assert Change(5, 0).relative is None
    assert Change(5, 0).difference == 5


def test_down_to_zero_is_all_of_it() -> None:
    assert Change(0, 5).relative == -100


@pytest.mark.parametrize(("now", "before"), [(None, 4), (4, None), (None, None)])
def test_there_is_no_change_where_one_side_is_not_known(now: int | None, before: int | None) -> None:
    assert change(now, before) is None


def agents_lines(day: date) -> UsageDay:
    rows = {"feature": {"agent_edit": {LINES: 30}, "code_completion": {LINES: 70}}}
    return usage_day(day, {LINES: 100, "loc_deleted_sum": 0}, rows)


@pytest.mark.parametrize(
    ("until", "found"),
    [
        (date(2026, 7, 27), Change(30, 30)),
        (date(2026, 7, 28), NoChange("GitHub began to count a part of it on 28 Jul 2026")),
    ],
)
def test_a_ratio_whose_part_had_not_begun_in_either_range_is_compared(until: date, found: object) -> None:
    shown = ending(until, 7)
    days = [agents_lines(day) for day in (*shown.before(), *shown)]
    assert compared(*days, shown=shown).rate(AGENT_SHARE) == found


def test_zero_is_known() -> None:
    assert change(0, 0) == Change(0, 0)


def test_sums_over_the_same_days_are_compared() -> None:
    assert weeks([1] * 7, [2] * 7).total(LINES) == Change(14, 7)


def test_a_missing_day_leaves_the_means_of_the_working_days() -> None:
    """Five days of 10 and a weekend of 1 on both sides; the Tuesday of this week is missing."""
    week = [10] * 5 + [1] * 2
    assert weeks(week, [10, None, *week[2:]]).total(LINES) == Change(10, 10, of_working_days=True)


def test_of_a_range_that_is_hardly_known_no_mean_is_compared() -> None:
    assert weeks([1] * 7, [1] * 5 + [None] * 2).total(LINES) == NoChange("it is known on 5 of 7 days only")


def test_a_sum_that_one_range_does_not_know_has_no_change() -> None:
    assert weeks([], [1] * 7).total(LINES) is None
    assert weeks([1] * 7, []).total(LINES) is None


def test_a_saturday_is_not_compared_with_a_friday() -> None:
    saturday = ending(CALM - timedelta(days=1), 1)
    ranges = compared(*usage_days(ending(saturday.until, 2), PEOPLE, [90, 4]), shown=saturday)
    why = NoChange("the two ranges hold different numbers of working days")
    assert ranges.active_people() == ranges.mean(PEOPLE) == ranges.on_last_day(PEOPLE) == why
    assert ranges.working_day_mean(PEOPLE) is None


def test_a_friday_is_compared_with_a_thursday() -> None:
    friday = ending(CALM - timedelta(days=2), 1)
    ranges = compared(*usage_days(ending(friday.until, 2), PEOPLE, [80, 90]), shown=friday)
    assert ranges.active_people() == ranges.mean(PEOPLE) == ranges.on_last_day(PEOPLE) == Change(90, 80)


def test_three_days_with_a_weekend_are_compared_by_their_working_days() -> None:
    """Friday to Sunday against Tuesday to Thursday."""
    shown = ending(CALM, 3)
    days = [*usage_days(shown.before(), LINES, [10, 10, 10]), *usage_days(shown, LINES, [11, 0, 0])]
    assert compared(*days, shown=shown).total(LINES) == Change(11, 10, of_working_days=True)


def test_a_feature_that_github_began_to_report_is_not_compared_with_the_days_before() -> None:
    """The Copilot app, 90 days up to 23 Nov 2026: the same every day since 28 July, when GitHub began with it."""
    shown = ending(date(2026, 11, 23), 90)
    began = {"code_completion": date.min, "copilot_app": date(2026, 7, 28)}
    days = [
        usage_day(day, {}, {"feature": {name: {LINES: 100} for name, since in began.items() if day >= since}})
        for day in shown.widened(90)
    ]
    ranges = compared(*days, shown=shown)
    assert ranges.total(LINES, "feature", "copilot_app") == NoChange("GitHub began to report it on 28 Jul 2026")
    assert moved(ranges.total(LINES, "feature", "code_completion")) is not None


def test_a_feature_that_is_absent_did_nothing_on_days_that_can_know_it() -> None:
    def day(when: date, **features: int) -> UsageDay:
        return usage_day(when, {}, {"feature": {name: {LINES: n} for name, n in features.items()}})

    before = [day(when, code_completion=1, copilot_app=2) for when in WEEK.before()]
    now = [day(when, code_completion=1) for when in tuple(WEEK)[:6]]
    ranges = compared(*before, *now, day(CALM, code_completion=1, copilot_app=7))
    assert ranges.total(LINES, "feature", "copilot_app") == Change(7, 14)


def test_days_of_metrics_do_not_know_the_edits_of_agents() -> None:
    """`reports` days after `metrics` days, 1,000 lines by agents throughout, of which `metrics` knows nothing."""
    shown = ending(date(2026, 3, 29), 14)
    old = [
        usage_day(day, {}, {"feature": {"code_completion": {LINES: 5}}}, generation=Generation.METRICS)
        for day in ending(shown.until - timedelta(days=6), 22)
    ]
    rows = {"feature": {"code_completion": {LINES: 5}, "agent_edit": {LINES: 1_000}}}
    new = [usage_day(day, {LINES: 1_005}, rows) for day in ending(shown.until, 6)]
    ranges = compared(*old, *new, shown=shown)
    assert moved(ranges.total(LINES, "feature", "agent_edit")) is None
    assert moved(ranges.rate(AGENT_SHARE)) is None


@pytest.mark.parametrize("metric", [PEOPLE, LINES])
def test_two_generations_are_not_compared(metric: str) -> None:
    old = [usage_day(day, {metric: 9}, generation=Generation.METRICS) for day in WEEK.before()]
    ranges = compared(*old, *usage_days(WEEK, metric, [9] * 7))
    found = {ranges.total(metric), ranges.working_day_mean(metric), ranges.on_last_day(metric)}
    (why,) = found
    assert isinstance(why, NoChange)
    assert "different generations" in why.why


def test_a_rate_is_compared_as_the_ratio_of_its_sums() -> None:
    def day(when: date, accepted: int, shown: int) -> UsageDay:
        row = {"code_acceptance_activity_count": accepted, "code_generation_activity_count": shown}
        return usage_day(when, {}, {"feature": {"code_completion": row}})

    before = [day(when, 1, 10) for when in WEEK.before()]
    ranges = compared(*before, *(day(when, n, 20) for n, when in enumerate(WEEK)))
    assert ranges.rate(ACCEPTANCE) == Change(100 * 21 / 140, 10)


def test_people_of_28_days_are_those_of_all_their_days() -> None:
    """A break within the 28 days of either count parts them, though it lies before both ranges."""
    monthly = "monthly_active_users"
    break_day = date(2026, 7, 28)
    for until, comparable in ((break_day + timedelta(days=33), False), (break_day + timedelta(days=34), True)):
        shown = ending(until, 7)
        days = [usage_day(day, {monthly: n}) for day, n in ((until, 110), (until - timedelta(days=7), 100))]
        assert (moved(compared(*days, shown=shown).on_last_day(monthly)) == Change(110, 100)) == comparable


@pytest.mark.parametrize(
    ("metric", "days"),
    [(PEOPLE, 1), ("weekly_active_users", 7), ("monthly_active_chat_users", 28), ("total_engaged_users", 1)],
)
def test_a_figure_of_people_has_its_window(metric: str, days: int) -> None:
    assert window_of(metric) == days


amounts = st.lists(st.none() | st.integers(0, 10**6), min_size=28, max_size=28)


@given(amounts, amounts, st.sampled_from([1, 2, 3, 5, 7, 10, 14, 28]), st.integers(0, 6))
def test_a_change_of_sums_is_plain_arithmetic_over_days_that_are_alike(
    before: list[int | None], now: list[int | None], length: int, shift: int
) -> None:
    """Equal numbers of working and of other days: the sums. Else the means of the working days, or none."""
    shown = ending(date(2027, 3, 7) + timedelta(days=shift), length)
    sides = [
        [(day, n) for day, n in zip(days, reported, strict=False) if n is not None]
        for days, reported in ((shown, now), (shown.before(), before))
    ]
    found = compared(*(usage_day(day, {LINES: n}) for side in sides for day, n in side), shown=shown).total(LINES)
    working = [[n for day, n in side if day.isoweekday() <= 5] for side in sides]
    if not all(sides):
        assert found is None
    elif [len(side) for side in working] == [len(working[0])] * 2 and len(sides[0]) == len(sides[1]):
        then_sum, before_sum = (sum(n for _, n in side) for side in sides)
        assert found == Change(then_sum, before_sum)
    elif all(working) and min(map(len, sides)) >= 0.85 * length:
        then_mean, before_mean = (float(Fraction(sum(side), len(side))) for side in working)
        assert found == Change(then_mean, before_mean, of_working_days=True)
    else:
        assert isinstance(found, NoChange)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_per_cent_lead_back_to_the_figure(now: int, before: int) -> None:
    relative = Change(now, before).relative
    assert relative is not None
    assert before * (1 + relative / 100) == pytest.approx(now, rel=1e-9, abs=1e-6 * before)
