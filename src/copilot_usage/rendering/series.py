"""A range as points of a chart: days up to eight weeks, then weeks, beyond a year months."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, repeat

from copilot_usage.domain.dates import DateRange, month_of
from copilot_usage.domain.figures import working_day_mean
from copilot_usage.domain.history import History
from copilot_usage.domain.numbers import rounded
from copilot_usage.domain.usage import Amount
from copilot_usage.rendering import markdown

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
    labels, year = _labels(spans, unit), days.since.year != days.until.year
    return tuple(_point(history, *found, year=year) for found in zip(spans, repeat(unit), labels, strict=False))


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
    """A day's date on Mondays only, else every so many, so that dates do not overlap; a year where another begins."""
    if unit == "month":
        return [f"{span.since:%b %y}" for span in spans]
    mondays, step = unit == "day" and len(spans) > _LABELS, -(-len(spans) // _LABELS)
    labels, year = [], spans[-1].until.year
    for n, span in enumerate(spans):
        shown = span.until.weekday() == 0 if mondays else n % step == 0
        labels.append(markdown.day(span.until, year=span.until.year != year) if shown else "")
        year = span.until.year if shown else year
    return labels


def _title(span: DateRange, unit: str, *, year: bool) -> str:
    if unit == "day":
        return markdown.weekday(span.since, year=year)
    return f"{span.since:%B %Y}" if unit == "month" and len(span) == _length(span, unit) else markdown.days(span)


def _length(span: DateRange, unit: str) -> int:
    """Days of the whole week or month."""
    return {"day": 1, "week": 7, "month": monthrange(span.since.year, span.since.month)[1]}[unit]


def _partly(history: History, span: DateRange, unit: str) -> str:
    known, whole = sum(day in history.days for day in span), _length(span, unit)
    return f"({known} of {whole} days)" if 0 < known < whole else ""


def _point(history: History, span: DateRange, unit: str, label: str, *, year: bool) -> Point:
    return Point(
        label=label,
        title=_title(span, unit, year=year),
        partly=_partly(history, span, unit),
        days=span,
        daily=_daily(history, span, unit),
        weekly=_last(history, span, "weekly_active_users"),
        monthly=_last(history, span, "monthly_active_users"),
        prompts=_sum(history, span, "user_initiated_interaction_count"),
        lines=_sum(history, span, "loc_added_sum"),
    )


def _daily(history: History, span: DateRange, unit: str) -> Amount | None:
    """The day's figure; of a week or month the mean of its working days. Generation `usage` has one of its own."""
    for metric in ("daily_active_users", "total_active_users"):
        amount = history.amount(span.until, metric) if unit == "day" else working_day_mean(history, span, metric)
        if amount is not None:
            return float(rounded(amount, 1))
    return None


def _last(history: History, span: DateRange, metric: str) -> Amount | None:
    back = (span.until - timedelta(days=n) for n in range(len(span)))
    return next((amount for day in back if (amount := history.amount(day, metric)) is not None), None)


def _sum(history: History, span: DateRange, metric: str) -> Amount | None:
    known = [amount for day in span if (amount := history.amount(day, metric)) is not None]
    return sum(known) if known else None
