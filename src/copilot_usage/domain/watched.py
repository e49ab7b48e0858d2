"""The figures that a threshold can name, and what each is for a scope: now, and in the range before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from copilot_usage.domain.change import Change
from copilot_usage.domain.figures import ACCEPTANCE
from copilot_usage.domain.metric import METRICS
from copilot_usage.domain.report import seats_before

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from copilot_usage.domain.change import Compared, Comparison
    from copilot_usage.domain.figures import Figures
    from copilot_usage.domain.report import Report, ScopeReport
    from copilot_usage.domain.seats import SeatFigures
    from copilot_usage.domain.usage import Amount

PER_CENT = "%"
USD = "USD"


@dataclass(frozen=True, slots=True)
class FigureValue:
    """A figure as it was found, and in words over which days."""

    amount: Amount
    when: str


@dataclass(frozen=True, slots=True)
class AlertFigure:
    """A figure that can be watched; `change` None: there is no earlier one to compare it with."""

    meaning: str
    now: Callable[[ScopeReport], FigureValue | None]
    change: Callable[[ScopeReport], Compared] | None
    unit: str = ""


def _of_range(
    meaning: str,
    read: Callable[[Figures], Amount | None],
    compare: Callable[[Comparison], Compared],
    unit: str = "",
    *,
    of_days_with_data: bool = True,
) -> AlertFigure:
    def now(scope: ScopeReport) -> FigureValue | None:
        amount, wanted = read(scope.now), len(scope.now.range)
        known = len(scope.now.days) if of_days_with_data else wanted
        return None if amount is None else FigureValue(amount, _days(known, wanted))

    return AlertFigure(meaning, now, partial(_against_before, compare), unit)


def _against_before(compare: Callable[[Comparison], Compared], scope: ScopeReport) -> Compared:
    return None if scope.comparison is None else compare(scope.comparison)


def _if_it_moves(read: Callable[[SeatFigures], Amount | None]) -> Callable[[SeatFigures], Amount | None]:
    """A figure made of the seats' activity; not known while that stands still."""
    return lambda seats: None if seats.activity_stands_still else read(seats)


# What is told of seats, by its name in the CSV file behind `seats.`.
SEAT_FIGURES: Mapping[str, Callable[[SeatFigures], Amount | None]] = {
    "total": lambda seats: seats.total,
    "active": _if_it_moves(lambda seats: seats.active),
    "idle": _if_it_moves(lambda seats: seats.idle),
    "never_used": _if_it_moves(lambda seats: seats.never_used),
    "new": _if_it_moves(lambda seats: seats.new),
    "added": lambda seats: seats.added,
    "pending_cancellation": lambda seats: seats.pending_cancellation,
    "idle_cost": lambda seats: seats.idle_cost,
    "unpriced": _if_it_moves(lambda seats: seats.unpriced),
}


def _of_seats(name: str, meaning: str) -> AlertFigure:
    read = SEAT_FIGURES[name]

    def now(scope: ScopeReport) -> FigureValue | None:
        amount = None if scope.seats is None else read(scope.seats)
        if scope.seats is None or amount is None:
            return None
        unknown = scope.seats.unpriced if name == "idle_cost" else 0
        rest = f", without those {unknown:,} whose price is not known" if unknown else ""
        return FigureValue(amount, _on(scope.seats.day) + rest)

    return AlertFigure(meaning, now, _change_of_seats if name == "total" else None, USD if name == "idle_cost" else "")


def _change_of_seats(scope: ScopeReport) -> Compared:
    kept = seats_before(scope, scope.now.range.before())
    return None if kept is None or scope.seats is None else Change(scope.seats.total, kept.total)


def _of_counts(meaning: str, name: str) -> AlertFigure:
    def now(scope: ScopeReport) -> FigureValue | None:
        total = scope.now.totals.get(name)
        return None if total is None else FigureValue(total.amount, _days(total.days, len(scope.now.range)))

    return AlertFigure(f"{meaning} (sum)", now, partial(_against_before, lambda ranges: ranges.total(name)))


def _of_last_day(meaning: str, name: str) -> AlertFigure:
    def now(scope: ScopeReport) -> FigureValue | None:
        last = max(scope.now.days, default=None)
        amount = None if last is None else scope.history.amount(last, name)
        return None if last is None or amount is None else FigureValue(amount, _on(last))

    def change(scope: ScopeReport) -> Compared:
        last = max(scope.now.days, default=None)
        return None if last is None or scope.comparison is None else scope.comparison.on_last_day(name, last)

    return AlertFigure(f"{meaning} (last day)", now, change)


def _days(known: int, wanted: int) -> str:
    counted = "1 day" if wanted == 1 else f"{wanted} days"
    return f"in {counted}" if known == wanted else f"on {known} of {counted}"


def _on(day: date) -> str:
    return f"on {day.day} {day:%b %Y}"


_NAMED: Mapping[str, AlertFigure] = {
    "active-users": _of_range(
        "distinct active people of the range, where that is known (ranges of 1, 7 and 28 days; teams)",
        lambda figures: figures.active_people,
        lambda ranges: ranges.active_people(),
        of_days_with_data=False,
    ),
    "mean-daily-active-users": _of_range(
        "active people a day, the mean over all days",
        lambda figures: figures.mean_daily_active,
        lambda ranges: ranges.mean("daily_active_users"),
    ),
    "mean-working-day-active-users": _of_range(
        "active people a day, the mean over Monday to Friday",
        lambda figures: figures.mean_daily_active_working,
        lambda ranges: ranges.working_day_mean("daily_active_users"),
    ),
    "acceptance-rate": _of_range(
        "completions accepted of those shown, in per cent",
        lambda figures: figures.acceptance_rate,
        lambda ranges: ranges.rate(ACCEPTANCE),
        PER_CENT,
    ),
    "days": _of_range(
        "days of the range with data",
        lambda figures: len(figures.days),
        lambda ranges: Change(len(ranges.now.days), len(ranges.before.days)),
        of_days_with_data=False,
    ),
    "missing-days": _of_range(
        "days of the range without data, up to the newest published day",
        lambda figures: len(figures.missing),
        lambda ranges: Change(len(ranges.now.missing), len(ranges.before.missing)),
        of_days_with_data=False,
    ),
}
# Figures of seats: as thresholds call them → as the CSV file does, and what they mean.
_SEATS: Mapping[str, tuple[str, str]] = {
    "seats": ("total", "seats, all of them"),
    "active-seats": ("active", "seats with activity in the last `idle-days` days"),
    "idle-seats": ("idle", "seats without activity in the last `idle-days` days, new ones left out"),
    "never-used-seats": ("never_used", "idle seats of which GitHub knows no activity"),
    "new-seats": ("new", "seats younger than `idle-days` days, without activity yet"),
    "added-seats": ("added", "seats younger than 28 days"),
    "ending-seats": ("pending_cancellation", "seats that will be cancelled"),
    "idle-cost": ("idle_cost", "price of the idle seats, USD a month"),
    "unpriced-seats": ("unpriced", "idle seats whose price is not known, and so not in `idle-cost`"),
}

# What a run did, of all its scopes together.
OF_THE_RUN: Mapping[str, tuple[str, Callable[[Report], Amount]]] = {
    "snapshots-written": ("days that this run wrote to the history", lambda report: report.days_written),
}

WATCHED: Mapping[str, AlertFigure] = {
    **_NAMED,
    **{threshold: _of_seats(*named) for threshold, named in _SEATS.items()},
    **{f"seats.{named[0]}": _of_seats(*named) for named in _SEATS.values()},
    **{
        metric.name: (_of_counts if metric.summable else _of_last_day)(metric.title, metric.name)
        for metric in METRICS.values()
    },
}
