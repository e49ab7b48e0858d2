"""Which requests a run will make, decided before the first: what is wanted minus what is stored for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from copilot_usage.domain import asks, dates
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.domain.snapshot import Generation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from copilot_usage.domain.asks import Query
    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot

_EARLIER_LOOK_BACK: Mapping[Generation, int] = {Generation.METRICS: 100, Generation.USAGE: 28}
# The first day that GitHub's reports of such a scope have.
BEGAN: Mapping[ScopeKind, date] = {
    ScopeKind.ENTERPRISE: date(2025, 10, 10),
    ScopeKind.ORGANIZATION: date(2025, 12, 12),
    ScopeKind.TEAM: date(2026, 5, 14),
    ScopeKind.ENTERPRISE_TEAM: date(2026, 5, 14),
}
# A monthly count of a day looks at the day and the 27 before it.
LEAD_IN = 27


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, in this order."""

    asks: tuple[Query, ...] = ()

    @property
    def envelopes(self) -> int:
        """Requests to the API host, not counting pages beyond the first; parts of reports come from another host."""
        return sum(asks.cost(ask) for ask in self.asks)

    @property
    def owner_days(self) -> int:
        """Days of owners that will be kept; the 28-day report counts as its 28."""
        return sum(asks.owner_days(ask) for ask in self.asks)

    def describe(self) -> Iterable[str]:
        """A line an ask, for the debug log."""
        return (asks.describe(ask) for ask in self.asks)


class StoredDays:
    """Which days of which scope are stored, and whether for good; the documents are elsewhere."""

    def __init__(self, snapshots: Iterable[Snapshot] = ()) -> None:
        self._settled: dict[tuple[Scope, Generation], dict[date, bool]] = {}
        self._teams: dict[tuple[Scope, date], tuple[str, ...]] = {}
        for snapshot in snapshots:
            self.add(snapshot)

    def add(self, snapshot: Snapshot) -> None:
        """Remembers that this day is stored."""
        self._settled.setdefault((snapshot.scope, snapshot.generation), {})[snapshot.day] = snapshot.settled
        if snapshot.generation is Generation.TEAMS:
            teams = (snapshot.document or {}).get("teams", [])
            self._teams[snapshot.scope, snapshot.day] = tuple(map(str, teams)) if isinstance(teams, list) else ()

    def has(self, scope: Scope, generation: Generation, day: date) -> bool:
        return day in self._settled.get((scope, generation), {})

    def is_settled(self, scope: Scope, generation: Generation, day: date) -> bool:
        """Whether nothing new can come of asking for it again."""
        return self._settled.get((scope, generation), {}).get(day, False)

    def holds_every_team(self, owner: Scope, day: date) -> bool:
        """Whether every team that GitHub named on the day is stored for good.

        Only the day's line in generation `teams` says which they were: stored teams may be some of them.
        """
        named = (owner.of_team(slug) for slug in self._teams.get((owner, day), ()))
        return self.is_settled(owner, Generation.TEAMS, day) and all(
            self.is_settled(team, Generation.REPORTS, day) for team in named
        )

    def unsettled(self, scope: Scope, generation: Generation) -> frozenset[date]:
        """Days that are stored but were fetched while GitHub could still restate them, however long ago."""
        held = self._settled.get((scope, generation), {})
        return frozenset(day for day, settled in held.items() if not settled)

    def any_within(self, scope: Scope, days: DateRange) -> bool:
        """Whether a day of the range is stored for the scope; for `*`, for any of its teams."""
        held = (found for (known, _), found in self._settled.items() if scope.covers(known))
        return any(day in days for found in held for day in found)

    def scopes(self) -> frozenset[Scope]:
        return frozenset(scope for scope, _ in self._settled)


def needs_latest(days: DateRange | None, today: date) -> bool:
    """Whether the newest published day matters: the range is counted from it, or reaches into the last month."""
    return days is None or days.until >= today - timedelta(days=29)


def first_day(owner: Scope, today: date) -> date:
    """The oldest day of which GitHub can still have a report: a year back, and not before the reports began."""
    return max(BEGAN[owner.kind.owner_kind], dates.a_year_before(today))


def earlier_limits(generation: Generation, today: date) -> DateRange:
    """The days that a retired generation answered for (docs of its last version)."""
    return dates.DateRange(today - timedelta(days=_EARLIER_LOOK_BACK[generation]), today)


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
