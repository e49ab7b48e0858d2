"""Which stored days a run may need."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from copilot_usage.domain import plan as plans
from copilot_usage.domain.dates import DateRange
from copilot_usage.settings.wishes import Api

if TYPE_CHECKING:
    from datetime import date

    from copilot_usage.domain.ledger import Ledger
    from copilot_usage.settings.wishes import Settings

# GitHub publishes within two days; a report that is late by a week more still falls into what is loaded.
LATENESS = 9


def ranges_to_load(settings: Settings, today: date) -> tuple[DateRange, ...]:
    """Stored days that this run may need: the range, the one before, and the same weeks a year earlier."""
    shown = settings.range_at(today)
    if shown is None:
        return ()
    needed = shown if settings.until else shown.widened(LATENESS)
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
