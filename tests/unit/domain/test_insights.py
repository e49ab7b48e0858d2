from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from builders import NEWEST, scope_report, seat, seat_figures, usage_day, usage_days
from copilot_usage.domain.dates import ending
from copilot_usage.domain.insights import MOST, insights

if TYPE_CHECKING:
    from copilot_usage.domain.report import ScopeReport

WEEK = ending(NEWEST, 7)
PAST = ending(NEWEST, 42)


def kinds(scope: ScopeReport) -> list[str]:
    return [insight.kind for insight in insights(scope)]


def days_with(metric: str, before: int, now: int) -> ScopeReport:
    return scope_report(*usage_days(WEEK.before(), metric, [before] * 7), *usage_days(WEEK, metric, [now] * 7))


def test_many_idle_seats_are_named_with_their_cost() -> None:
    (insight,) = insights(scope_report(usage_day(), seats=seat_figures(seat(1), seat(2, last_activity=NEWEST))))
    assert insight.change is not None
    assert (insight.change.now, insight.change.before, insight.amount) == (1, 2, 19)


def test_a_few_idle_seats_of_many_are_no_news() -> None:
    seats = seat_figures(seat(0), *(seat(n, last_activity=NEWEST) for n in range(1, 30)))
    assert kinds(scope_report(usage_day(), seats=seats)) == []


def test_people_who_come_or_go_are_news_from_a_tenth_on() -> None:
    assert kinds(days_with("weekly_active_users", 100, 111)) == ["people"]
    assert kinds(days_with("weekly_active_users", 100, 109)) == []


def test_small_numbers_jump_by_chance() -> None:
    assert kinds(days_with("weekly_active_users", 10, 15)) == []


def test_the_count_that_moved_most_is_named() -> None:
    (insight,) = insights(days_with("user_initiated_interaction_count", 100, 150))
    assert (insight.kind, insight.subject) == ("moved", "Prompts")


def test_a_surface_takes_off_when_it_grows_by_half() -> None:
    def edits(lines: int) -> dict[str, dict[str, dict[str, int]]]:
        return {"feature": {"agent_edit": {"loc_added_sum": lines}}}

    days = [usage_day(day, breakdowns=edits(100)) for day in WEEK.before()]
    assert kinds(scope_report(*days, *(usage_day(day, breakdowns=edits(150)) for day in WEEK))) == ["took off"]
    assert kinds(scope_report(*days, *(usage_day(day, breakdowns=edits(149)) for day in WEEK))) == []


def test_a_peak_needs_a_past_to_be_one() -> None:
    past = usage_days(PAST, "daily_active_users", [30] * 35 + [30, 31, 40, 30, 30, 30, 30])
    (insight,) = insights(scope_report(*past))
    assert (insight.kind, insight.amount) == ("peak", 40)
    assert kinds(scope_report(*past[-14:])) == []


def test_a_scope_that_stopped_is_named_only_when_every_day_is_known() -> None:
    stopped = [0] * 32 + [0] * 10
    active = [5, *stopped[1:32], *stopped[32:]]
    active[25] = 14
    assert kinds(scope_report(*usage_days(PAST, "daily_active_users", active))) == ["stopped"]
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
    assert found[0].kind == "idle seats"


def test_a_change_that_may_be_the_weekends_is_no_news() -> None:
    days = ending(NEWEST, 3)
    moved = [*usage_days(days.before(), "loc_added_sum", [500] * 3), *usage_days(days, "loc_added_sum", [900] * 3)]
    assert kinds(scope_report(*moved, shown=days)) == []
