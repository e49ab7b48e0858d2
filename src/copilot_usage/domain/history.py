"""The usage days of a scope, in order, with what is missing known as missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Amount, CompactBreakdowns, UsageDay, agent_titles

# The later generation says more and is counted better: it wins day by day.
_RANK = {Generation.REPORTS: 3, Generation.METRICS: 2, Generation.USAGE: 1}


@dataclass(frozen=True, slots=True)
class History:
    """Days by date, ascending; `newest` is the newest published day (None: nothing is published).

    `oldest`: the first day that there can be; None: not known.
    """

    scope: Scope
    days: Mapping[date, UsageDay]
    newest: date | None = None
    oldest: date | None = None

    def within(self, days: DateRange) -> tuple[UsageDay, ...]:
        """The usage days of the range, ascending."""
        return tuple(usage for day, usage in self.days.items() if day in days)

    def of_newest_generation(self, days: DateRange) -> tuple[UsageDay, ...]:
        """Those of one generation, the last that reported a day of the range: two never mean quite the same."""
        found = self.within(days)
        newest = max((usage.generation for usage in found), key=_RANK.__getitem__, default=None)
        return tuple(usage for usage in found if usage.generation is newest)

    def gaps(self, days: DateRange) -> tuple[date, ...]:
        """Days without data between the first one there can be and the newest published one; later ones are to come."""
        there = None if self.newest is None else days.clipped(self.oldest or days.since, self.newest)
        return tuple(day for day in there or () if day not in self.days)

    def unpublished(self, days: DateRange) -> tuple[date, ...]:
        """Days of the range that GitHub has not published yet."""
        return tuple(day for day in days if day not in self.days and (self.newest is None or day > self.newest))

    def amount(self, day: date, metric: str) -> Amount | None:
        """A figure of a day, None if the day or the figure is not known."""
        usage = self.days.get(day)
        return None if usage is None else usage.amount(metric)

    def series(self, days: DateRange, metric: str) -> tuple[Amount | None, ...]:
        """A figure for every day of the range; None where it is not known."""
        return tuple(self.amount(day, metric) for day in days)


def merge(
    scope: Scope, usage_days: Iterable[UsageDay], newest: date | None = None, oldest: date | None = None
) -> History:
    """One history of several generations: `reports` over `metrics` over `usage`, a later reading over an earlier one.

    `oldest`: the first day that can have been reported; an older one with data comes before it.
    """
    best: dict[date, UsageDay] = {}
    for usage in usage_days:
        known = best.get(usage.day)
        if known is None or _RANK[usage.generation] >= _RANK[known.generation]:
            best[usage.day] = usage
    days = _with_one_name_an_agent(dict(sorted(best.items())))
    last = max(days, default=None)
    newest = max((day for day in (newest, last) if day is not None), default=None)
    return History(scope, days, newest, None if oldest is None else min((oldest, *days)))


def _with_one_name_an_agent(days: Mapping[date, UsageDay]) -> Mapping[date, UsageDay]:
    """A third-party agent that was renamed is one row over all days, under its newest name."""
    names: dict[str, str] = {}
    for usage in days.values():
        names |= {agent: name for agent, name in usage.agents.items() if name != agent or agent not in names}
    if not names:
        return days
    titles = agent_titles(names)
    return {day: _renamed(usage, titles) for day, usage in days.items()}


def _renamed(usage: UsageDay, titles: Mapping[str, str]) -> UsageDay:
    new_names = {old: titles[agent] for agent, old in agent_titles(usage.agents).items()}
    if all(old == new for old, new in new_names.items()):
        return usage
    breakdowns = dict(usage.breakdowns.items())
    rows = breakdowns.get(Dimension.THIRD_PARTY_AGENT, {})
    if rows.keys() - new_names.keys() & set(new_names.values()):
        return usage  # a row without an id has that name already
    breakdowns[Dimension.THIRD_PARTY_AGENT] = {new_names.get(name, name): row for name, row in rows.items()}
    return replace(usage, breakdowns=CompactBreakdowns(breakdowns))
