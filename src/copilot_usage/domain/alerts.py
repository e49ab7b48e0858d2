"""The figures that a threshold can name, and what each is for a scope: now, and in the range before."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import partial

from copilot_usage.domain.change import Change, Compared, Comparison, NoChange
from copilot_usage.domain.figures import ACCEPTANCE, Figures
from copilot_usage.domain.metrics import METRICS
from copilot_usage.domain.numbers import rounded
from copilot_usage.domain.queries import Note
from copilot_usage.domain.report import Report, ScopeReport, listed, seats_before
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.domain.usage import Amount

PER_CENT = "%"
USD = "USD"


@dataclass(frozen=True, slots=True)
class FigureValue:
    """A figure as it was found, and over which days."""

    amount: Amount
    when: str


@dataclass(frozen=True, slots=True)
class AlertFigure:
    """A figure that can be watched; `change` None: there is no earlier one to compare it with.

    `of_usage`: it is not known of an owner whose usage this run could not read, whatever is stored of it.
    """

    meaning: str
    now: Callable[[ScopeReport], FigureValue | None]
    change: Callable[[ScopeReport], Compared] | None
    unit: str = ""
    of_usage: bool = True


def _of_range(
    meaning: str,
    read: Callable[[Figures], Amount | None],
    compare: Callable[[Comparison], Compared],
    unit: str = "",
    *,
    of_days_with_data: bool = True,
    of_usage: bool = True,
) -> AlertFigure:
    def now(scope: ScopeReport) -> FigureValue | None:
        amount, wanted = read(scope.now), len(scope.now.range)
        known = len(scope.now.days) if of_days_with_data else wanted
        return None if amount is None else FigureValue(amount, _days(known, wanted))

    return AlertFigure(meaning, now, partial(_against_before, compare), unit, of_usage)


def _against_before(compare: Callable[[Comparison], Compared], scope: ScopeReport) -> Compared:
    return None if scope.comparison is None else compare(scope.comparison)


# Figures of seats: attribute, and name in the CSV file behind `seats.` → name as a threshold, and meaning.
_SEATS: Mapping[str, tuple[str, str]] = {
    "total": ("seats", "seats, all of them"),
    "active": ("active-seats", "seats with activity in the last `idle-days` days"),
    "idle": ("idle-seats", "seats without activity in the last `idle-days` days, new ones left out"),
    "never_used": ("never-used-seats", "idle seats of which GitHub knows no activity"),
    "new": ("new-seats", "seats younger than `idle-days` days, without activity yet"),
    "added": ("added-seats", "seats younger than 28 days"),
    "pending_cancellation": ("ending-seats", "seats that will be cancelled"),
    "idle_cost": ("idle-cost", "price of the idle seats, USD a month"),
    "unpriced": ("unpriced-seats", "idle seats whose price is not known, and so not in `idle-cost`"),
}
# Those that depend on the seats' activity; not known while that stands still.
_OF_ACTIVITY = frozenset({"active", "idle", "never_used", "new", "unpriced"})


def _seat_figure(name: str, seats: SeatFigures) -> Amount | None:
    amount: Amount | None = getattr(seats, name)
    return None if seats.activity_stands_still and name in _OF_ACTIVITY else amount


SEAT_FIGURES: Mapping[str, Callable[[SeatFigures], Amount | None]] = {
    name: partial(_seat_figure, name) for name in _SEATS
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

    return AlertFigure(
        meaning, now, _change_of_seats if name == "total" else None, USD if name == "idle_cost" else "", of_usage=False
    )


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
        of_usage=False,
    ),
    "missing-days": _of_range(
        "days of the range without data, from the first day that GitHub can have to the newest published day",
        lambda figures: len(figures.missing),
        lambda ranges: Change(len(ranges.now.missing), len(ranges.before.missing)),
        of_days_with_data=False,
        of_usage=False,
    ),
}
# What a run did, of all its scopes together.
OF_THE_RUN: Mapping[str, tuple[str, Callable[[Report], Amount]]] = {
    "snapshots-written": ("days that this run wrote to the history", lambda report: report.days_written),
}

ALERT_FIGURES: Mapping[str, AlertFigure] = {
    **_NAMED,
    **{threshold: _of_seats(name, meaning) for name, (threshold, meaning) in _SEATS.items()},
    **{f"seats.{name}": _of_seats(name, meaning) for name, (_, meaning) in _SEATS.items()},
    **{
        metric.name: (_of_counts if metric.summable else _of_last_day)(metric.title, metric.name)
        for metric in METRICS.values()
    },
}


# What a line of `alert-when` can name, and what each means: for `--help` and the documentation.
FIGURES: Mapping[str, str] = {
    **{name: alert_figure.meaning for name, alert_figure in ALERT_FIGURES.items()},
    **{name: meaning for name, (meaning, _) in OF_THE_RUN.items()},
}
COMPARISONS: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "<": (operator.lt, "below"),
    "<=": (operator.le, "not above"),
    ">": (operator.gt, "above"),
    ">=": (operator.ge, "not below"),
    "==": (operator.eq, "exactly"),
    "!=": (operator.ne, "not"),
}
# Fifteen digits are what a float holds exactly, and more than anything here can reach.
_LINE = re.compile(
    r"(?P<figure>[A-Za-z0-9_.-]+)(?P<change>\s+change)?\s*(?P<comparison><=|>=|==|!=|<|>)\s*"
    r"(?P<number>[+-]?\d{1,15}(?:\.\d{1,6})?)\s*(?P<per_cent>%)?",
    re.ASCII | re.IGNORECASE,
)
# Scopes that a note names before it only counts them.
_NAMED_SCOPES = 5
_REFUSED = "this run could not read its usage"


@dataclass(frozen=True, slots=True)
class Threshold:
    """`<figure> <comparison> <number>`, or `<figure> change <comparison> <number>%`: against the range before."""

    figure: str
    comparison: str
    number: float
    of_change: bool = False

    def __str__(self) -> str:
        unit = PER_CENT if self.of_change else ""
        return f"{self.figure}{' change' * self.of_change} {self.comparison} {_plain(self.number)}{unit}"

    def crossed_by(self, amount: float) -> bool:
        """Whether a figure is one to warn about."""
        return COMPARISONS[self.comparison][0](amount, self.number)


@dataclass(frozen=True, slots=True)
class Alerts:
    """`hits`: a sentence for each threshold crossed; `unknown`: a note for each that could not be checked."""

    hits: tuple[str, ...] = ()
    unknown: tuple[Note, ...] = ()


def parse_threshold(line: str) -> Threshold:
    """Reads one line of `alert-when`; raises ValueError that says what is allowed."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError(
            f"`{line.strip()}` is not a threshold. Write `<figure> <comparison> <number>`, such as `idle-seats > 50`, "
            "or `<figure> change <comparison> <per cent>`, such as `active-users change < -20%`. "
            f"Comparisons are {' '.join(COMPARISONS)}; numbers are written 1000 or 12.5."
        )
    threshold = Threshold(
        match["figure"].lower(), match["comparison"], float(match["number"]), of_change=match["change"] is not None
    )
    problem = _unknown_figure(threshold) or _unfit(threshold, per_cent=match["per_cent"] is not None)
    if problem:
        raise ValueError(problem)
    return threshold


def _unknown_figure(threshold: Threshold) -> str | None:
    if threshold.figure in FIGURES:
        return None
    close = get_close_matches(threshold.figure, FIGURES, n=1)
    meant = f" Did you mean `{close[0]}`?" if close else ""
    named = ", ".join(f"`{name}`" for name in FIGURES if "-" in name or name in {"days", "seats"})
    return (
        f"`{threshold.figure}` is not a figure that can be watched.{meant} Figures are {named}, and the metric names "
        "of the CSV file, such as `code_acceptance_activity_count`; `copilot-usage report --help` lists them all."
    )


def _unfit(threshold: Threshold, *, per_cent: bool) -> str | None:
    alert_figure = ALERT_FIGURES.get(threshold.figure)
    if threshold.of_change and (alert_figure is None or alert_figure.change is None):
        return f"`{threshold}`: GitHub keeps no history of `{threshold.figure}`, so it has no change to watch."
    if threshold.of_change and not per_cent:
        return f"`{threshold.figure} change` is watched in per cent: write `{threshold}`."
    if per_cent and not threshold.of_change and (alert_figure is None or alert_figure.unit != PER_CENT):
        return (
            f"`{threshold.figure}` is no percentage: write `{threshold}` for the figure itself, or "
            f"`{threshold.figure} change {threshold.comparison} {_plain(threshold.number)}%` for its change."
        )
    return None


def evaluate(thresholds: Iterable[Threshold], report: Report) -> Alerts:
    """Checks every threshold for every scope of the report, and for the run itself.

    Where not one could be checked, the notes that say so are cautions.
    """
    unknown: dict[tuple[Threshold, str], list[Scope]] = {}
    wanted = tuple(dict.fromkeys(thresholds))
    hits, unchecked = [], True
    for threshold in (found for found in wanted if found.figure in OF_THE_RUN):
        unchecked, amount = False, float(OF_THE_RUN[threshold.figure][1](report))
        if threshold.crossed_by(amount):
            hits.append(f"This run: {threshold.figure} is {_plain(amount, ',')}, {_limit(threshold)}.")
    for scope in report.scopes:
        for threshold in (found for found in wanted if found.figure in ALERT_FIGURES):
            found = _change(threshold, scope) if threshold.of_change else _value(threshold, scope)
            if isinstance(found, str):
                unknown.setdefault((threshold, found), []).append(scope.scope)
                continue
            unchecked = False
            if threshold.crossed_by(found[0]):
                hits.append(f"{scope.scope.name}: {found[1]}, {_limit(threshold)}.")
    notes = (_unchecked(*asked, scopes, caution=unchecked) for asked, scopes in unknown.items())
    return Alerts(tuple(hits), tuple(notes))


def _value(threshold: Threshold, scope: ScopeReport) -> tuple[float, str] | str:
    """The figure and the words for it, or why it is not known."""
    alert_figure = ALERT_FIGURES[threshold.figure]
    value = alert_figure.now(scope)
    if scope.refused and alert_figure.of_usage:
        return _REFUSED
    if value is None:
        return "it is not known"
    amount = _rounded(value.amount, alert_figure.unit)
    return amount, f"{threshold.figure} is {_worded(amount, alert_figure.unit)} {value.when}"


def _change(threshold: Threshold, scope: ScopeReport) -> tuple[float, str] | str:
    alert_figure = ALERT_FIGURES[threshold.figure]
    value = alert_figure.now(scope)
    found = alert_figure.change(scope) if alert_figure.change else None
    if scope.refused and alert_figure.of_usage:
        return _REFUSED
    if value is None:
        return "it is not known"
    if found is None:
        return "what it was in the range before is not known"
    if isinstance(found, NoChange):
        return f"it cannot be compared with the range before: {found.why}"
    if found.relative is None:
        return "it was 0 in the range before, and from zero there is no per cent"
    amount = _rounded(found.relative, PER_CENT)
    was, now = (_worded(_rounded(figure, alert_figure.unit), alert_figure.unit) for figure in (found.before, found.now))
    when = "on a working day" if found.of_working_days else value.when
    return amount, f"{threshold.figure} changed by {amount:+,.1f} % (from {was} to {now} {when})"


def _limit(threshold: Threshold) -> str:
    alert_figure = ALERT_FIGURES.get(threshold.figure)
    unit = PER_CENT if threshold.of_change else alert_figure.unit if alert_figure else ""
    return f"{COMPARISONS[threshold.comparison][1]} the threshold of {_worded(threshold.number, unit)}"


def _unchecked(threshold: Threshold, why: str, scopes: list[Scope], *, caution: bool) -> Note:
    names = listed([scope.name for scope in scopes], _NAMED_SCOPES)
    text = f"The alert `{threshold}` could not be checked for {names}: {why}."
    return Note(text, scopes[0] if len(scopes) == 1 else None, caution or why == _REFUSED)


def _rounded(amount: Amount, unit: str) -> float:
    """As it is shown, so that a sentence never contradicts its own figure."""
    return float(rounded(amount, 1 if unit == PER_CENT else 2)) + 0.0  # never -0


def _worded(amount: float, unit: str) -> str:
    return f"{_plain(amount, ',')} {unit}".rstrip()


def _plain(number: float, group: str = "") -> str:
    return f"{number:{group}.0f}" if number == int(number) else f"{number:{group}}"
