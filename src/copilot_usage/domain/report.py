"""Everything a run found out, ready to be shown: what the page, the files and the outputs are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.figures import Figures
    from copilot_usage.domain.history import History
    from copilot_usage.domain.outcome import CreditBill, PersonActivity
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.seats import SeatFigures


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the foot of the page. `scope` None: about the run as a whole."""

    text: str
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class SeatDay:
    """Seats on a day that was kept, and those with activity in its last 30 days; GitHub has no history of them."""

    day: date
    total: int
    active_30: int | None = None


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """One scope: its range, the range before, the same weeks a year before; its seats and bills."""

    scope: Scope
    history: History
    now: Figures
    before: Figures | None = None
    year_before: Figures | None = None
    seats: SeatFigures | None = None
    seat_days: tuple[SeatDay, ...] = ()
    seat_people: Mapping[str, tuple[str, ...]] | None = None
    bills: tuple[CreditBill, ...] = ()
    engaged_people: Mapping[str, int] | None = None
    people: tuple[PersonActivity, ...] | None = None
    members: int | None = None


def seats_before(scope: ScopeReport, earlier: DateRange) -> SeatDay | None:
    """The seats as long ago as `earlier` lies before the range, from what was kept then or in the week before that."""
    if scope.seats is None:
        return None
    wanted = scope.seats.day - (scope.now.range.since - earlier.since)
    kept = [seats for seats in scope.seat_days if timedelta() <= wanted - seats.day < timedelta(days=7)]
    return max(kept, key=lambda seats: seats.day, default=None)


@dataclass(frozen=True, slots=True)
class Report:
    """A run. `newest`: the newest published day; `kept_at`: the repository or folder with the snapshots.

    `commit`, `days_written`: what this run added to them.
    """

    range: DateRange
    scopes: tuple[ScopeReport, ...]
    notes: tuple[Note, ...] = ()
    alerts: tuple[str, ...] = ()
    newest: date | None = None
    kept_at: str | None = None
    commit: str | None = None
    days_written: int = 0
    demo: bool = False
