"""From wishes and what is known so far: what to load, and what to ask next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from copilot_usage.domain import plan as plans
from copilot_usage.domain.asks import (
    CreditMonth,
    EarlierDays,
    LatestReport,
    NewestDay,
    OwnerDay,
    PeopleReport,
    SeatList,
    TeamDays,
)
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.plan import Plan
from copilot_usage.domain.snapshot import Generation
from copilot_usage.settings.wishes import Api, People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from copilot_usage.domain.asks import Ask
    from copilot_usage.domain.ledger import Ledger
    from copilot_usage.domain.scope import Scope
    from copilot_usage.settings.wishes import Settings

# GitHub publishes within two days; a report that is late by a week more still falls into what is loaded.
_LATENESS = 9
# How far back the retired generations answered (docs of their last versions).
_EARLIER_LOOK_BACK = {Generation.METRICS: timedelta(days=100), Generation.USAGE: timedelta(days=28)}


def ranges_to_load(settings: Settings, today: date) -> tuple[DateRange, ...]:
    """Stored days that this run may need: the range, the one before, and the same weeks a year earlier."""
    shown = settings.range_at(today)
    if shown is None:
        return ()
    needed = shown if settings.until else shown.widened(_LATENESS)
    if not settings.compare:
        return (_whole_months(needed),)
    recent = _whole_months(needed.widened(len(shown)))
    earlier = needed.a_year_earlier().clipped(needed.a_year_earlier().since, recent.since - timedelta(days=1))
    # The recent days first: where not everything can be read, they matter more.
    return (recent,) if earlier is None else (recent, earlier)


def range_of_the_pause(settings: Settings, ledger: Ledger, loaded: DateRange, today: date) -> DateRange | None:
    """Where a scope has nothing stored in the first month that was loaded, the runs have paused (or begin just now).

    The newest days before a pause had not settled when they were stored, so they are looked for as far back as GitHub
    can still say better; None where no run has paused.
    """
    first_month = DateRange(loaded.since, min(loaded.until, (loaded.since + timedelta(days=31)).replace(day=1)))
    paused = any(not ledger.stored.any_within(scope, first_month) for scope in settings.scopes)
    oldest = min((plans.first_day(scope, today) for scope in settings.scopes), default=loaded.since)
    if not paused or settings.api not in {Api.AUTO, Api.REPORTS}:
        return None
    return DateRange(oldest, today).clipped(oldest, loaded.since - timedelta(days=1))


def _whole_months(days: DateRange) -> DateRange:
    """A month is read as a whole anyway, and may hold days that have not settled."""
    return DateRange(days.since.replace(day=1), days.until)


def newest_plan(settings: Settings, ledger: Ledger, today: date) -> Plan:
    """First: which day is the newest, the 28 days up to it, and what does not depend on it."""
    if settings.api is Api.SNAPSHOTS:
        return Plan()
    if settings.api in {Api.METRICS, Api.USAGE}:
        return Plan((*_earlier(settings, ledger, today), *_seats(settings)))
    return Plan((*_latest(settings, today), *_seats(settings)))


def _latest(settings: Settings, today: date) -> Iterator[Ask]:
    wanted = settings.range_at(today)
    if settings.days is None and not plans.needs_latest(wanted, today):
        return
    for owner, scopes in plans.by_owner(settings.scopes).items():
        yield NewestDay(owner) if all(scope.kind.is_team for scope in scopes) else LatestReport(owner)


def _seats(settings: Settings) -> Iterator[Ask]:
    """Seats are an owner's; a team's own cannot be told from them."""
    if settings.seats:
        yield from (SeatList(scope) for scope in settings.scopes if not scope.kind.is_team)


def _earlier(settings: Settings, ledger: Ledger, today: date) -> Iterator[Ask]:
    generation = Generation(settings.api.value)
    shown = settings.range_at(today)
    if shown is None:
        return
    wanted = shown if settings.until else shown.widened(_LATENESS)
    wanted = wanted.widened(len(shown)) if settings.compare else wanted
    oldest = today - _EARLIER_LOOK_BACK[generation] + timedelta(days=1)
    # Days that were named are asked for however old they are; other days do not put them at risk.
    kept = wanted.clipped(min(oldest, shown.since) if settings.names_days else oldest, wanted.until)
    for scope in settings.scopes if kept else ():
        days = plans.days_to_ask(scope, kept or (), ledger.stored, generation, kept or wanted)
        if days:
            yield EarlierDays(scope, generation, DateRange(days[0], days[-1]))


def days_plan(settings: Settings, ledger: Ledger, today: date) -> Plan:
    """Then: days of the range neither stored for good nor in the 28-day report; and what depends on the range."""
    newest = ledger.newest_day(settings.scopes) or today - timedelta(days=2)
    shown = settings.range_at(newest)
    if settings.api not in {Api.AUTO, Api.REPORTS} or shown is None:
        return Plan()
    asks: list[Ask] = []
    for owner, scopes in plans.by_owner(settings.scopes).items():
        if owner not in ledger.failed_owners():
            asks += _owner_asks(settings, ledger, shown, owner, scopes, today)
    return Plan(tuple(asks))


def _owner_asks(
    settings: Settings, ledger: Ledger, shown: DateRange, owner: Scope, scopes: tuple[Scope, ...], today: date
) -> Iterator[Ask]:
    if owner in scopes:
        yield from _owner_days(settings, ledger, shown, owner, today)
        yield from (CreditMonth(owner, month) for month in plans.months(shown))
        if settings.people is People.LOGINS:
            yield PeopleReport(owner, shown)
    teams = tuple(scope for scope in scopes if scope.kind.is_team)
    if teams:
        yield from _team_days(settings, ledger, shown, teams, today)


def _limits(ledger: Ledger, scope: Scope, today: date) -> DateRange:
    return DateRange(plans.first_day(scope, today), ledger.newest.get(scope.parent, today - timedelta(days=1)))


def _owner_days(settings: Settings, ledger: Ledger, shown: DateRange, owner: Scope, today: date) -> Iterator[Ask]:
    wanted = [*shown.before(), *shown] if settings.compare else [*shown]
    days = plans.days_to_ask(owner, wanted, ledger.stored, Generation.REPORTS, _limits(ledger, owner, today))
    return (OwnerDay(owner, day) for day in days if (owner, Generation.REPORTS, day) not in ledger.asked)


def _team_days(
    settings: Settings, ledger: Ledger, shown: DateRange, teams: tuple[Scope, ...], today: date
) -> Iterator[Ask]:
    limits = _limits(ledger, teams[0], today)
    days = set(shown) if settings.people is People.LOGINS else set()
    for scope in teams:
        days.update(_every_teams_days(scope, ledger, shown) if scope.every_team else ())
        if not scope.every_team:
            days.update(plans.days_to_ask(scope, shown, ledger.stored, Generation.REPORTS, limits))
    asked = tuple(sorted(day for day in days if day in limits))
    if asked:
        before = plans.lead_in(asked, limits) if settings.keeps_history else ()
        yield TeamDays(teams[0].parent, teams, asked, before, (shown,))


def _every_teams_days(scope: Scope, ledger: Ledger, shown: DateRange) -> set[date]:
    """Days of which no team is stored for good, and days that have not settled for one of them.

    One reading stores all teams of an owner, so a team that is missing on a stored day was not reported on it.
    """
    known = [found for found in ledger.stored.scopes() if scope.covers(found)]
    held = {day for day in shown if any(ledger.stored.is_settled(team, Generation.REPORTS, day) for team in known)}
    unsettled = {day for team in known for day in ledger.stored.unsettled(team, Generation.REPORTS)}
    return (set(shown) - held) | unsettled


def probe_plan(settings: Settings, ledger: Ledger, today: date) -> Plan:  # noqa: ARG001 - one shape for every step
    """Last: where an owner answered nothing but 404, its 28-day report tells "no such days" from "no access"."""
    silent = {
        gone.scope.parent
        for gone in ledger.no_reports
        if not gone.certain and gone.scope.parent not in ledger.answered | set(ledger.failed_owners())
    }
    return Plan(tuple(LatestReport(owner) for owner in sorted(silent)))


def advice(settings: Settings, plan: Plan) -> str | None:
    """What would spare requests in every run, None if nothing would."""
    days = sum(isinstance(ask, OwnerDay) for ask in plan.asks)
    if settings.keeps_history or settings.demo or not settings.compare or not days:
        return None
    return (
        f"The range before is not stored, so its {days} days are fetched one by one in every run. "
        "With `snapshot-repository` they are fetched once; with `compare: false` never."
    )


STEPS = (newest_plan, days_plan, probe_plan)
