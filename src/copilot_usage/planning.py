"""From wishes and what is known so far: what to ask next."""

from __future__ import annotations

from dataclasses import dataclass
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
from copilot_usage.domain.outcome import Word
from copilot_usage.domain.plan import Plan
from copilot_usage.domain.snapshot import Generation
from copilot_usage.loading import LATENESS
from copilot_usage.settings.wishes import Api, People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from copilot_usage.domain.asks import Query
    from copilot_usage.domain.ledger import RunState
    from copilot_usage.domain.scope import Scope
    from copilot_usage.settings.wishes import Settings


def newest_plan(settings: Settings, ledger: RunState, today: date) -> Plan:
    """First: which day is the newest, the 28 days up to it, and what does not depend on it."""
    if settings.api is Api.SNAPSHOTS:
        return Plan()
    if settings.api in {Api.METRICS, Api.USAGE}:
        return Plan((*_earlier(settings, ledger, today), *_seats(settings)))
    return Plan((*_latest(settings, ledger, today), *_seats(settings)))


def _latest(settings: Settings, ledger: RunState, today: date) -> Iterator[Query]:
    wanted = settings.range_at(today)
    if settings.days is None and not plans.needs_latest(wanted, today):
        return
    for owner, scopes in plans.by_owner(settings.scopes).items():
        teams = all(scope.kind.is_team for scope in scopes)
        yield NewestDay(owner) if teams else LatestReport(owner, ledger.owner_id(owner))


def _seats(settings: Settings) -> Iterator[Query]:
    """Seats are an owner's; a team's own cannot be told from them."""
    if settings.seats:
        yield from (SeatList(scope) for scope in settings.scopes if not scope.kind.is_team)


def _earlier(settings: Settings, ledger: RunState, today: date) -> Iterator[Query]:
    generation = Generation(settings.api.value)
    shown = settings.range_at(today)
    if shown is None:
        return
    wanted = shown if settings.until else shown.widened(LATENESS)
    wanted = wanted.widened(len(shown)) if settings.compare else wanted
    oldest = plans.earlier_limits(generation, today).since
    # Days that were named are asked for however old they are; other days do not put them at risk.
    kept = wanted.clipped(min(oldest, shown.since) if settings.names_days else oldest, wanted.until)
    if kept is None:
        return
    for scope in settings.scopes:
        days = plans.days_to_ask(scope, kept, ledger.stored, generation, kept)
        if days:
            yield EarlierDays(scope, generation, DateRange(days[0], days[-1]))


def days_plan(settings: Settings, ledger: RunState, today: date) -> Plan:
    """Then: days of the range neither stored for good nor in the 28-day report; and what depends on the range."""
    newest = ledger.newest_day(settings.scopes) or today - timedelta(days=2)
    shown = settings.range_at(newest)
    if settings.api not in {Api.AUTO, Api.REPORTS} or shown is None:
        return Plan()
    wanted = _Wanted(settings, ledger, shown, today)
    owners = plans.by_owner(settings.scopes)
    open_to_us = (owner for owner in owners if owner not in ledger.refused())
    return Plan(tuple(ask for owner in open_to_us for ask in wanted.of_owner(owner, owners[owner])))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be asked about a range, now that it is known."""

    settings: Settings
    ledger: RunState
    shown: DateRange
    today: date

    def of_owner(self, owner: Scope, scopes: tuple[Scope, ...]) -> Iterator[Query]:
        """Days and bills of the owner itself, and of its teams."""
        if owner in scopes:
            yield from self._owner_days(owner)
            yield from (CreditMonth(owner, month) for month in plans.months(self.shown))
            if self.settings.people is People.LOGINS:
                yield PeopleReport(owner, self.shown)
        teams = tuple(scope for scope in scopes if scope.kind.is_team)
        if teams:
            yield from self._team_days(teams)

    def _owner_days(self, owner: Scope) -> Iterator[Query]:
        wanted = [*self.shown.before(), *self.shown] if self.settings.compare else [*self.shown]
        days = plans.days_to_ask(owner, wanted, self.ledger.stored, Generation.REPORTS, self._limits(owner))
        said = self.ledger.owner_id(owner)
        return (OwnerDay(owner, day, said) for day in days if (owner, Generation.REPORTS, day) not in self.ledger.asked)

    def _team_days(self, teams: tuple[Scope, ...]) -> Iterator[Query]:
        limits = self._limits(teams[0])
        days = set(self.shown) if self.settings.people is People.LOGINS else set()
        for scope in teams:
            if scope.every_team:
                days |= self._every_teams_days(scope)
            else:
                days.update(plans.days_to_ask(scope, self.shown, self.ledger.stored, Generation.REPORTS, limits))
        asked = tuple(sorted(day for day in days if day in limits))
        if asked:
            before = plans.lead_in(asked, limits) if self.settings.keeps_history else ()
            owner = teams[0].parent
            yield TeamDays(owner, teams, asked, before, (self.shown,), self.ledger.owner_id(owner))

    def _every_teams_days(self, scope: Scope) -> set[date]:
        """Days of which not every team is stored for good, and days that have not settled for one of them."""
        stored = self.ledger.stored
        known = [found for found in stored.scopes() if scope.covers(found)]
        unsettled = {day for team in known for day in stored.unsettled(team, Generation.REPORTS)}
        return {day for day in self.shown if not stored.holds_every_team(scope.parent, day)} | unsettled

    def _limits(self, scope: Scope) -> DateRange:
        newest = self.ledger.newest.get(scope.parent, self.today - timedelta(days=1))
        return DateRange(plans.first_day(scope, self.today), newest)


def probe_plan(settings: Settings, ledger: RunState, today: date) -> Plan:  # noqa: ARG001 - one shape for every step
    """Last: where an owner answered nothing but 404, its 28-day report tells "no such days" from "no access"."""
    silent = {
        gone.scope.parent
        for gone in ledger.no_reports
        if gone.word is not Word.SAID and gone.scope.parent not in ledger.answered | set(ledger.refused())
    }
    return Plan(tuple(LatestReport(owner, ledger.owner_id(owner)) for owner in sorted(silent)))


def advice(settings: Settings, plan: Plan) -> str | None:
    """What would spare requests in every run, None if nothing would."""
    days = sum(isinstance(ask, OwnerDay) for ask in plan.asks)
    if settings.keeps_history or settings.demo or not settings.compare or not days:
        return None
    return (
        f"{days} days are fetched one by one, and again in every run. "
        "With `snapshot-repository` they are fetched once; with `compare: false` those of the range before never are."
    )


STEPS = (newest_plan, days_plan, probe_plan)
