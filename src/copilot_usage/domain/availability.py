"""What GitHub can have: the first days of its reports, how far back it answers, and how late it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from copilot_usage.domain.dates import DateRange, a_year_before
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation

# The first day that GitHub's reports of such a scope have (changelog, and the docs of the endpoints).
BEGAN: Mapping[ScopeKind, date] = {
    ScopeKind.ENTERPRISE: date(2025, 10, 10),
    ScopeKind.ORGANIZATION: date(2025, 12, 12),
    ScopeKind.TEAM: date(2026, 5, 14),
    ScopeKind.ENTERPRISE_TEAM: date(2026, 5, 14),
}
# GitHub publishes a day within two full UTC days (docs: "Copilot usage metrics", freshness): on the third day after it,
# every day is published.
PUBLISHED_AFTER = timedelta(days=3)
# Most days are published earlier (observed); this is where a range ends if GitHub does not say its newest day.
USUALLY_PUBLISHED_AFTER = timedelta(days=2)
# There is no report of a day before it has ended.
REPORTED_AFTER = timedelta(days=1)
# GitHub restates a day until three days have passed (docs: "Reconciling Copilot usage metrics"), which is counted from
# its publication; one more day of grace.
SETTLED_AFTER = timedelta(days=5)
# Days by which a range can end earlier than today: a report that is a week late still falls into what is loaded.
LATENESS = PUBLISHED_AFTER.days - 1 + 7
# The 28-day reports (docs: `…-28-day/latest`), and the monthly counts of a day, which look at the days before it.
LATEST_DAYS = 28
LEAD_IN = LATEST_DAYS - 1
# Days that the retired generations answered for (docs of their last version).
_EARLIER_LOOK_BACK: Mapping[Generation, int] = {Generation.METRICS: 100, Generation.USAGE: 28}
# GitHub forgets the activity of a seat after 90 days, and shows it up to a day late (docs: "Copilot user
# management"). From three days on without that of any seat, while people are active, it stands still (June 2025).
SEAT_ACTIVITY_KEPT = timedelta(days=90)
SEAT_STANDSTILL = timedelta(days=3)


def is_settled(day: date, today: date) -> bool:
    """Whether GitHub is done with restating `day`, seen from `today`."""
    return today - day >= SETTLED_AFTER


def needs_latest(days: DateRange | None, today: date) -> bool:
    """Whether the newest published day matters: the range is counted from it, or reaches into the 28-day report."""
    return days is None or days.until > today - USUALLY_PUBLISHED_AFTER - timedelta(days=LATEST_DAYS)


def first_day(owner: Scope, today: date) -> date:
    """The oldest day of which GitHub can still have a report: a year back, and not before the reports began."""
    return max(BEGAN[owner.kind.owner_kind], a_year_before(today))


def earlier_limits(generation: Generation, today: date) -> DateRange:
    """The days that a retired generation answered for."""
    return DateRange(today - timedelta(days=_EARLIER_LOOK_BACK[generation]), today)
