"""Decides what to load and which requests to make next, from the settings and what is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot_usage.domain import dates
from copilot_usage.domain.availability import LEAD_IN, earlier_limits, first_day, needs_latest
from copilot_usage.domain.dates import DateRange, end_of_month
from copilot_usage.domain.queries import (
    CreditMonth,
    EarlierDays,
    LatestReport,
    NewestDay,
    OwnerDay,
    PeopleReport,
    Plan,
    Query,
    SeatList,
    TeamDays,
)
from copilot_usage.domain.results import Word
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation
from copilot_usage.pipeline.state import RunState, StoredDays
from copilot_usage.settings.settings import Api, People, Settings


def days_to_ask(
    scope: Scope, wanted: Iterable[date], stored: StoredDays, generation: Generation, limits: DateRange
) -> tuple[date, ...]:
    """Wanted days, and days stored unsettled, that are not stored for good and that GitHub can have; ascending."""
    days = set(wanted) | stored.unsettled(scope, generation)
    return tuple(
        sorted(day for day in days if day in limits and not stored.is_settled(scope, generation, day)),
    )


def lead_in(days: Collection[date], limits: DateRange) -> tuple[date, ...]:
    """The days before `days` that their trailing counts look at and that are not among them; ascending."""
    before = {day - timedelta(days=n) for day in days for n in range(1, LEAD_IN + 1)}
    return tuple(sorted(day for day in before - set(days) if day in limits))


def months(days: DateRange) -> tuple[str, ...]:
    """Calendar months that a range touches, ascending."""
    return tuple(dict.fromkeys(dates.month_of(day) for day in days))


def by_owner(scopes: Iterable[Scope]) -> Mapping[Scope, tuple[Scope, ...]]:
    """The scopes of each owner, in the order given."""
    grouped: dict[Scope, tuple[Scope, ...]] = {}
    for scope in scopes:
        grouped[scope.parent] = (*grouped.get(scope.parent, ()), scope)
    return grouped


# GitHub publishes within two days; a report that is late by a week more still falls into what is loaded.
LATENESS = 9


def ranges_to_load(settings: Settings, today: date, stored: Iterable[str] = ()) -> tuple[DateRange, ...]:
    """Stored days that this run may need: the range, the one before, and the same weeks a year earlier.

    `stored`: the months that the history holds, where nothing else is asked: the newest day lies in the last of them.
    """
    last = max(stored, default=None)
    end = today if last is None else min(today, end_of_month(last))
    shown = settings.range_at(end)
    if shown is None:
        return ()
    needed = shown if settings.until else shown.widened(LATENESS if last is None else end.day)
    if not settings.compare:
        return (_whole_months(needed),)
    recent = _whole_months(needed.widened(len(shown)))
    earlier = needed.a_year_earlier().clipped(needed.a_year_earlier().since, recent.since - timedelta(days=1))
    # The recent days first: where not everything can be read, they matter more.
    return (recent,) if earlier is None else (recent, earlier)


def months_of(settings: Settings, stored: Mapping[Scope, Sequence[str]]) -> set[str]:
    """The months that the history holds of the scopes that are wanted."""
    wanted = settings.scopes
    return {month for scope, months in stored.items() if any(want.covers(scope) for want in wanted) for month in months}


def has_some(settings: Settings, state: RunState) -> bool:
    """Whether a day of the range has been loaded."""
    held = state.held(settings.scopes)
    shown = settings.range_at(held.until) if held else None
    return shown is not None and any(state.stored.any_within(scope, shown) for scope in settings.scopes)


def everything(months: Collection[str]) -> DateRange:
    """All days of these months and of those between."""
    return DateRange(date.fromisoformat(f"{min(months)}-01"), end_of_month(max(months)))


def range_of_the_pause(settings: Settings, state: RunState, loaded: DateRange, today: date) -> DateRange | None:
    """Where a scope has nothing stored in the first month that was loaded, the runs have paused (or begin just now).

    The newest days before a pause had not settled when they were stored, so they are looked for as far back as GitHub
    can still say better; None where no run has paused.
    """
    first_month = DateRange(loaded.since, min(loaded.until, (loaded.since + timedelta(days=31)).replace(day=1)))
    paused = any(not state.stored.any_within(scope, first_month) for scope in settings.scopes)
    oldest = min((first_day(scope, today) for scope in settings.scopes), default=loaded.since)
    if not paused or settings.api not in {Api.AUTO, Api.REPORTS}:
        return None
    return DateRange(oldest, today).clipped(oldest, loaded.since - timedelta(days=1))


def _whole_months(days: DateRange) -> DateRange:
    """A month is read as a whole anyway, and may hold days that have not settled."""
    return DateRange(days.since.replace(day=1), days.until)


def newest_plan(settings: Settings, state: RunState, today: date) -> Plan:
    """First: which day is the newest, the 28 days up to it, and what does not depend on it."""
    if settings.api is Api.SNAPSHOTS:
        return Plan()
    if settings.api in {Api.METRICS, Api.USAGE}:
        return Plan((*_earlier(settings, state, today), *_seats(settings)))
    return Plan((*_latest(settings, state, today), *_seats(settings)))


def _latest(settings: Settings, state: RunState, today: date) -> Iterator[Query]:
    wanted = settings.range_at(today)
    if settings.days is None and not needs_latest(wanted, today):
        return
    for owner, scopes in by_owner(settings.scopes).items():
        teams = all(scope.kind.is_team for scope in scopes)
        yield NewestDay(owner) if teams else LatestReport(owner, state.owner_id(owner))


def _seats(settings: Settings) -> Iterator[Query]:
    """Seats are an owner's; a team's own cannot be told from them."""
    if settings.seats:
        yield from (SeatList(scope) for scope in settings.scopes if not scope.kind.is_team)


def _earlier(settings: Settings, state: RunState, today: date) -> Iterator[Query]:
    generation = Generation(settings.api.value)
    shown = settings.range_at(today)
    if shown is None:
        return
    wanted = shown if settings.until else shown.widened(LATENESS)
    wanted = wanted.widened(len(shown)) if settings.compare else wanted
    oldest = earlier_limits(generation, today).since
    # Days that were named are asked for however old they are; other days do not put them at risk.
    kept = wanted.clipped(min(oldest, shown.since) if settings.names_days else oldest, wanted.until)
    if kept is None:
        return
    for scope in settings.scopes:
        days = days_to_ask(scope, kept, state.stored, generation, kept)
        if days:
            yield EarlierDays(scope, generation, DateRange(days[0], days[-1]))


def days_plan(settings: Settings, state: RunState, today: date) -> Plan:
    """Then: days of the range neither stored for good nor in the 28-day report; and what depends on the range."""
    newest = state.newest_day(settings.scopes) or today - timedelta(days=2)
    shown = settings.range_at(newest)
    if settings.api not in {Api.AUTO, Api.REPORTS} or shown is None:
        return Plan()
    wanted = _Wanted(settings, state, shown, today)
    owners = by_owner(settings.scopes)
    open_to_us = (owner for owner in owners if owner not in state.refused())
    return Plan(tuple(query for owner in open_to_us for query in wanted.of_owner(owner, owners[owner])))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be asked about a range, now that it is known."""

    settings: Settings
    state: RunState
    shown: DateRange
    today: date

    def of_owner(self, owner: Scope, scopes: tuple[Scope, ...]) -> Iterator[Query]:
        """Days and bills of the owner itself, and of its teams."""
        if owner in scopes:
            yield from self._owner_days(owner)
            yield from (CreditMonth(owner, month) for month in months(self.shown))
            if self.settings.people is People.LOGINS:
                yield PeopleReport(owner, self.shown)
        teams = tuple(scope for scope in scopes if scope.kind.is_team)
        if teams:
            yield from self._team_days(teams)

    def _owner_days(self, owner: Scope) -> Iterator[Query]:
        wanted = [*self.shown.before(), *self.shown] if self.settings.compare else [*self.shown]
        days = days_to_ask(owner, wanted, self.state.stored, Generation.REPORTS, self._limits(owner))
        said = self.state.owner_id(owner)
        return (OwnerDay(owner, day, said) for day in days if (owner, Generation.REPORTS, day) not in self.state.asked)

    def _team_days(self, teams: tuple[Scope, ...]) -> Iterator[Query]:
        limits = self._limits(teams[0])
        days = set(self.shown) if self.settings.people is People.LOGINS else set()
        for scope in teams:
            if scope.every_team:
                days |= self._every_teams_days(scope)
            else:
                days.update(days_to_ask(scope, self.shown, self.state.stored, Generation.REPORTS, limits))
        asked = tuple(sorted(day for day in days if day in limits))
        if asked:
            before = lead_in(asked, limits) if self.settings.keeps_history else ()
            owner = teams[0].parent
            yield TeamDays(owner, teams, asked, before, (self.shown,), self.state.owner_id(owner))

    def _every_teams_days(self, scope: Scope) -> set[date]:
        """Days of which not every team is stored for good, and days that have not settled for one of them."""
        stored = self.state.stored
        known = [found for found in stored.scopes() if scope.covers(found)]
        unsettled = {day for team in known for day in stored.unsettled(team, Generation.REPORTS)}
        return {day for day in self.shown if not stored.holds_every_team(scope.parent, day)} | unsettled

    def _limits(self, scope: Scope) -> DateRange:
        newest = self.state.newest.get(scope.parent, self.today - timedelta(days=1))
        return DateRange(first_day(scope, self.today), newest)


def probe_plan(settings: Settings, state: RunState, today: date) -> Plan:  # noqa: ARG001 - one shape for every step
    """Last: where an owner answered nothing but 404, its 28-day report tells "no such days" from "no access"."""
    silent = {
        gone.scope.parent
        for gone in state.no_reports
        if gone.word is not Word.SAID and gone.scope.parent not in state.answered | set(state.refused())
    }
    return Plan(tuple(LatestReport(owner, state.owner_id(owner)) for owner in sorted(silent)))


def advice(settings: Settings, plan: Plan) -> str | None:
    """What would spare requests in every run, None if nothing would."""
    days = sum(isinstance(query, OwnerDay) for query in plan.queries)
    if settings.keeps_history or settings.demo or not settings.compare or not days:
        return None
    return (
        f"{days} days are fetched one by one, and again in every run. "
        "With `snapshot-repository` they are fetched once; with `compare: false` those of the range before never are."
    )


STEPS = (newest_plan, days_plan, probe_plan)
