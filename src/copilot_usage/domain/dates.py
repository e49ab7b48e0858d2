"""Days and ranges of days. Days are UTC, as GitHub's `day` is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Both ends included; never empty."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise ValueError(f"{self.since} is after {self.until}")

    def __len__(self) -> int:
        return (self.until - self.since).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.since + timedelta(days=n) for n in range(len(self)))

    def __contains__(self, day: date) -> bool:
        return self.since <= day <= self.until

    def before(self) -> DateRange:
        """The range of the same length that ends the day before this one begins."""
        return ending(self.since - timedelta(days=1), len(self))

    def a_year_earlier(self) -> DateRange:
        """The same weekdays 52 weeks earlier, so that weekends fall on weekends."""
        year = timedelta(weeks=52)
        return DateRange(self.since - year, self.until - year)

    def widened(self, days: int) -> DateRange:
        """With this many more days before it."""
        return DateRange(self.since - timedelta(days=days), self.until)

    def clipped(self, since: date, until: date) -> DateRange | None:
        """What of it lies between two days, or None."""
        first, last = max(self.since, since), min(self.until, until)
        return DateRange(first, last) if first <= last else None


def parse_day(text: object) -> date | None:
    """The day of a date, or the UTC day of a timestamp; None for everything else."""
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC")) if isinstance(text, str) else None
        return moment and (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None


def a_year_before(day: date) -> date:
    """The same date of the year before, which the 1-day reports still have: 366 days ago over a leap day."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # the leap day itself
        return day.replace(year=day.year - 1, day=28)


def ending(day: date, days: int) -> DateRange:
    """The range of `days` days that ends with `day`."""
    return DateRange(day - timedelta(days=days - 1), day)


def month_of(day: date) -> str:
    """`YYYY-MM`."""
    return f"{day:%Y-%m}"


def first_of_month(month: str) -> date:
    """The first day of `YYYY-MM`."""
    return date.fromisoformat(f"{month}-01")


def end_of_month(month: str) -> date:
    """The last day of `YYYY-MM`."""
    return (first_of_month(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Monday to Friday; holidays are not known."""
    return day.weekday() < 5
