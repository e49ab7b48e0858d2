"""Which stored days a run may need."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from copilot_usage.domain import plan as plans
from copilot_usage.domain.dates import DateRange, end_of_month
from copilot_usage.settings.wishes import Api

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from copilot_usage.domain.ledger import RunState
    from copilot_usage.domain.scope import Scope
    from copilot_usage.settings.wishes import Settings

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


def has_some(settings: Settings, ledger: RunState) -> bool:
    """Whether a day of the range has been loaded."""
    held = ledger.held(settings.scopes)
    shown = settings.range_at(held.until) if held else None
    return shown is not None and any(ledger.stored.any_within(scope, shown) for scope in settings.scopes)


def everything(months: Collection[str]) -> DateRange:
    """All days of these months and of those between."""
    return DateRange(date.fromisoformat(f"{min(months)}-01"), end_of_month(max(months)))


def range_of_the_pause(settings: Settings, ledger: RunState, loaded: DateRange, today: date) -> DateRange | None:
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
