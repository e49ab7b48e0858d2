"""The usage days of a scope, in order, with what is missing known as missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot_usage.domain.snapshot import Generation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.usage import Amount, UsageDay

# The later generation says more and is counted better: it wins day by day.
_RANK = {Generation.REPORTS: 3, Generation.METRICS: 2, Generation.USAGE: 1}


@dataclass(frozen=True, slots=True)
class History:
    """Days by date, ascending; `newest` is the newest published day (None: nothing is published)."""

    scope: Scope
    days: Mapping[date, UsageDay]
    newest: date | None = None

    def within(self, days: DateRange) -> tuple[UsageDay, ...]:
        """The usage days of the range, ascending."""
        return tuple(usage for day, usage in self.days.items() if day in days)

    def gaps(self, days: DateRange) -> tuple[date, ...]:
        """Days of the range without data, up to the newest published one; later ones are not missing but to come."""
        return tuple(day for day in days if day not in self.days and self.newest is not None and day <= self.newest)

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


def merge(scope: Scope, usage_days: Iterable[UsageDay], newest: date | None = None) -> History:
    """One history of several generations: `reports` over `metrics` over `usage`, later words over earlier ones."""
    best: dict[date, UsageDay] = {}
    for usage in usage_days:
        held = best.get(usage.day)
        if held is None or _RANK[usage.generation] >= _RANK[held.generation]:
            best[usage.day] = usage
    days = dict(sorted(best.items()))
    last = max(days, default=None)
    newest = max((day for day in (newest, last) if day is not None), default=None)
    return History(scope, days, newest)
