"""The JSON document of a report: the figures in the shapes of `json_document`, in pieces of a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from copilot_usage.domain.breaks import Break, breaks_in
from copilot_usage.domain.change import Change, Compared, Comparison, NoChange
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.figures import ACCEPTANCE, ACCEPTANCE_BY_LINES, AGENT_SHARE, Figures
from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.domain.results import Note
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.domain.usage import UsageDay
from copilot_usage.rendering.files import json_document as shape

# Figures under names of our own that have a change.
_NAMED: Mapping[str, Callable[[Comparison], Compared]] = {
    "active_people": lambda ranges: ranges.active_people(),
    "acceptance_rate": lambda ranges: ranges.rate(ACCEPTANCE),
    "acceptance_rate_by_lines": lambda ranges: ranges.rate(ACCEPTANCE_BY_LINES),
    "agent_share": lambda ranges: ranges.rate(AGENT_SHARE),
    "mean_daily_active_users": lambda ranges: ranges.mean("daily_active_users"),
    "mean_working_day_active_users": lambda ranges: ranges.working_day_mean("daily_active_users"),
}


def json_parts(report: Report) -> Iterator[str]:
    """Compact, but each scope and each day on a line of its own, so that diff and grep are of use."""
    encode = msgspec.json.Encoder(order="deterministic").encode
    yield _open(encode(_head(report)), "scopes")
    for n, scope in enumerate(report.scopes):
        yield (",\n" if n else "\n") + _open(encode(_scope(scope)), "days")
        for m, usage in enumerate(scope.history.within(scope.now.range)):
            yield (",\n" if m else "\n") + encode(_day(usage)).decode()
        yield "]}"
    yield "]}\n"


def _open(encoded: bytes, name: str) -> str:
    """An object whose last field, a list, is still to be filled."""
    return f'{encoded.decode()[:-1]},"{name}":['


def _head(report: Report) -> shape.Head:
    return shape.Head(
        schema=shape.SCHEMA,
        demo=report.demo,
        range=_range(report.range),
        newest_published_day=report.newest,
        snapshots=_snapshots(report),
        alerts=report.alerts,
        notes=tuple(_note(note) for note in report.notes),
    )


def _note(note: Note) -> shape.Note:
    kind, name = (note.scope.kind, note.scope.name) if note.scope else (None, None)
    return shape.Note(note.text, kind, name, note.caution)


def _scope(scope: ScopeReport) -> shape.Scope:
    return shape.Scope(
        scope=scope.scope.kind,
        name=scope.scope.name,
        refused=scope.refused,
        as_of=scope.as_of,
        missing_days=scope.now.missing,
        unpublished_days=scope.now.unpublished,
        unsettled_days=scope.now.unsettled,
        breaks=tuple(map(_break, breaks_in(scope.now.range))),
        figures=_figures(scope.now),
        comparisons=tuple(_comparisons(scope)),
        members=scope.members,
        engaged_people=scope.engaged_people,
        seats=None if scope.seats is None else _seats(scope.seats),
        seat_days=scope.seat_days,
        seat_people=scope.seat_people,
        credits=tuple(shape.Credits(bill.month, bill.credits_by_model, bill.net_amount) for bill in scope.bills),
        people=scope.people,
    )


def _snapshots(report: Report) -> shape.Snapshots | None:
    return None if report.kept_at is None else shape.Snapshots(report.kept_at, report.commit, report.days_written)


def _range(days: DateRange) -> shape.Range:
    return shape.Range(days.since, days.until, len(days))


def _figures(figures: Figures) -> shape.Figures:
    peak = figures.peak_daily_active
    return shape.Figures(
        range=_range(figures.range),
        days=len(figures.days),
        generations=figures.generations,
        active_people=figures.active_people,
        acceptance_rate=figures.acceptance_rate,
        acceptance_rate_by_lines=figures.acceptance_rate_by_lines,
        agent_share=figures.agent_share,
        mean_daily_active_users=figures.mean_daily_active,
        mean_working_day_active_users=figures.mean_daily_active_working,
        peak_daily_active_users=None if peak is None else shape.Peak(*peak),
        totals=figures.totals,
        breakdowns=figures.breakdowns,
    )


def _break(found: Break) -> shape.Break:
    return shape.Break(found.first, found.last if found.is_period else None, found.text)


def _comparisons(scope: ScopeReport) -> Iterator[shape.Comparison]:
    for name, earlier in (("before", scope.before), ("year_before", scope.year_before)):
        ranges = scope.against(earlier)
        if ranges is None:
            continue
        found = {figure: compare(ranges) for figure, compare in _NAMED.items()}
        found |= {metric: ranges.total(metric) for metric in scope.now.totals}
        changes = {figure: _change(moved) for figure, moved in found.items() if isinstance(moved, Change)}
        reasons = {figure: held.why for figure, held in found.items() if isinstance(held, NoChange)}
        yield shape.Comparison(name, _figures(ranges.before), changes, reasons)


def _change(found: Change) -> shape.Change:
    return shape.Change(found.now, found.before, found.difference, found.relative, found.of_working_days)


def _seats(seats: SeatFigures) -> shape.Seats:
    return shape.Seats(
        day=seats.day,
        total=seats.total,
        active=seats.active,
        idle=seats.idle,
        never_used=seats.never_used,
        new=seats.new,
        added=seats.added,
        pending_cancellation=seats.pending_cancellation,
        idle_days=seats.idle_days,
        newest_activity=seats.newest_activity,
        activity_stands_still=seats.activity_stands_still,
        idle_cost=seats.idle_cost,
        unpriced=seats.unpriced,
        included_credits=seats.included_credits,
        by_plan=seats.by_plan,
        by_last_activity=seats.by_last_activity,
        by_team={team: shape.TeamSeats(assigned, idle) for team, (assigned, idle) in seats.by_team.items()},
        direct=shape.TeamSeats(*seats.direct),
        by_editor=seats.by_editor,
    )


def _day(usage: UsageDay) -> shape.Day:
    return shape.Day(usage.day, usage.generation, usage.settled, usage.totals, dict(usage.breakdowns.items()))
