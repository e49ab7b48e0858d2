"""What is worth saying: at most three findings, by stated rules, each only where it is certain (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from copilot_usage.domain.breaks import breaks_of
from copilot_usage.domain.change import Change, change_between, moved, why_days_differ
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.figures import PEOPLE_WINDOWS
from copilot_usage.domain.metrics import AGENT_FEATURES, AGENT_MODE, Dimension, measures
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.domain.usage import Figure

MOST = 3
# Smaller numbers jump by chance: five people more of ten are half as many again.
_ENOUGH_PEOPLE = 20
_ENOUGH_WORK = 200
_LARGE_CHANGE = 10.0
_TAKE_OFF = 50.0
_LONG_ENOUGH_FOR_A_PEAK = 28
_LONG_ENOUGH_FOR_A_COURSE = 84
_LONGEST_WINDOW = max(PEOPLE_WINDOWS)
# By so much, per cent and people, a peak is above all earlier days; less is what chance does in any month.
_PEAK_MARGIN = 5.0
_PEAK_PEOPLE = 3
_QUIET_DAYS = 10
# What is worth saying is so much of the whole, per cent.
_LEAST_SHARE = 5.0
# Counts that can move → what they are a part of.
_CHANGING = {
    "user_initiated_interaction_count": None,
    "loc_added_sum": None,
    "pull_requests.total_merged_created_by_copilot": "pull_requests.total_merged",
}


@dataclass(frozen=True, slots=True)
class Stopped:
    """No one active from `since` on, the first quiet day; `most`: people on the busiest of the days before."""

    since: date
    most: int


@dataclass(frozen=True, slots=True)
class IdleSeats:
    """Many seats without use."""

    seats: SeatFigures


@dataclass(frozen=True, slots=True)
class PeopleMoved:
    """Active people against the range before."""

    change: Change


@dataclass(frozen=True, slots=True)
class PeopleOverRange:
    """Active people of the last 28 days of a long range against those of its first."""

    change: Change


@dataclass(frozen=True, slots=True)
class TookOff:
    """A feature of agents whose work grew much; `metric`: by what it is measured."""

    feature: str
    metric: str
    change: Change


@dataclass(frozen=True, slots=True)
class Peak:
    """More people on a day than on any of the days before that are known and comparable, by a margin."""

    day: date
    people: int
    most_before: int
    days_before: int
    since: date


@dataclass(frozen=True, slots=True)
class CountMoved:
    """The count that moved most."""

    metric: str
    change: Change


Insight = Stopped | IdleSeats | PeopleMoved | PeopleOverRange | TookOff | Peak | CountMoved


def insights(scope: ScopeReport) -> tuple[Insight, ...]:
    """In the order of their weight: money lost, people lost or won, work that moved."""
    rules = (_stopped, _idle, _people, _over_the_range, _took_off, _peak, _count_moved)
    return tuple(insight for rule in rules for insight in rule(scope))[:MOST]


def _idle(scope: ScopeReport) -> Iterator[Insight]:
    seats = scope.seats
    if seats is not None and not seats.activity_stands_still and seats.idle and 20 * seats.idle >= seats.total:
        yield IdleSeats(seats)


def _people(scope: ScopeReport) -> Iterator[Insight]:
    found = moved(scope.comparison.active_people()) if scope.comparison else None
    if found and _is_large(found, found.before, _ENOUGH_PEOPLE):
        yield PeopleMoved(found)


def _over_the_range(scope: ScopeReport) -> Iterator[Insight]:
    """Of a long range without one before it: people of its last 28 days against those of its first 28, all known."""
    days, history = scope.now.range, scope.history
    if scope.before is not None or scope.now.active_people is not None or len(days) < _LONG_ENOUGH_FOR_A_COURSE:
        return
    first = DateRange(days.since, days.since + timedelta(days=_LONGEST_WINDOW - 1))
    found = moved(change_between(history, PEOPLE_WINDOWS[_LONGEST_WINDOW], days.until, first.until))
    if found and _is_large(found, found.before, _ENOUGH_PEOPLE) and all(day in history.days for day in first):
        yield PeopleOverRange(found)


def _took_off(scope: ScopeReport) -> Iterator[Insight]:
    """Completions and chat are established: only agents can take off."""
    if scope.comparison is None or scope.before is None:
        return
    for feature in (AGENT_MODE, *AGENT_FEATURES):
        for metric in measures(feature):
            row = Dimension.FEATURE, feature, metric
            before, found = scope.before.row_total(*row) or 0, moved(scope.comparison.total(metric, *row[:2]))
            if (
                found
                and _is_large(found, before, _ENOUGH_WORK, _TAKE_OFF)
                and found.difference > 0
                and _is_a_part(scope.now.row_total(*row), scope.now.total(metric))
                and not _recovers(Figure(metric, *row[:2]), scope.now.range)
            ):
                yield TookOff(feature, metric, found)
                return


def _recovers(figure: Figure, days: DateRange) -> bool:
    """Whether GitHub counts too little of it in these days, less so as editors are updated, which looks like growth."""
    return any(
        found.is_period and found.first <= days.until and found.last >= days.since for found in breaks_of(str(figure))
    )


def _peak(scope: ScopeReport) -> Iterator[Insight]:
    """A day with clearly more active people than any earlier one that is known, if enough days are."""
    if scope.now.peak_daily_active is None:
        return
    day, people = scope.now.peak_daily_active
    earlier = {
        usage.day: int(amount)
        for usage in scope.history.days.values()
        if usage.day < scope.now.range.since and (amount := usage.amount("daily_active_users")) is not None
    }
    comparable = {
        then: amount
        for then, amount in earlier.items()
        if not why_days_differ(scope.history, "daily_active_users", day, then)
    }
    most = max(comparable.values(), default=0)
    margin = max(_PEAK_PEOPLE, most * _PEAK_MARGIN / 100)
    if len(comparable) >= _LONG_ENOUGH_FOR_A_PEAK and people >= max(_ENOUGH_PEOPLE, most + margin):
        yield Peak(day, people, most, len(comparable), min(comparable))


def _count_moved(scope: ScopeReport) -> Iterator[Insight]:
    """The count that moved most."""
    if scope.comparison is None or scope.before is None:
        return
    large = {
        metric: found
        for metric, whole in _CHANGING.items()
        if (found := moved(scope.comparison.total(metric)))
        and _is_large(found, scope.before.total(metric) or 0, _ENOUGH_WORK)
        and (whole is None or _is_a_part(scope.now.total(metric), scope.now.total(whole)))
    }
    if large:
        metric = max(large, key=lambda name: abs(large[name].relative or 0))
        yield CountMoved(metric, large[metric])


def _stopped(scope: ScopeReport) -> Iterator[Insight]:
    """No one active in the newest days that are all known, and people active in the days before them."""
    newest = ending(scope.now.range.until, _QUIET_DAYS)
    amounts = scope.history.series(newest, "daily_active_users")
    before = scope.history.series(newest.before(), "daily_active_users")
    if not all(amount == 0 for amount in amounts) or not any(before):
        return
    since = newest.since
    for day, amount in zip(reversed([*newest.before()]), reversed(before), strict=True):
        if amount != 0:
            break
        since = day
    yield Stopped(since, int(max(amount for amount in before if amount is not None)))


def _is_large(found: Change, before: float, enough: float, least: float = _LARGE_CHANGE) -> bool:
    """`before`: the sum, where the change is that of means."""
    return before >= enough and abs(found.relative or 0) >= least


def _is_a_part(part: float | None, whole: float | None) -> bool:
    """Of an unknown whole anything may be one."""
    return not whole or (part or 0) >= whole * _LEAST_SHARE / 100
