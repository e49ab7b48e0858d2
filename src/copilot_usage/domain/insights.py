"""At most three findings in words, by stated rules, each only where it is certain (docs/metrics.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from copilot_usage.domain.breaks import breaks_in
from copilot_usage.domain.change import Change, change, change_of_total
from copilot_usage.domain.dates import ending
from copilot_usage.domain.figures import PEOPLE_WINDOWS
from copilot_usage.domain.metric import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.report import ScopeReport

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
# Work by surface; completions and chat are old hands, so only agents and the CLI can take off.
_SURFACES = {
    "chat_panel_agent_mode": "Agent mode",
    "agent_edit": "Edits by agents",
    "copilot_cli": "The CLI",
    "copilot_app": "The Copilot app",
}
_CHANGING = {
    "user_initiated_interaction_count": "Prompts",
    "loc_added_sum": "Lines written by Copilot",
    "pull_requests.total_merged_created_by_copilot": "Merged pull requests that Copilot wrote",
}


@dataclass(frozen=True, slots=True)
class Insight:
    """`kind` says which rule; `subject` what it is about; the amounts are for the words."""

    kind: str
    subject: str
    change: Change | None = None
    amount: float | None = None
    unit: str = ""


def insights(scope: ScopeReport) -> tuple[Insight, ...]:
    """In the order of their weight: money lost, people lost or won, work that moved."""
    certain = same_weekdays(scope.now.range)
    moved = (*_people(scope), *_over_the_range(scope), *_took_off(scope)) if certain else ()
    found = (*_stopped(scope), *_idle(scope), *moved, *_peak(scope), *(_moved(scope) if certain else ()))
    return found[:MOST]


def same_weekdays(days: DateRange) -> bool:
    """Whether the range before has as many weekends; in a short range that is no whole number of weeks it may not."""
    return len(days) % 7 == 0 or len(days) >= _MANY_DAYS


def _idle(scope: ScopeReport) -> Iterator[Insight]:
    seats = scope.seats
    if seats is not None and seats.idle and 20 * seats.idle >= seats.total:
        yield Insight("idle seats", f"{seats.idle_days} days", Change(seats.idle, seats.total), seats.idle_cost)


def _people(scope: ScopeReport) -> Iterator[Insight]:
    before = scope.before.active_people if scope.before else None
    moved = change(scope.now.active_people, before)
    if moved and _is_large(moved, _ENOUGH_PEOPLE):
        yield Insight("people", "Active people", moved)


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
        yield Insight("course", "Active people over the range", moved)


def _took_off(scope: ScopeReport) -> Iterator[Insight]:
    if scope.before is None or len(scope.before.days) != len(scope.now.days):
        return
    for feature, title in _SURFACES.items():
        for metric, unit in (("loc_added_sum", "lines"), ("code_generation_activity_count", "generations")):
            now = scope.now.row_total(Dimension.FEATURE, feature, metric)
            moved = change(now, scope.before.row_total(Dimension.FEATURE, feature, metric))
            if moved and moved.before >= _ENOUGH_WORK and (moved.relative or 0) >= _TAKE_OFF:
                yield Insight("took off", title, moved, unit=unit)
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
        yield Insight("peak", f"{peak[0].day} {peak[0]:%b}", amount=peak[1])


def _moved(scope: ScopeReport) -> Iterator[Insight]:
    """The count that moved most."""
    moves = {title: change_of_total(scope.now, scope.before, metric) for metric, title in _CHANGING.items()}
    large = {title: moved for title, moved in moves.items() if moved and _is_large(moved, _ENOUGH_WORK)}
    if large:
        title = max(large, key=lambda name: abs(large[name].relative or 0))
        yield Insight("moved", title, large[title])


def _stopped(scope: ScopeReport) -> Iterator[Insight]:
    """Nobody active in the newest days that are all known, and people active before them."""
    newest = ending(scope.now.range.until, _QUIET_DAYS)
    amounts = scope.history.series(newest, "daily_active_users")
    before = scope.history.series(newest.before(), "daily_active_users")
    if all(amount == 0 for amount in amounts) and any(amount for amount in before):
        yield Insight(
            "stopped", f"{newest.since.day} {newest.since:%b}", amount=max(n for n in before if n is not None)
        )


def _is_large(moved: Change, enough: float, least: float = _LARGE_CHANGE) -> bool:
    return moved.before >= enough and abs(moved.relative or 0) >= least
