"""The JSON document of a report, as docs/report.schema.json describes it, written in pieces of a day.

Every field is always there and `null` where it is not known; GitHub's own figures, which differ from day to day, stand
in maps by their names, and one that is not known has no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

import msgspec

from copilot_usage.domain.breaks import breaks_in
from copilot_usage.domain.change import Change, Compared, Comparison, NoChange
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.figures import ACCEPTANCE, ACCEPTANCE_BY_LINES, AGENT_SHARE, Figures
from copilot_usage.domain.report import Absence, Report, ScopeReport
from copilot_usage.domain.seats import SeatFigures

# Raised when a field goes, or changes its meaning; not when one is added.
SCHEMA = 1
# Figures under this project's own names that have a change.
_NAMED: Mapping[str, Callable[[Comparison], Compared]] = {
    "active_people": lambda ranges: ranges.active_people(),
    "acceptance_rate": lambda ranges: ranges.rate(ACCEPTANCE),
    "acceptance_rate_by_lines": lambda ranges: ranges.rate(ACCEPTANCE_BY_LINES),
    "agent_share": lambda ranges: ranges.rate(AGENT_SHARE),
    "mean_daily_active_users": lambda ranges: ranges.mean("daily_active_users"),
    "mean_working_day_active_users": lambda ranges: ranges.working_day_mean("daily_active_users"),
}
_encode = msgspec.json.Encoder(order="deterministic").encode


def json_parts(report: Report) -> Iterator[str]:
    """Compact, but each scope and each day on a line of its own, so that diff and grep are of use."""
    yield _open(_head(report), "scopes")
    for n, scope in enumerate(report.scopes):
        yield (",\n" if n else "\n") + _open(_scope(scope), "days")
        for m, usage in enumerate(scope.history.within(scope.now.range)):
            day = _object(
                day=usage.day,
                generation=usage.generation,
                settled=usage.settled,
                totals=usage.totals,
                breakdowns=dict(usage.breakdowns.items()),
            )
            yield (",\n" if m else "\n") + _encode(day).decode()
        yield "]}"
    yield "]}\n"


def _object(**values: object) -> msgspec.Raw:
    """An object with its fields in the order given; maps inside are sorted."""
    return msgspec.Raw(b"{%b}" % b",".join(b'"%b":%b' % (name.encode(), _encode(values[name])) for name in values))


def _open(made: msgspec.Raw, name: str) -> str:
    """An object whose last field, a list, is still to be filled."""
    return f'{_encode(made).decode()[:-1]},"{name}":['


def _head(report: Report) -> msgspec.Raw:
    notes = [
        _object(
            text=note.text,
            scope=note.scope and note.scope.kind,
            name=note.scope and note.scope.name,
            caution=note.caution,
        )
        for note in report.notes
    ]
    kept = _object(kept_at=report.kept_at, commit=report.commit, days_written=report.days_written)
    return _object(
        schema=SCHEMA,
        demo=report.demo,
        range=_range(report.range),
        newest_published_day=report.newest,
        snapshots=None if report.kept_at is None else kept,
        alerts=report.alerts,
        notes=notes,
    )


def _scope(scope: ScopeReport) -> msgspec.Raw:
    breaks = [
        _object(day=found.first, last_day=found.last if found.is_period else None, text=found.text)
        for found in breaks_in(scope.now.range)
    ]
    credits_billed = [
        _object(month=bill.month, by_model=bill.credits_by_model, net_amount=bill.net_amount) for bill in scope.bills
    ]
    return _object(
        scope=scope.scope.kind,
        name=scope.scope.name,
        refused=scope.refused,
        as_of=scope.as_of,
        missing_days=scope.now.missing,
        absent=_object(**{why.name.lower(): scope.absent.get(why, ()) for why in Absence}),
        unpublished_days=scope.now.unpublished,
        unsettled_days=scope.now.unsettled,
        breaks=breaks,
        figures=_figures(scope.now),
        comparisons=list(_comparisons(scope)),
        members=scope.members,
        engaged_people=scope.engaged_people,
        seats=scope.seats and _seats(scope.seats),
        seat_days=scope.seat_days,
        seat_people=scope.seat_people,
        credits=credits_billed,
        people=scope.people,
    )


def _range(days: DateRange) -> msgspec.Raw:
    return _object(since=days.since, until=days.until, days=len(days))


def _figures(figures: Figures) -> msgspec.Raw:
    peak = figures.peak_daily_active
    return _object(
        range=_range(figures.range),
        days=len(figures.days),
        generations=figures.generations,
        active_people=figures.active_people,
        acceptance_rate=figures.acceptance_rate,
        acceptance_rate_by_lines=figures.acceptance_rate_by_lines,
        agent_share=figures.agent_share,
        mean_daily_active_users=figures.mean_daily_active,
        mean_working_day_active_users=figures.mean_daily_active_working,
        peak_daily_active_users=peak and _object(day=peak[0], amount=peak[1]),
        totals=figures.totals,
        breakdowns=figures.breakdowns,
    )


def _comparisons(scope: ScopeReport) -> Iterator[msgspec.Raw]:
    for name, earlier in (("before", scope.before), ("year_before", scope.year_before)):
        ranges = scope.against(earlier)
        if ranges is None:
            continue
        found = {figure: compare(ranges) for figure, compare in _NAMED.items()}
        found |= {metric: ranges.total(metric) for metric in scope.now.totals}
        yield _object(
            against=name,
            figures=_figures(ranges.before),
            changes={figure: _change(moved) for figure, moved in found.items() if isinstance(moved, Change)},
            not_compared={figure: held.why for figure, held in found.items() if isinstance(held, NoChange)},
        )


def _change(found: Change) -> msgspec.Raw:
    return _object(
        now=found.now,
        before=found.before,
        difference=found.difference,
        relative=found.relative,
        of_working_days=found.of_working_days,
    )


def _seats(seats: SeatFigures) -> msgspec.Raw:
    """Every field of the domain's; seats of a team as an object."""
    values = {each.name: getattr(seats, each.name) for each in fields(seats)}
    values["by_team"] = {team: _object(total=total, idle=idle) for team, (total, idle) in seats.by_team.items()}
    values["direct"] = _object(total=seats.direct[0], idle=seats.direct[1])
    return _object(**values)
