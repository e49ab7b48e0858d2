"""Builds what a test needs and mentions only what matters to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.figures import summarise
from copilot_usage.domain.history import History, merge
from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.seats import Seat, SeatFigures, SeatRules, summarise_seats
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Activity, Amount, Breakdown, UsageDay

TODAY = date(2026, 11, 23)
NEWEST = date(2026, 11, 21)
ORGANIZATION = Scope(ScopeKind.ORGANIZATION, "octo-org")
ENTERPRISE = Scope(ScopeKind.ENTERPRISE, "octo-enterprise")
TEAM = ORGANIZATION.of_team("payments")


def usage_day(
    day: date = NEWEST,
    totals: Activity | None = None,
    breakdowns: Mapping[str, Breakdown] | None = None,
    *,
    generation: Generation = Generation.REPORTS,
    settled: bool = True,
) -> UsageDay:
    return UsageDay(day, generation, totals or {}, breakdowns or {}, settled)


def usage_days(days: DateRange, metric: str, amounts: Iterable[Amount | None]) -> list[UsageDay]:
    """A day for each amount that is known, from the first day of the range on."""
    return [usage_day(day, {metric: n}) for day, n in zip(days, amounts, strict=False) if n is not None]


def history_of(*days: UsageDay, scope: Scope = ORGANIZATION, newest: date | None = None) -> History:
    return merge(scope, days, newest)


def scope_report(
    *days: UsageDay, scope: Scope = ORGANIZATION, shown: DateRange | None = None, **more: Any
) -> ScopeReport:
    """Of the newest 7 days unless `shown` is given; with the period before if it has days."""
    history = history_of(*days, scope=scope)
    shown = shown or ending(NEWEST, 7)
    before = summarise(history, shown.before())
    known = {"before": before if before.days else None} | more
    return ScopeReport(scope=scope, history=history, now=summarise(history, shown), **known)


def report_of(*scopes: ScopeReport, **more: Any) -> Report:
    shown = scopes[0].now.range if scopes else ending(NEWEST, 7)
    return Report(range=shown, scopes=scopes, **({"newest": NEWEST} | more))


def seat(
    person: int | None = 1,
    *,
    created: date = date(2026, 1, 5),
    last_activity: date | None = None,
    plan: str = "business",
    team: str | None = None,
    editor: str | None = None,
    pending_cancellation: bool = False,
) -> Seat:
    login = None if person is None else f"person-{person}"
    return Seat(person, login, created, last_activity, editor, plan, (team,) if team else (), pending_cancellation)


def seat_figures(
    *seats: Seat,
    today: date = TODAY,
    idle_days: int = 30,
    price: float | None = None,
    last_active: date | None = None,
) -> SeatFigures:
    return summarise_seats(seats, SeatRules(today, idle_days, price), last_active)


# Values that some reader of files could misread.
ODD_VALUES = ("=1+1", "@SUM(A1)", "'quoted'", 'a,"b"', "two\nlines", "日本語", "NA", "null", "true", "007", "1e3")


def week_with_odd_values() -> Report:
    """An organization with a gap on its third day, and one of its teams with data on the first days only."""
    row: Activity = {"loc_added_sum": 3, "code_generation_activity_count": 10}
    days = [
        usage_day(
            day,
            {"daily_active_users": 5 + n, "loc_added_sum": 100, "pull_requests.median_minutes_to_merge": 12.5},
            {"language": dict.fromkeys(("go", *ODD_VALUES), row), "feature": {"code_completion": row}},
        )
        for n, day in enumerate(ending(NEWEST, 7))
        if n != 2
    ]
    return report_of(
        scope_report(*days, seats=seat_figures(seat(1), seat(2))),
        scope_report(*days[:3], scope=ORGANIZATION.of_team("web")),
    )
