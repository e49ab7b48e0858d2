"""Tidy CSV: a line a figure, day by day, as docs/files.md describes it; written as it goes, never held as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date

from copilot_usage.domain.alerts import SEAT_FIGURES
from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.domain.usage import Activity, Amount, UsageDay

COLUMNS = ("scope", "name", "day", "dimension", "value", "metric", "amount")
TOTAL = "total"

# A cell that begins so, blanks aside, is a formula to a spreadsheet (OWASP: "CSV Injection"; the wide forms are taken
# for the narrow ones in East Asian settings). The quote itself is among them: taking one away always restores.
_FORMULA_STARTS = tuple("=+-@\t\r\n'＝＋－＠")
_NEEDS_QUOTES = frozenset(',"\r\n')
_DIMENSIONS: Mapping[str, int] = {dimension: rank for rank, dimension in enumerate(Dimension)}


def render_csv(report: Report) -> Iterator[str]:
    """The file in pieces of a day of a scope: the header, then scopes as the report has them, days ascending."""
    cells = _Cells()
    yield ",".join(COLUMNS) + "\n"
    for scope in report.scopes:
        start = f"{cells[scope.scope.kind]},{cells[scope.scope.name]},"
        usage_days = {usage.day: usage for usage in scope.history.within(scope.now.range)}
        seat_days = seat_activities(scope)
        for day in sorted({*usage_days, *seat_days}):
            yield _of_day(f"{start}{day},", usage_days.get(day), seat_days.get(day, {}), cells)


def _of_day(start: str, usage: UsageDay | None, seats: Activity, cells: _Cells) -> str:
    totals = {**(usage.totals if usage else {}), **seats}
    lines = list(_lines(f"{start}{TOTAL},,", totals, cells))
    breakdowns = usage.breakdowns.items() if usage else ()
    for dimension, rows in sorted(breakdowns, key=lambda item: _order(item[0])):
        for value, activity in sorted(rows.items()):
            lines += _lines(f"{start}{cells[dimension]},{cells[value]},", activity, cells)
    return "".join(lines)


def _order(dimension: str) -> tuple[int, str]:
    """Known dimensions as the domain lists them, unknown ones behind them by name."""
    return _DIMENSIONS.get(dimension, len(_DIMENSIONS)), dimension


def _lines(start: str, activity: Activity, cells: _Cells) -> Iterator[str]:
    for metric in sorted(activity):
        amount = activity[metric]
        if type(amount) is int:
            yield f"{start}{cells[metric]},{amount}\n"
        elif math.isfinite(amount):
            yield f"{start}{cells[metric]},{int(amount) if amount == int(amount) else amount!r}\n"


class _Cells(dict[str, str]):
    """Texts as they stand in a cell, each worked out once: names, languages and metrics come again a million times."""

    def __missing__(self, text: str) -> str:
        # What no CSV reader takes: NUL, and halves of surrogate pairs, which have no UTF-8.
        safe = text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if safe.startswith(_FORMULA_STARTS) or safe.lstrip().startswith(_FORMULA_STARTS):
            safe = f"'{safe}"
        if not _NEEDS_QUOTES.isdisjoint(safe) or safe != safe.strip():
            safe = '"' + safe.replace('"', '""') + '"'
        self[text] = safe
        return safe


def seat_activities(scope: ScopeReport) -> Mapping[date, Activity]:
    """Seats as figures of days: what was kept of the days in the range, and what was read in this run."""
    days: dict[date, dict[str, Amount | None]] = {
        kept.day: {"seats.total": kept.total, "seats.active_30": kept.active_30}
        for kept in scope.seat_days
        if kept.day in scope.now.range
    }
    if scope.seats is not None:
        read_now = {f"seats.{name}": read(scope.seats) for name, read in SEAT_FIGURES.items()}
        days.setdefault(scope.seats.day, {}).update(read_now)
    return {
        day: {name: amount for name, amount in activity.items() if amount is not None} for day, activity in days.items()
    }
