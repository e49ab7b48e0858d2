"""Active people over time: a chart, and the numbers behind it.

A range becomes points: days up to eight weeks, then weeks, beyond a year months.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from copilot_usage.domain.dates import DateRange, month_of
from copilot_usage.domain.figures import working_day_mean
from copilot_usage.domain.history import History
from copilot_usage.domain.numbers import rounded
from copilot_usage.domain.report import ScopeReport, listed
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Amount
from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.view import Chart, Section, Table, columns

_MOST_DAYS = 56
_MOST_WEEKS = 366
_LABELS = 14


@dataclass(frozen=True, slots=True)
class Point:
    """A day, week or month of a history. People are GitHub's own counts of its last day that has them, never sums.

    `partly`: `(5 of 7 days)` for a week or month of which not every day is in the range and known.
    """

    label: str
    title: str
    partly: str
    days: DateRange
    daily: Amount | None
    weekly: Amount | None
    monthly: Amount | None
    prompts: Amount | None
    lines: Amount | None


def unit_of(days: DateRange) -> str:
    """What a point stands for: `day`, `week` or `month`."""
    return "day" if len(days) <= _MOST_DAYS else "week" if len(days) <= _MOST_WEEKS else "month"


def points(history: History, days: DateRange, unit: str | None = None) -> tuple[Point, ...]:
    """The points of a range, gaps among them (all figures None); `unit` None: what fits the range."""
    unit = unit or unit_of(days)
    spans = list(_spans(days, unit))
    year = days.since.year != days.until.year
    return tuple(
        _point(history, span, unit, label, year=year) for span, label in zip(spans, _labels(spans, unit), strict=True)
    )


def _spans(days: DateRange, unit: str) -> Iterator[DateRange]:
    if unit == "day":
        yield from (DateRange(day, day) for day in days)
        return
    # Weeks end with the last day of the range, so that the newest one is whole.
    key: Callable[[date], object] = month_of if unit == "month" else lambda day: (days.until - day).days // 7
    for _, group in groupby(days, key=key):
        found = list(group)
        yield DateRange(found[0], found[-1])


def _labels(spans: Sequence[DateRange], unit: str) -> list[str]:
    """A label for Mondays, or at equal steps, so that labels do not overlap; with the year where a year begins."""
    if unit == "month":
        return [f"{span.since:%b %y}" for span in spans]
    mondays, step = unit == "day" and len(spans) > _LABELS, -(-len(spans) // _LABELS)
    labels, year = [], spans[-1].until.year
    for n, span in enumerate(spans):
        shown = span.until.weekday() == 0 if mondays else n % step == 0
        labels.append(markdown.day(span.until, year=span.until.year != year) if shown else "")
        year = span.until.year if shown else year
    return labels


def _point(history: History, span: DateRange, unit: str, label: str, *, year: bool) -> Point:
    whole = {"day": 1, "week": 7, "month": monthrange(span.since.year, span.since.month)[1]}[unit]
    title = markdown.weekday(span.since, year=year) if unit == "day" else markdown.days(span)
    known = sum(day in history.days for day in span)

    def amounts(metric: str) -> list[Amount]:
        return [amount for amount in history.series(span, metric) if amount is not None]

    return Point(
        label=label,
        title=f"{span.since:%B %Y}" if unit == "month" and len(span) == whole else title,
        partly=f"({known} of {whole} days)" if 0 < known < whole else "",
        days=span,
        daily=_daily(history, span, unit),
        weekly=next(reversed(amounts("weekly_active_users")), None),
        monthly=next(reversed(amounts("monthly_active_users")), None),
        prompts=sum(prompts) if (prompts := amounts("user_initiated_interaction_count")) else None,
        lines=sum(lines) if (lines := amounts("loc_added_sum")) else None,
    )


def _daily(history: History, span: DateRange, unit: str) -> Amount | None:
    """The day's figure; of a week or month the mean of its working days. Generation `usage` has its own figure."""
    for metric in ("daily_active_users", "total_active_users"):
        amount = history.amount(span.until, metric) if unit == "day" else working_day_mean(history, span, metric)
        if amount is not None:
            return float(rounded(amount, 1))
    return None


_TRAILING = {
    "day": "people active in the 7 days up to the day",
    "week": "people active in the week",
    "month": "people active in the 28 days up to the end of the month",
}


def activity(scope: ScopeReport) -> Section | None:
    """Active people over time, and the numbers behind the chart."""
    found = points(scope.history, scope.now.range)
    unit = unit_of(scope.now.range)
    if all(point.daily is point.weekly is point.monthly is None for point in found):
        return None
    numbers = _table(scope, "Numbers", found, unit)
    chart = _chart(scope, found, unit, numbers)
    months = (
        (_table(scope, "By month", points(scope.history, scope.now.range, "month"), "month"),) if unit == "week" else ()
    )
    if chart is None:
        numbers = replace(numbers, title="Active people, in numbers")
        return Section("activity", "Active people", folded=(numbers, *months))
    return Section("activity", "Active people", charts=(chart,), folded=months)


def _table(scope: ScopeReport, title: str, found: Sequence[Point], unit: str) -> Table:
    """Points without a day of the newest generation say of which they are: its people are counted otherwise."""
    newest = {usage.generation for usage in scope.history.of_newest_generation(scope.now.range)}
    daily = "On the day" if unit == "day" else "Average working day"
    rows = []
    for point in found:
        people = markdown.number(point.daily) if len(point.days) == 1 else markdown.mean(point.daily)
        counts = map(markdown.number, (point.weekly, point.monthly, point.prompts, point.lines))
        generations = {usage.generation for usage in scope.history.within(point.days)}
        of_another = ", ".join(f"`{name}`" for name in sorted(generations)) if generations.isdisjoint(newest) else ""
        rows.append((" ".join(filter(None, (point.title, point.partly, of_another))), people, *counts))
    titles = columns(unit.capitalize(), daily, "7 days", "28 days", "Prompts", "Lines written")
    return Table(title, titles, tuple(rows))


def _chart(scope: ScopeReport, found: tuple[Point, ...], unit: str, numbers: Table) -> Chart | None:
    """Mermaid's lines have no gaps: points that lack a figure are left out of the axis, and the legend says why."""
    trailing = [point.monthly if unit == "month" else point.weekly for point in found]
    mean = f"people active on a working day, the mean of the {unit}"
    daily = "people active on the day" if unit == "day" else mean
    said = {_TRAILING[unit]: trailing, daily: [point.daily for point in found]}
    shown = {words: amounts for words, amounts in said.items() if sum(amount is not None for amount in amounts) > 1}
    drawn = [n for n in range(len(found)) if all(amounts[n] is not None for amounts in shown.values())]
    if not shown or len(drawn) < 2:
        return None
    lines = [[amount for n in drawn if (amount := amounts[n]) is not None] for amounts in shown.values()]
    legend = [f"{colour}: {words}." for colour, words in zip(charts.COLOURS, shown, strict=False)]
    if unit == "week":
        legend.append("A date is the last day of its week.")
    partly = [f"{_short(scope, found[n], unit)} {found[n].partly}" for n in drawn if found[n].partly]
    if partly:
        legend.append(f"Not a whole {unit}: {listed(partly)}.")
    left_out: dict[str, list[str]] = defaultdict(list)
    for point in (point for n, point in enumerate(found) if n not in drawn):
        why = _why_not_drawn(scope, point, 28 if unit == "month" else 7)
        left_out[why].append(_short(scope, point, unit))
    legend += [f"{why} {listed(points)}." for why, points in left_out.items()]
    return Chart(charts.line_chart([found[n].label for n in drawn], lines, "people"), " ".join(legend), numbers)


def _why_not_drawn(scope: ScopeReport, point: Point, window: int) -> str:
    generations = {usage.generation for usage in scope.history.within(point.days)}
    if not generations:
        return "No data for"
    if Generation.REPORTS not in generations:
        names = " and ".join(f"`{name}`" for name in sorted(generations))
        return f"Not drawn, because API generation {names} does not count people over {window} days:"
    return "Not drawn, because a figure is not known:"


def _short(scope: ScopeReport, point: Point, unit: str) -> str:
    return point.title if unit == "month" else markdown.day_of(scope.now.range, point.days.until)
