"""Seats: who has one, who uses it, and what the idle ones cost. GitHub keeps no history of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

# USD a seat and month (docs: "About billing for GitHub Copilot in organizations and enterprises").
PRICES: Mapping[str, float] = {"business": 19.0, "enterprise": 39.0}
# AI credits that a seat brings into the pool of its billing entity each month (same page).
INCLUDED_CREDITS: Mapping[str, int] = {"business": 1_900, "enterprise": 3_900}

# Upper ends, in days since the last activity, of the buckets that are kept; GitHub forgets activity after 90 days.
BUCKETS: Mapping[str, int] = {"0-6": 6, "7-13": 13, "14-29": 29, "30-59": 59, "60-90": 90}
NEVER = "never or more than 90"


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's seat (schema: copilot-seat-details); `created` and `last_activity` as UTC days."""

    person: int | None
    login: str | None
    created: date
    last_activity: date | None
    editor: str | None
    plan: str
    team: str | None
    pending_cancellation: bool


@dataclass(frozen=True, slots=True)
class SeatRules:
    """What counts as idle, and what a seat costs (None: by its plan)."""

    today: date
    idle_days: int = 30
    price: float | None = None


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """Counts of seats on `day`, when they were read; every seat is exactly one of active, idle and new.

    `never_used`: those of the idle ones of which GitHub knows no activity (never, or not in 90 days).
    `by_team`: assigning team → (seats, of these idle).
    """

    day: date
    total: int
    active: int
    idle: int
    never_used: int
    new: int
    pending_cancellation: int
    added: int
    by_plan: Mapping[str, int]
    by_last_activity: Mapping[str, int]
    by_team: Mapping[str, tuple[int, int]]
    by_editor: Mapping[str, int]
    idle_cost: float | None
    unpriced: int
    included_credits: int | None
    idle_days: int

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
    if seat.last_activity is not None and (rules.today - seat.last_activity).days < rules.idle_days:
        return SeatState.ACTIVE
    return SeatState.NEW if (rules.today - seat.created).days < rules.idle_days else SeatState.IDLE


def one_per_person(seats: Iterable[Seat]) -> list[Seat]:
    """An enterprise lists a person once per grant; the seat used last stands for them. Seats of nobody all stay."""
    best: dict[int, Seat] = {}
    nobodys: list[Seat] = []
    for seat in seats:
        if seat.person is None:
            nobodys.append(seat)
            continue
        held = best.get(seat.person)
        if held is None or _freshness(seat) > _freshness(held):
            best[seat.person] = seat
    return [*best.values(), *nobodys]


def _freshness(seat: Seat) -> tuple[int, int]:
    last = seat.last_activity.toordinal() if seat.last_activity else 0
    return last, -seat.created.toordinal()


def summarise_seats(seats: Iterable[Seat], rules: SeatRules) -> SeatFigures:
    """Counts people once each."""
    unique = one_per_person(seats)
    states = Counter(state_of(seat, rules) for seat in unique)
    idle = [seat for seat in unique if state_of(seat, rules) is SeatState.IDLE]
    prices = [_price(seat, rules) for seat in idle]
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
        by_last_activity=_by_last_activity(unique, rules.today),
        by_team=_by_team(unique, rules),
        by_editor=Counter(seat.editor for seat in unique if seat.editor and state_of(seat, rules) is SeatState.ACTIVE),
        idle_cost=None if prices and all(p is None for p in prices) else sum(p for p in prices if p is not None),
        unpriced=sum(price is None for price in prices),
        included_credits=None if None in included else sum(n for n in included if n is not None),
        idle_days=rules.idle_days,
    )


def _price(seat: Seat, rules: SeatRules) -> float | None:
    return rules.price if rules.price is not None else PRICES.get(seat.plan)


def bucket_of(last_activity: date | None, today: date) -> str:
    """The bucket of `BUCKETS` that a last activity falls into; a day in the future is today's."""
    if last_activity is None:
        return NEVER
    age = (today - last_activity).days
    return next((name for name, upper in BUCKETS.items() if age <= upper), NEVER)


def _by_last_activity(seats: list[Seat], today: date) -> Mapping[str, int]:
    counts = Counter(bucket_of(seat.last_activity, today) for seat in seats)
    return {name: counts[name] for name in (*BUCKETS, NEVER)}


def _by_team(seats: list[Seat], rules: SeatRules) -> Mapping[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for seat in seats:
        if seat.team is not None:
            assigned, idle = counts.get(seat.team, (0, 0))
            counts[seat.team] = (assigned + 1, idle + (state_of(seat, rules) is SeatState.IDLE))
    return dict(sorted(counts.items()))
