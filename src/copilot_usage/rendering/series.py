"""A range as points of a chart: days up to eight weeks, then weeks, beyond a year months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from copilot_usage.domain.dates import DateRange, month_of
from copilot_usage.domain.figures import working_day_mean
from copilot_usage.rendering import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from copilot_usage.domain.history import History
    from copilot_usage.domain.usage import Amount

_MOST_DAYS = 56
_MOST_WEEKS = 366
_LABELS = 14


@dataclass(frozen=True, slots=True)
class Point:
    """A day, week or month of a history. People are GitHub's own counts of its last day that has them, never sums."""

    label: str
    title: str
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
    return tuple(_point(history, span, unit, label) for span, label in zip(spans, _labels(spans, unit), strict=True))


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
    """A day's date on Mondays only, else every so many, so that dates do not overlap."""
    if unit == "month":
        return [f"{span.since:%b %y}" for span in spans]
    if unit == "day" and len(spans) > _LABELS:
        return [markdown.day(span.since) if span.since.weekday() == 0 else "" for span in spans]
    step = -(-len(spans) // _LABELS)
    return [markdown.day(span.until) if n % step == 0 else "" for n, span in enumerate(spans)]


def _title(span: DateRange, unit: str) -> str:
    whole = span.since.day == 1 and month_of(span.until + timedelta(days=1)) != month_of(span.since)
    if unit == "month" and whole:
        return f"{span.since:%B %Y}"
    return markdown.weekday(span.since) if unit == "day" else markdown.days(span)


def _point(history: History, span: DateRange, unit: str, label: str) -> Point:
    return Point(
        label=label,
        title=_title(span, unit),
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
            return round(amount, 1)
    return None


def _last(history: History, span: DateRange, metric: str) -> Amount | None:
    back = (span.until - timedelta(days=n) for n in range(len(span)))
    return next((amount for day in back if (amount := history.amount(day, metric)) is not None), None)


def _sum(history: History, span: DateRange, metric: str) -> Amount | None:
    known = [amount for day in span if (amount := history.amount(day, metric)) is not None]
    return sum(known) if known else None
