"""Seats: who has one, who uses it, and what the idle ones cost. GitHub keeps no history of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from copilot_usage.domain.availability import SEAT_ACTIVITY_KEPT, SEAT_STANDSTILL
from copilot_usage.domain.dates import DateRange

# USD a seat and month (docs: "About billing for GitHub Copilot in organizations and enterprises").
PRICES: Mapping[str, float] = {"business": 19.0, "enterprise": 39.0}
# AI credits that a seat brings into the pool of its billing entity each month (same page).
INCLUDED_CREDITS: Mapping[str, int] = {"business": 1_900, "enterprise": 3_900}

# Upper ends, in days since the last activity, of the buckets that are kept; GitHub forgets activity after 90 days.
BUCKETS: Mapping[str, int] = {"0-6": 6, "7-13": 13, "14-29": 29, "30-59": 59, "60-90": 90}
NEVER = "never or more than 90"
# A page whose range ended longer ago is one of the past: seats as they are today say nothing of it.
_OF_THE_RANGE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's seat (schema: copilot-seat-details); `created` and `last_activity` as UTC days.

    `teams`: those that the seat is assigned by.
    """

    person: int | None
    login: str | None
    created: date
    last_activity: date | None
    editor: str | None
    plan: str
    teams: tuple[str, ...]
    pending_cancellation: bool


@dataclass(frozen=True, slots=True)
class SeatRules:
    """What counts as idle, and what a seat costs (None: by its plan)."""

    today: date
    idle_days: int = 30
    price: float | None = None

    @property
    def known_idle_days(self) -> int:
        """Of longer idleness GitHub knows no more than this."""
        return min(self.idle_days, SEAT_ACTIVITY_KEPT.days)


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """Counts of seats on `day`, when they were read; every seat is exactly one of active, idle and new.

    `never_used`: those of the idle ones of which GitHub knows no activity (never, or not in 90 days).
    `by_team`: assigning team → (seats, of these idle); a person whom two teams give a seat is in both. `direct`: the
    same of seats that no team assigns. `activity_stands_still`: people are active and no seat's activity moves, so
    which seats are idle is not known; `newest_activity` is then the last one.
    """

    day: date
    total: int
    active: int
    idle: int
    never_used: int
    new: int
    added: int
    pending_cancellation: int
    idle_days: int
    newest_activity: date | None
    activity_stands_still: bool
    idle_cost: float | None
    unpriced: int
    included_credits: int | None
    by_plan: Mapping[str, int]
    by_last_activity: Mapping[str, int]
    by_team: Mapping[str, tuple[int, int]]
    direct: tuple[int, int]
    by_editor: Mapping[str, int]

    @property
    def active_in_30_days(self) -> int:
        """Whatever `idle_days` is: the count that can be told of kept days, too."""
        return sum(self.by_last_activity[name] for name, upper in BUCKETS.items() if upper < 30)

    @property
    def document(self) -> dict[str, Any]:
        """What is kept as history: counts only."""
        return {
            "total": self.total,
            "by_plan": dict(sorted(self.by_plan.items())),
            "by_last_activity": dict(self.by_last_activity),
            "pending_cancellation": self.pending_cancellation,
        }


class SeatState(StrEnum):
    ACTIVE = "active"
    IDLE = "idle"
    NEW = "new"


def state_of(seat: Seat, rules: SeatRules) -> SeatState:
    """Idle = no activity in the last `idle_days` days; a younger seat has had no time to be idle and is new."""
    if seat.last_activity is not None and (rules.today - seat.last_activity).days < rules.known_idle_days:
        return SeatState.ACTIVE
    return SeatState.NEW if (rules.today - seat.created).days < rules.known_idle_days else SeatState.IDLE


def one_per_person(seats: Iterable[Seat]) -> list[Seat]:
    """An enterprise lists a person once per grant; one seat stands for them. Seats without a person all stay."""
    grants: defaultdict[int, list[Seat]] = defaultdict(list)
    unassigned: list[Seat] = []
    for seat in seats:
        (unassigned if seat.person is None else grants[seat.person]).append(seat)
    return [*map(_together, grants.values()), *unassigned]


def _together(grants: Sequence[Seat]) -> Seat:
    """As active as the grant used last and as old as the first; billed by the dearest plan, until all of them end."""
    used_last = max(grants, key=lambda seat: (seat.last_activity or seat.created.min, seat.editor or ""))
    return replace(
        used_last,
        created=min(seat.created for seat in grants),
        plan=max((seat.plan for seat in grants), key=lambda plan: (PRICES.get(plan, 0), plan)),
        teams=tuple(sorted({team for seat in grants for team in seat.teams})),
        pending_cancellation=all(seat.pending_cancellation for seat in grants),
    )


def are_of(days: DateRange, newest: date | None, today: date) -> bool:
    """Whether seats as they are today can stand beside figures of the range: it reaches the present, or nearly so."""
    return days.until >= min(newest or today, today - _OF_THE_RANGE)


def summarise_seats(seats: Iterable[Seat], rules: SeatRules, last_active: date | None = None) -> SeatFigures:
    """Counts people once each; `last_active`: the newest day on which the reports count active people."""
    unique = one_per_person(seats)
    newest = max((seat.last_activity for seat in unique if seat.last_activity is not None), default=None)
    activity_stands_still = (
        last_active is not None and bool(unique) and (newest is None or last_active - newest >= SEAT_STANDSTILL)
    )
    states = Counter(state_of(seat, rules) for seat in unique)
    idle = [seat for seat in unique if state_of(seat, rules) is SeatState.IDLE]
    prices = [PRICES.get(seat.plan) if rules.price is None else rules.price for seat in idle]
    known_prices = [price for price in prices if price is not None]
    # Where there are prices and none is known, the cost is not 0.
    idle_cost = sum(known_prices) if known_prices or not prices else None
    buckets = Counter(bucket_of(seat.last_activity, rules.today) for seat in unique)
    included = [INCLUDED_CREDITS.get(seat.plan) for seat in unique]
    return SeatFigures(
        day=rules.today,
        total=len(unique),
        active=states[SeatState.ACTIVE],
        idle=states[SeatState.IDLE],
        never_used=sum(seat.last_activity is None for seat in idle),
        new=states[SeatState.NEW],
        pending_cancellation=sum(seat.pending_cancellation for seat in unique),
        added=sum((rules.today - seat.created).days < 28 for seat in unique),
        by_plan=Counter(seat.plan for seat in unique),
        by_last_activity={name: buckets[name] for name in (*BUCKETS, NEVER)},
        by_team=_by_team(unique, rules),
        direct=_counts((seat for seat in unique if not seat.teams), rules),
        by_editor=Counter(seat.editor for seat in unique if seat.editor and state_of(seat, rules) is SeatState.ACTIVE),
        newest_activity=newest,
        activity_stands_still=activity_stands_still,
        idle_cost=None if activity_stands_still else idle_cost,
        unpriced=sum(price is None for price in prices),
        included_credits=None if None in included else sum(n for n in included if n is not None),
        idle_days=rules.known_idle_days,
    )


def bucket_of(last_activity: date | None, today: date) -> str:
    """The bucket of `BUCKETS` that a last activity falls into; a day in the future is today's."""
    if last_activity is None:
        return NEVER
    age = (today - last_activity).days
    return next((name for name, upper in BUCKETS.items() if age <= upper), NEVER)


def _by_team(seats: Sequence[Seat], rules: SeatRules) -> Mapping[str, tuple[int, int]]:
    assigned: defaultdict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        for team in seat.teams:
            assigned[team].append(seat)
    return {team: _counts(assigned[team], rules) for team in sorted(assigned)}


def _counts(seats: Iterable[Seat], rules: SeatRules) -> tuple[int, int]:
    """How many, and how many of them idle."""
    states = [state_of(seat, rules) for seat in seats]
    return len(states), states.count(SeatState.IDLE)
