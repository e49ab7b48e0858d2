"""What is worth saying: at most three findings, by stated rules, each only where it is certain (docs/metrics.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from copilot_usage.domain.breaks import breaks_in
from copilot_usage.domain.change import change, change_of_total
from copilot_usage.domain.dates import ending
from copilot_usage.domain.figures import PEOPLE_WINDOWS
from copilot_usage.domain.metric import AGENT_FEATURES, Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from copilot_usage.domain.change import Change
    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.report import ScopeReport
    from copilot_usage.domain.seats import SeatFigures

MOST = 3
# Smaller numbers jump by chance: five people more of ten are half as many again.
_ENOUGH_PEOPLE = 20
_ENOUGH_WORK = 200
_LARGE_CHANGE = 10.0
_LARGE_CHANGE_OVER_BREAKS = 25.0
_TAKE_OFF = 50.0
_LONG_ENOUGH_FOR_A_PEAK = 28
_LONG_ENOUGH_FOR_A_COURSE = 84
_LONGEST_WINDOW = max(PEOPLE_WINDOWS)
# From here on a weekend more or less is lost in the crowd.
_MANY_DAYS = 56
_QUIET_DAYS = 10
# Lines where GitHub counts them, else what was generated.
_WORK = ("loc_added_sum", "code_generation_activity_count")
_CHANGING = ("user_initiated_interaction_count", "loc_added_sum", "pull_requests.total_merged_created_by_copilot")


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nobody active from `since` on; `most`: people on the busiest of the days before."""

    since: date
    most: int


@dataclass(frozen=True, slots=True)
class IdleSeats:
    """Many seats that nobody uses."""

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
    """More people on a day than on any before."""

    day: date
    people: int


@dataclass(frozen=True, slots=True)
class CountMoved:
    """The count that moved most."""

    metric: str
    change: Change


Insight = Stopped | IdleSeats | PeopleMoved | PeopleOverRange | TookOff | Peak | CountMoved


def insights(scope: ScopeReport) -> tuple[Insight, ...]:
    """In the order of their weight: money lost, people lost or won, work that moved."""
    certain = same_weekdays(scope.now.range)
    moved = (*_people(scope), *_over_the_range(scope), *_took_off(scope)) if certain else ()
    found = (*_stopped(scope), *_idle(scope), *moved, *_peak(scope), *(_count_moved(scope) if certain else ()))
    return found[:MOST]


def same_weekdays(days: DateRange) -> bool:
    """Whether the range before has as many weekends; in a short range that is no whole number of weeks it may not."""
    return len(days) % 7 == 0 or len(days) >= _MANY_DAYS


def _idle(scope: ScopeReport) -> Iterator[Insight]:
    seats = scope.seats
    if seats is not None and seats.idle and 20 * seats.idle >= seats.total:
        yield IdleSeats(seats)


def _people(scope: ScopeReport) -> Iterator[Insight]:
    before = scope.before.active_people if scope.before else None
    moved = change(scope.now.active_people, before)
    if moved and _is_large(moved, _ENOUGH_PEOPLE):
        yield PeopleMoved(moved)


def _over_the_range(scope: ScopeReport) -> Iterator[Insight]:
    """Of a long range without one before it: people of its last 28 days against those of its first 28."""
    days = scope.now.range
    if scope.before is not None or scope.now.active_people is not None or len(days) < _LONG_ENOUGH_FOR_A_COURSE:
        return
    first = days.since + timedelta(days=_LONGEST_WINDOW - 1)
    now, then = (scope.history.amount(day, PEOPLE_WINDOWS[_LONGEST_WINDOW]) for day in (days.until, first))
    moved = change(now, then)
    # A break in the series between the two moves the figure a little by itself.
    least = _LARGE_CHANGE if not breaks_in(days) else _LARGE_CHANGE_OVER_BREAKS
    if moved and _is_large(moved, _ENOUGH_PEOPLE, least):
        yield PeopleOverRange(moved)


def _took_off(scope: ScopeReport) -> Iterator[Insight]:
    if scope.before is None or len(scope.before.days) != len(scope.now.days):
        return
    # Completions and chat are old hands: only agents can take off.
    for feature in AGENT_FEATURES:
        for metric in _WORK:
            now = scope.now.row_total(Dimension.FEATURE, feature, metric)
            moved = change(now, scope.before.row_total(Dimension.FEATURE, feature, metric))
            if moved and moved.before >= _ENOUGH_WORK and (moved.relative or 0) >= _TAKE_OFF:
                yield TookOff(feature, metric, moved)
                return


def _peak(scope: ScopeReport) -> Iterator[Insight]:
    """A day with more active people than any other that is known, if enough days are known."""
    peak = scope.now.peak_daily_active
    earlier = [
        int(amount)
        for day, usage in scope.history.days.items()
        if day < scope.now.range.since and (amount := usage.amount("daily_active_users")) is not None
    ]
    if peak and len(earlier) >= _LONG_ENOUGH_FOR_A_PEAK and peak[1] > max(earlier) and peak[1] >= _ENOUGH_PEOPLE:
        yield Peak(*peak)


def _count_moved(scope: ScopeReport) -> Iterator[Insight]:
    """The count that moved most."""
    moves = {metric: change_of_total(scope.now, scope.before, metric) for metric in _CHANGING}
    large = {metric: moved for metric, moved in moves.items() if moved and _is_large(moved, _ENOUGH_WORK)}
    if large:
        metric = max(large, key=lambda name: abs(large[name].relative or 0))
        yield CountMoved(metric, large[metric])


def _stopped(scope: ScopeReport) -> Iterator[Insight]:
    """Nobody active in the newest days that are all known, and people active before them."""
    newest = ending(scope.now.range.until, _QUIET_DAYS)
    amounts = scope.history.series(newest, "daily_active_users")
    before = scope.history.series(newest.before(), "daily_active_users")
    if all(amount == 0 for amount in amounts) and any(amount for amount in before):
        yield Stopped(newest.since, int(max(amount for amount in before if amount is not None)))


def _is_large(moved: Change, enough: float, least: float = _LARGE_CHANGE) -> bool:
    return moved.before >= enough and abs(moved.relative or 0) >= least
