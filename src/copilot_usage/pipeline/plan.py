"""Decides which days a run shows, what it loads, and which requests it makes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot_usage.domain.availability import (
    LATENESS,
    LEAD_IN,
    PUBLISHED_AFTER,
    REPORTED_AFTER,
    USUALLY_PUBLISHED_AFTER,
    earlier_limits,
    first_day,
    needs_latest,
)
from copilot_usage.domain.dates import DateRange, end_of_month, first_of_month, month_of
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
    Word,
)
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation
from copilot_usage.pipeline.state import RunState, StoredDays
from copilot_usage.settings.settings import Api, People, Settings


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a run shows, counted from `newest` unless they were named; `why`: how the newest day is known.

    `published`: every day up to this one is published, of an owner that did not say its newest day; None: not known,
    because GitHub was not asked.
    """

    shown: DateRange
    newest: date
    why: str
    published: date | None = None

    @property
    def before(self) -> DateRange:
        """The range that it is compared with."""
        return self.shown.before()

    @property
    def year_before(self) -> DateRange:
        """The same weeks of the year before."""
        return self.shown.a_year_earlier()


def period_of(settings: Settings, state: RunState, today: date) -> Period | None:
    """The period of a run, once GitHub was asked for its newest day, or the history was read.

    None if the range begins after the newest day.
    """
    published, known = state.newest_published(settings.scopes), state.known_days(settings.scopes)
    usual, sure = today - USUALLY_PUBLISHED_AFTER, today - PUBLISHED_AFTER
    if published is not None:
        return _period_at(settings, published, "GitHub published it", max(published, sure))
    if settings.api is Api.SNAPSHOTS:
        skipped = [end_of_month(month) for item in state.skipped for month in item.months]
        sure_of_skipped = min(max(skipped), sure) if skipped else None
        return _period_at(settings, known.until if known else usual, "the newest day stored", sure_of_skipped)
    # The retired generations were asked for their days already.
    if known and (known.until > usual or settings.api in {Api.METRICS, Api.USAGE}):
        return _period_at(settings, known.until, "the newest day with data", sure)
    return _period_at(settings, usual, "usually published by now", sure)


def _period_at(settings: Settings, newest: date, why: str, published: date | None = None) -> Period | None:
    shown = settings.range_at(newest)
    return None if shown is None else Period(shown, newest, why, published)


def ranges_to_load(settings: Settings, state: RunState, today: date) -> tuple[DateRange, ...]:
    """Stored days that this run may need: the range, the one before, and the same weeks a year earlier.

    Where nothing but the history is read, the newest day lies in the last month that it holds. The recent days come
    first: where not everything can be read, they matter more.
    """
    last = max(_stored_months(settings, state), default=None)
    end = today if last is None else min(today, end_of_month(last))
    period = _period_at(settings, end, "the newest day there can be")
    if period is None:
        return ()
    needed = period.shown if settings.until else period.shown.widened(LATENESS if last is None else end.day)
    if not settings.compare:
        return (_whole_months(needed),)
    recent = _whole_months(needed.widened(len(period.shown)))
    year_before = needed.a_year_earlier()
    earlier = year_before.clipped(year_before.since, recent.since - timedelta(days=1))
    return (recent,) if earlier is None else (recent, earlier)


def _stored_months(settings: Settings, state: RunState) -> set[str]:
    stored = state.stored_months.items()
    return {month for scope, found in stored if any(each.covers(scope) for each in settings.scopes) for month in found}


def _whole_months(days: DateRange) -> DateRange:
    """A month is read as a whole anyway, and may hold days that have not settled."""
    return DateRange(days.since.replace(day=1), days.until)


def all_stored_days(settings: Settings, state: RunState, today: date) -> DateRange | None:
    """From the first to the last month of the history, where none of the loaded days lies in the period.

    An error can then name the days that there are.
    """
    months = _stored_months(settings, state)
    period = period_of(settings, state, today)
    if not months or (period and any(state.stored.any_within(scope, period.shown) for scope in settings.scopes)):
        return None
    return DateRange(first_of_month(min(months)), end_of_month(max(months)))


def range_of_the_pause(settings: Settings, state: RunState, loaded: DateRange, today: date) -> DateRange | None:
    """The days before those loaded, where a scope has nothing stored in the first month that was loaded.

    The runs have then paused, or begin just now: the newest days before a pause had not settled when they were stored,
    so they are looked for as far back as GitHub can still restate them. None where no run has paused.
    """
    first_month = DateRange(loaded.since, min(loaded.until, (loaded.since + timedelta(days=31)).replace(day=1)))
    paused = any(not state.stored.any_within(scope, first_month) for scope in settings.scopes)
    if not paused or settings.api not in {Api.AUTO, Api.REPORTS}:
        return None
    oldest = min(first_day(scope, today) for scope in settings.scopes)
    return DateRange(oldest, today).clipped(oldest, loaded.since - timedelta(days=1))


def newest_plan(settings: Settings, state: RunState, today: date) -> Plan:
    """First: which day is the newest, the 28 days up to it, and what does not depend on it.

    Nothing is known of the newest day yet, which can be any up to today.
    """
    period = _period_at(settings, today, "the newest day there can be")
    if settings.api is Api.SNAPSHOTS:
        return Plan()
    # Seats are an owner's; a team's own cannot be told from them.
    seats = (SeatList(scope) for scope in settings.scopes if settings.seats and not scope.kind.is_team)
    if settings.api in {Api.METRICS, Api.USAGE}:
        return Plan((*_earlier(settings, state, period, today), *seats))
    return Plan((*_latest(settings, state, period, today), *seats))


def _latest(settings: Settings, state: RunState, period: Period | None, today: date) -> Iterator[Query]:
    if settings.days is None and not needs_latest(period.shown if period else None, today):
        return
    for owner, scopes in by_owner(settings.scopes).items():
        teams = all(scope.kind.is_team for scope in scopes)
        yield NewestDay(owner) if teams else LatestReport(owner, state.owner_id(owner))


def _earlier(settings: Settings, state: RunState, period: Period | None, today: date) -> Iterator[Query]:
    if period is None:
        return
    generation = Generation(settings.api.value)
    wanted = period.shown if settings.until else period.shown.widened(LATENESS)
    wanted = wanted.widened(len(period.shown)) if settings.compare else wanted
    oldest = earlier_limits(generation, today).since
    # Days that were named are asked for however old they are; other days do not put them at risk.
    possible = wanted.clipped(min(oldest, period.shown.since) if settings.names_days else oldest, wanted.until)
    for scope in settings.scopes:
        if possible and (days := days_to_ask(scope, possible, state.stored, generation, possible)):
            yield EarlierDays(scope, generation, DateRange(days[0], days[-1]))


def days_plan(settings: Settings, state: RunState, period: Period | None, today: date) -> Plan:
    """Then: days of the range neither stored for good nor in the 28-day report; and what depends on the range."""
    if settings.api not in {Api.AUTO, Api.REPORTS} or period is None:
        return Plan()
    queries = _DayQueries(settings, state, period, today)
    refused = state.refused()
    owners = {owner: scopes for owner, scopes in by_owner(settings.scopes).items() if owner not in refused}
    return Plan(tuple(query for owner, scopes in owners.items() for query in queries.of_owner(owner, scopes)))


@dataclass(frozen=True, slots=True)
class _DayQueries:
    """The queries about a range, now that it is known."""

    settings: Settings
    state: RunState
    period: Period
    today: date

    def of_owner(self, owner: Scope, scopes: tuple[Scope, ...]) -> Iterator[Query]:
        """Days and bills of the owner itself, and days of its teams."""
        if owner in scopes:
            yield from self._owner_days(owner)
            months = dict.fromkeys(map(month_of, self.period.shown))
            yield from (CreditMonth(owner, month) for month in months)
            if self.settings.people is People.LOGINS:
                yield PeopleReport(owner, self.period.shown)
        if teams := tuple(scope for scope in scopes if scope.kind.is_team):
            yield from self._team_days(teams)

    def _owner_days(self, owner: Scope) -> Iterator[Query]:
        wanted = [*self.period.before, *self.period.shown] if self.settings.compare else [*self.period.shown]
        days = days_to_ask(owner, wanted, self.state.stored, Generation.REPORTS, self._limits(owner))
        owner_id = self.state.owner_id(owner)
        return (
            OwnerDay(owner, day, owner_id) for day in days if (owner, Generation.REPORTS, day) not in self.state.asked
        )

    def _team_days(self, teams: tuple[Scope, ...]) -> Iterator[Query]:
        limits, shown = self._limits(teams[0]), self.period.shown
        days = set(shown) if self.settings.people is People.LOGINS else set()
        for scope in teams:
            if scope.every_team:
                days |= self._days_of_every_team(scope)
            else:
                days.update(days_to_ask(scope, shown, self.state.stored, Generation.REPORTS, limits))
        if asked := tuple(sorted(day for day in days if day in limits)):
            before = lead_in(asked, limits) if self.settings.keeps_history else ()
            owner = teams[0].parent
            yield TeamDays(owner, teams, asked, before, (shown,), self.state.owner_id(owner))

    def _days_of_every_team(self, scope: Scope) -> set[date]:
        """Days of which not every team is stored for good, and days that have not settled for one of them."""
        stored = self.state.stored
        known = [found for found in stored.scopes() if scope.covers(found)]
        unsettled = {day for team in known for day in stored.unsettled(team, Generation.REPORTS)}
        return {day for day in self.period.shown if not stored.holds_every_team(scope.parent, day)} | unsettled

    def _limits(self, scope: Scope) -> DateRange:
        newest = self.state.newest_published([scope]) or self.today - REPORTED_AFTER
        return DateRange(first_day(scope, self.today), newest)


def probe_plan(state: RunState) -> Plan:
    """Last: where an owner answered nothing but 404, its 28-day report tells "no such days" from "no access"."""
    silent = {
        found.scope.parent
        for found in state.no_reports
        if found.word is not Word.SAID and found.scope.parent not in state.answered | set(state.refused())
    }
    return Plan(tuple(LatestReport(owner, state.owner_id(owner)) for owner in sorted(silent)))


def days_to_ask(
    scope: Scope, wanted: Iterable[date], stored: StoredDays, generation: Generation, limits: DateRange
) -> tuple[date, ...]:
    """Wanted days, and days stored unsettled, that are not stored for good and that GitHub can have; ascending."""
    days = set(wanted) | stored.unsettled(scope, generation)
    return tuple(sorted(day for day in days if day in limits and not stored.is_settled(scope, generation, day)))


def lead_in(days: Collection[date], limits: DateRange) -> tuple[date, ...]:
    """The days before `days` that their trailing counts look at and that are not among them; ascending."""
    before = {day - timedelta(days=n) for day in days for n in range(1, LEAD_IN + 1)}
    return tuple(sorted(day for day in before - set(days) if day in limits))


def by_owner(scopes: Sequence[Scope]) -> Mapping[Scope, tuple[Scope, ...]]:
    """The scopes of each owner, in the order given."""
    owners = dict.fromkeys(scope.parent for scope in scopes)
    return {owner: tuple(scope for scope in scopes if scope.parent == owner) for owner in owners}


def advice(settings: Settings, plan: Plan) -> str | None:
    """What would spare requests in every run, None if nothing would."""
    days = sum(isinstance(query, OwnerDay) for query in plan.queries)
    if settings.keeps_history or settings.demo or not settings.compare or not days:
        return None
    fetched = "1 day is fetched by itself" if days == 1 else f"{days} days are fetched one by one"
    return (
        f"{fetched}, and again in every run. With `snapshot-repository` this is done once; "
        "set `compare: false` to skip the previous period."
    )
