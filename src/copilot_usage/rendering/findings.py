"""Insights in words, and the one line for a chat message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import assert_never

from copilot_usage.domain.change import Change, Compared, Comparison
from copilot_usage.domain.change import moved as change_of
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.insights import (
    MOST,
    CountMoved,
    IdleSeats,
    Insight,
    Peak,
    PeopleMoved,
    PeopleOverRange,
    Stopped,
    TookOff,
    insights,
)
from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.domain.seats import SeatFigures
from copilot_usage.rendering import markdown
from copilot_usage.rendering.headline import COUNTS
from copilot_usage.rendering.notes import could_not_be_read


def findings(scope: ScopeReport) -> tuple[str, ...]:
    """At most three sentences, in Markdown."""
    return tuple(_sentence(insight, scope.now.range) for insight in insights(scope))


def joint_findings(scopes: Sequence[ScopeReport]) -> tuple[str, ...]:
    """Of several scopes: who stopped first, then what moved most; each sentence names its scope."""
    found = [(scope, insight) for scope in scopes for insight in insights(scope) if type(insight) in _NEWS]
    found.sort(key=lambda item: (_NEWS.index(type(item[1])), -_size(item[1]), item[0].scope.name))
    return tuple(
        f"{markdown.cell(scope.scope.name)}: {_sentence(insight, scope.now.range)}" for scope, insight in found[:MOST]
    )


# What is worth saying of one among several; an idle seat or a peak of one team is not.
_NEWS: Sequence[type[Insight]] = (Stopped, PeopleMoved, TookOff, CountMoved)


def _size(insight: Insight) -> float:
    match insight:
        case PeopleMoved(change=moved) | TookOff(change=moved) | CountMoved(change=moved):
            return abs(moved.relative or 0)
        case _:
            return 0


def _sentence(insight: Insight, shown: DateRange) -> str:
    day = partial(markdown.day_of, shown)
    match insight:
        case Stopped(since, most):
            said = f"**No one has been active since {day(since)}**; in the days before, up to {most:,} a day"
        case IdleSeats(seats):
            said = _idle(seats)
        case PeopleMoved(moved):
            said = f"**Active people**: {_before_and_now(moved)}"
        case PeopleOverRange(moved):
            ends = f"{markdown.number(moved.before)} in its first 28 days, {markdown.number(moved.now)} in its last"
            said = f"**Active people over the range**: {markdown.trend(moved)} ({ends})"
        case TookOff(feature, metric, moved):
            said = f"**{_TAKING_OFF[feature]} took off**: {_before_and_now(moved, _UNITS[metric])}"
        case Peak(peak, people, most, days, since):
            earlier = f"the most on {days:,} comparable days before, from {day(since)} on, was {most:,}"
            said = f"**A new peak**: {people:,} people were active on {day(peak)}; {earlier}"
        case CountMoved(metric, moved):
            said = f"**{COUNTS[metric]}**: {_before_and_now(moved)}"
        case _:
            assert_never(insight)
    return f"{said}."


# Features of agents and measures of their work, as they stand in a sentence.
_TAKING_OFF = {
    "chat_panel_agent_mode": "Agent mode",
    "agent_edit": "Edits by agents",
    "copilot_cli": "The CLI",
    "copilot_app": "The Copilot app",
}
_UNITS = {
    "user_initiated_interaction_count": " prompts",
    "loc_added_sum": " lines",
    "code_generation_activity_count": " generations",
}


def _idle(seats: SeatFigures) -> str:
    have = "has" if seats.idle == 1 else "have"
    cost = f": {markdown.dollars(seats.idle_cost)} a month" if seats.idle_cost else ""
    if cost and seats.unpriced:
        cost += f", without {seats.unpriced:,} whose price is not known"
    idle_for = markdown.counted(seats.idle_days)
    return f"**{seats.idle:,} of {seats.total:,} seats {have} been idle** for {idle_for} or more{cost}"


def _before_and_now(moved: Change, unit: str = "") -> str:
    write = markdown.mean if moved.of_working_days else markdown.number
    when = "on a working day before" if moved.of_working_days else "before"
    return f"{markdown.trend(moved)} ({write(moved.before)}{unit} {when}, {write(moved.now)} now)"


def headline(report: Report) -> str:
    """One line of plain text, ready for a chat message; with several scopes it names the largest change."""
    several = f"{len(report.scopes)} {kinds(report)}{could_not_be_read(report)}"
    name = report.scopes[0].scope.name if len(report.scopes) == 1 else several
    parts = _of_one(report.scopes[0]) if len(report.scopes) == 1 else _of_several(report)
    days = markdown.days(report.range)
    return f"Copilot usage of {name}, {days}: {', '.join(parts)}"


def kinds(report: Report) -> str:
    """What several scopes are called together."""
    names = {"organization": "organizations", "enterprise": "enterprises"}
    return names.get(report.scopes[0].scope.kind.value, "teams")


def _of_one(scope: ScopeReport) -> list[str]:
    people, rate = scope.now.active_people, scope.now.acceptance_rate
    parts = []
    if people is not None:
        moved = change_of(scope.comparison.active_people()) if scope.comparison else None
        active = f"{people:,} active {'person' if people == 1 else 'people'}"
        parts.append(active + (f" ({markdown.trend(moved)})" if moved else ""))
    elif scope.now.mean_daily_active_working is not None:
        parts.append(f"{markdown.mean(scope.now.mean_daily_active_working)} active people on a working day")
    if rate is not None:
        parts.append(f"{markdown.per_cent(rate)} of completions accepted")
    if scope.seats is not None and scope.seats.total and not scope.seats.activity_stands_still:
        parts.append(f"{scope.seats.idle:,} of {scope.seats.total:,} seats idle")
    return parts or ["no figures"]


def _of_several(report: Report) -> list[str]:
    for words, compare in _MEASURES.items():
        moves = {
            scope.scope.name: moved
            for scope in report.scopes
            if scope.comparison and (moved := change_of(compare(scope.comparison))) and moved.relative is not None
        }
        if moves:
            name = max(moves, key=lambda scope: (abs(moves[scope].relative or 0), scope))
            return [f"largest change: {name}, {markdown.trend(moves[name])} {words}"]
    known = [each for each in report.scopes if each.now.mean_daily_active_working is not None and not each.refused]
    if not known:
        return ["no figures"]
    busiest = max(known, key=lambda scope: (scope.now.mean_daily_active_working or 0, scope.scope.name))
    mean = markdown.mean(busiest.now.mean_daily_active_working)
    return [f"busiest: {busiest.scope.name}, {mean} active people on a working day"]


# By what several scopes are compared: the first that is known of any of them in both ranges.
_MEASURES: Mapping[str, Callable[[Comparison], Compared]] = {
    "active people": lambda ranges: ranges.active_people(),
    "active people on a working day": lambda ranges: ranges.working_day_mean("daily_active_users"),
}
