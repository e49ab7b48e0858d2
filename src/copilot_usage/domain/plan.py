"""Which requests a run will make, decided before the first: what is wanted minus what is stored for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from copilot_usage.domain import dates
from copilot_usage.domain.scope import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Generation, Snapshot

# A monthly count of a day looks at the day and the 27 before it.
LEAD_IN = 27


@dataclass(frozen=True, slots=True)
class LatestReport:
    """The newest 28 days of an organization or enterprise, in one envelope (`…-28-day/latest`)."""

    owner: Scope


@dataclass(frozen=True, slots=True)
class NewestDay:
    """Only which day is the newest published one: the envelope of the users' 28-day report, its parts not read."""

    owner: Scope


@dataclass(frozen=True, slots=True)
class OwnerDay:
    """One day of an organization or enterprise (`…-1-day`)."""

    owner: Scope
    day: date


@dataclass(frozen=True, slots=True)
class TeamDays:
    """Days of an owner's teams, each joined with its own membership; `lead_in` days are read and not kept.

    One reading of an owner serves every team in `teams` (which may hold `*`). `ranges`: over each of these the distinct
    active people are counted, if every day of it that has a report was read.
    """

    owner: Scope
    teams: tuple[Scope, ...]
    days: tuple[date, ...]
    lead_in: tuple[date, ...]
    ranges: tuple[DateRange, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlierDays:
    """Days of a scope from a retired generation, which takes a range (`since`, `until`, pages)."""

    scope: Scope
    generation: Generation
    days: DateRange


@dataclass(frozen=True, slots=True)
class SeatList:
    """Every seat of an owner, page by page."""

    owner: Scope


@dataclass(frozen=True, slots=True)
class CreditMonth:
    """The AI-credit bill of an owner for one calendar month, `YYYY-MM`."""

    owner: Scope
    month: str


@dataclass(frozen=True, slots=True)
class PeopleReport:
    """The people of an organization or enterprise over a range; only asked for by `people: logins`."""

    owner: Scope
    days: DateRange


Ask = LatestReport | NewestDay | OwnerDay | TeamDays | EarlierDays | SeatList | CreditMonth | PeopleReport


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, in this order."""

    asks: tuple[Ask, ...] = ()

    @property
    def envelopes(self) -> int:
        """Requests to the API host, not counting pages beyond the first; parts of reports come from another host."""
        return sum(_cost(ask) for ask in self.asks)

    @property
    def owner_days(self) -> int:
        """Days of owners that will be kept; the 28-day report counts as its 28."""
        return sum(_days(ask) for ask in self.asks)

    def describe(self) -> Iterable[str]:
        """A line an ask, for the debug log."""
        return (_describe(ask) for ask in self.asks)


def _cost(ask: Ask) -> int:
    return 2 * len(ask.days + ask.lead_in) if isinstance(ask, TeamDays) else 1


def _days(ask: Ask) -> int:
    match ask:
        case LatestReport():
            return 28
        case OwnerDay():
            return 1
        case TeamDays() | EarlierDays():
            return len(ask.days)
        case _:
            return 0


def _describe(ask: Ask) -> str:
    match ask:
        case LatestReport():
            what = "the newest 28 days"
        case NewestDay():
            what = "which day is the newest"
        case OwnerDay(_, day):
            what = f"{day}"
        case TeamDays(_, teams, days, before):
            names = ", ".join(team.team or "" for team in teams)
            what = f"{len(days)} days of its teams {names}, and {len(before)} before them"
        case EarlierDays(_, generation, days):
            what = f"{generation} {days.since} to {days.until}"
        case SeatList():
            what = "seats"
        case CreditMonth(_, month):
            what = f"AI credits of {month}"
        case PeopleReport(_, days):
            what = f"people, {days.since} to {days.until}"
    return f"{(ask.scope if isinstance(ask, EarlierDays) else ask.owner).name}: {what}"


class Stored:
    """Which days of which scope are stored, and whether for good; the documents are elsewhere."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self._settled: dict[tuple[Scope, Generation], dict[date, bool]] = {}
        for snapshot in snapshots:
            self.add(snapshot)

    def add(self, snapshot: Snapshot) -> None:
        """Remembers that this day is stored."""
        self._settled.setdefault((snapshot.scope, snapshot.generation), {})[snapshot.day] = snapshot.settled

    def has(self, scope: Scope, generation: Generation, day: date) -> bool:
        return day in self._settled.get((scope, generation), {})

    def is_settled(self, scope: Scope, generation: Generation, day: date) -> bool:
        """Whether nothing new can come of asking for it again."""
        return self._settled.get((scope, generation), {}).get(day, False)

    def unsettled(self, scope: Scope, generation: Generation) -> frozenset[date]:
        """Days that are stored but were fetched while GitHub could still restate them, however long ago."""
        held = self._settled.get((scope, generation), {})
        return frozenset(day for day, settled in held.items() if not settled)

    def scopes(self) -> frozenset[Scope]:
        return frozenset(scope for scope, _ in self._settled)


def needs_latest(days: DateRange | None, today: date) -> bool:
    """Whether the newest published day matters: the range is counted from it, or reaches into the last month."""
    return days is None or days.until >= today - timedelta(days=29)


def first_day(owner: Scope, today: date) -> date:
    """The oldest day of which GitHub can still have a report: a year back, and not before the reports began."""
    enterprise = owner.kind.owner_kind is ScopeKind.ENTERPRISE
    began = dates.FIRST_ENTERPRISE_DAY if enterprise else dates.FIRST_ORGANIZATION_DAY
    if owner.kind.is_team:
        began = dates.FIRST_TEAM_DAY
    return max(began, today - dates.LOOK_BACK)


def days_to_ask(
    scope: Scope, wanted: Iterable[date], stored: Stored, generation: Generation, limits: DateRange
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
