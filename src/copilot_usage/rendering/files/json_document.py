"""The shapes of the JSON document, field by field in the order written; docs/report.schema.json describes the same.

Every field is always there and `null` where it is not known; GitHub's own figures, which differ from day to day, stand
in maps by their names, and one that is not known has no entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from copilot_usage.domain.figures import Total
from copilot_usage.domain.report import SeatDay
from copilot_usage.domain.results import PersonActivity
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Activity, Amount, Breakdown

# Raised when a field goes, or changes its meaning; not when one is added.
SCHEMA = 1


class Range(msgspec.Struct, frozen=True):
    """`days`: its length."""

    since: date
    until: date
    days: int


class Snapshots(msgspec.Struct, frozen=True):
    """Where the history is kept."""

    kept_at: str
    commit: str | None
    days_written: int


class Note(msgspec.Struct, frozen=True):
    """`scope` and `name` null: about the run as a whole; `caution`: it changes what a reader concludes."""

    text: str
    scope: ScopeKind | None
    name: str | None
    caution: bool


class Head(msgspec.Struct, frozen=True):
    """The document without `scopes`."""

    schema: int
    demo: bool
    range: Range
    newest_published_day: date | None
    snapshots: Snapshots | None
    alerts: tuple[str, ...]
    notes: tuple[Note, ...]


class Break(msgspec.Struct, frozen=True):
    """A known break in GitHub's series; `last_day` null: for good."""

    day: date
    last_day: date | None
    text: str


class Peak(msgspec.Struct, frozen=True):
    """A figure's highest day."""

    day: date
    amount: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A range, summarised; `days`: those with data; `generations`: how many of these each said."""

    range: Range
    days: int
    generations: Mapping[Generation, int]
    active_people: int | None
    acceptance_rate: float | None
    acceptance_rate_by_lines: float | None
    agent_share: float | None
    mean_daily_active_users: float | None
    mean_working_day_active_users: float | None
    peak_daily_active_users: Peak | None
    totals: Mapping[str, Total]
    breakdowns: Mapping[str, Mapping[str, Mapping[str, Total]]]


class Change(msgspec.Struct, frozen=True):
    """`relative` in per cent, null from zero; `of_working_days`: the days differ, so both are of working days."""

    now: Amount
    before: Amount
    difference: Amount
    relative: float | None
    of_working_days: bool


class Comparison(msgspec.Struct, frozen=True):
    """`against`: `before` or `year_before`; `not_compared`: why a figure that is known has no change."""

    against: str
    figures: Figures
    changes: Mapping[str, Change]
    not_compared: Mapping[str, str]


class TeamSeats(msgspec.Struct, frozen=True):
    """Seats that a team assigns."""

    total: int
    idle: int


class Seats(msgspec.Struct, frozen=True, kw_only=True):
    """Counts on the day they were read; money in USD a month.

    `activity_stands_still`: people are active and no seat's activity moves, so `active`, `idle`, `never_used` and `new`
    count what GitHub lists and say nothing of use.
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
    by_team: Mapping[str, TeamSeats]
    direct: TeamSeats
    by_editor: Mapping[str, int]


class Credits(msgspec.Struct, frozen=True):
    """A month's bill: gross credits, and USD after discounts."""

    month: str
    by_model: Mapping[str, float]
    net_amount: float


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A scope without `days`. `refused`: its usage could not be read; `as_of`: its last day, where later ones lack."""

    scope: ScopeKind
    name: str
    refused: bool
    as_of: date | None
    missing_days: tuple[date, ...]
    unpublished_days: tuple[date, ...]
    unsettled_days: tuple[date, ...]
    breaks: tuple[Break, ...]
    figures: Figures
    comparisons: tuple[Comparison, ...]
    members: int | None
    engaged_people: Mapping[str, int] | None
    seats: Seats | None
    seat_days: tuple[SeatDay, ...]
    seat_people: Mapping[str, tuple[str, ...]] | None
    credits: tuple[Credits, ...]
    people: tuple[PersonActivity, ...] | None


class Day(msgspec.Struct, frozen=True):
    """A day with data."""

    day: date
    generation: Generation
    settled: bool
    totals: Activity
    breakdowns: Mapping[str, Breakdown]
