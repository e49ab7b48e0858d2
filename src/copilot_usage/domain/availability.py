"""What GitHub can have: the first days of its reports, how far back it answers, and how late it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from copilot_usage.domain import dates
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation

# The first day that GitHub's reports of such a scope have.
BEGAN: Mapping[ScopeKind, date] = {
    ScopeKind.ENTERPRISE: date(2025, 10, 10),
    ScopeKind.ORGANIZATION: date(2025, 12, 12),
    ScopeKind.TEAM: date(2026, 5, 14),
    ScopeKind.ENTERPRISE_TEAM: date(2026, 5, 14),
}
_EARLIER_LOOK_BACK: Mapping[Generation, int] = {Generation.METRICS: 100, Generation.USAGE: 28}
# A monthly count of a day looks at the day and the 27 before it.
LEAD_IN = 27


def needs_latest(days: DateRange | None, today: date) -> bool:
    """Whether the newest published day matters: the range is counted from it, or reaches into the last month."""
    return days is None or days.until >= today - timedelta(days=29)


def first_day(owner: Scope, today: date) -> date:
    """The oldest day of which GitHub can still have a report: a year back, and not before the reports began."""
    return max(BEGAN[owner.kind.owner_kind], dates.a_year_before(today))


def earlier_limits(generation: Generation, today: date) -> DateRange:
    """The days that a retired generation answered for (docs of its last version)."""
    return dates.DateRange(today - timedelta(days=_EARLIER_LOOK_BACK[generation]), today)
