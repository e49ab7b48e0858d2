"""Everything a run found out, ready to be shown: what the page, the files and the outputs are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from copilot_usage.domain.change import Comparison
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.figures import Figures
from copilot_usage.domain.history import History
from copilot_usage.domain.queries import CreditBill, Note, PersonActivity
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import SeatFigures


def sentences(notes: Iterable[Note], shown: Collection[Scope]) -> Iterator[str]:
    """Each text once, with the names of the scopes that it is about, unless these are all that is shown."""
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for note in notes:
        named[note.text].update({} if note.scope is None else {note.scope.name: None})
    everything = {scope.name for scope in shown}
    for text, names in named.items():
        about = listed([f"`{name}`" for name in names])
        yield text if not names or names.keys() == everything else f"{about}: {text}"


def listed(names: Sequence[str], most: int = 6) -> str:
    """`a, b and 3 more`."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


class Absence(StrEnum):
    """Why a published day is missing."""

    NO_REPORT = "no report"  # GitHub said so
    UNREAD = "could not be read"  # a fault
    NOT_ASKED = "not asked"  # the run ended before
    MISSING = "missing"  # not stored, and older than what GitHub gives, or nothing was to be asked


@dataclass(frozen=True, slots=True)
class SeatDay:
    """Seats on a day that was kept, and those with activity in its last 30 days; GitHub has no history of them."""

    day: date
    total: int
    active_30: int | None = None


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """One scope: its range, the range before, the same weeks a year before; its seats and bills.

    `refused`: this run could not read its usage; what is shown of it was stored before, if there is anything.
    """

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
    refused: bool = False

    @property
    def as_of(self) -> date | None:
        """The last day known, where it is not the last of the range because nothing newer could be had."""
        known = self.now.days
        return known[-1] if known and (self.refused or self.now.unpublished) else None

    absent: Mapping[Absence, tuple[date, ...]] = field(default_factory=dict)

    @property
    def lost(self) -> tuple[date, ...]:
        """Days that a fault took from the range."""
        return tuple(sorted(day for kind in (Absence.UNREAD, Absence.NOT_ASKED) for day in self.absent.get(kind, ())))

    def against(self, earlier: Figures | None) -> Comparison | None:
        """This range against an earlier one, where there is one."""
        return None if earlier is None else Comparison(self.history, self.now, earlier)

    @property
    def comparison(self) -> Comparison | None:
        """This range against the one before."""
        return self.against(self.before)


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

    @property
    def missing_days(self) -> frozenset[date]:
        """Days that any owner lacks; of an owner's teams one is enough, since GitHub leaves small ones out."""
        owners: dict[Scope, tuple[set[date], set[date]]] = defaultdict(lambda: (set(), set()))
        for each in self.scopes:
            missing, known = owners[each.scope.parent]
            missing.update(each.now.missing)
            known.update(each.now.days)
        return frozenset().union(*(missing - known for missing, known in owners.values()))

    @property
    def cautions(self) -> tuple[str, ...]:
        """What the reader must know before any figure; code is in backticks."""
        return tuple(sentences((note for note in self.notes if note.caution), [each.scope for each in self.scopes]))
