"""Insights in words, and the one line for a chat message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_usage.domain.change import change
from copilot_usage.domain.insights import MOST, insights
from copilot_usage.rendering import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from copilot_usage.domain.insights import Insight
    from copilot_usage.domain.report import Report, ScopeReport


def findings(scope: ScopeReport) -> tuple[str, ...]:
    """At most three sentences, in Markdown."""
    return tuple(_sentence(insight) for insight in insights(scope))


def joint_findings(scopes: Sequence[ScopeReport]) -> tuple[str, ...]:
    """Of several scopes: who stopped first, then what moved most; each sentence names its scope."""
    found = [(scope, insight) for scope in scopes for insight in insights(scope) if insight.kind in _NEWS]
    found.sort(key=lambda item: (_NEWS.index(item[1].kind), -_size(item[1]), item[0].scope.name))
    return tuple(f"{markdown.cell(scope.scope.name)}: {_sentence(insight)}" for scope, insight in found[:MOST])


# What is worth saying of one among several; an idle seat or a peak of one team is not.
_NEWS = ("stopped", "people", "took off", "moved")


def _size(insight: Insight) -> float:
    return abs(insight.change.relative or 0) if insight.change else 0


def _sentence(insight: Insight) -> str:
    moved, subject = insight.change, insight.subject
    then_now = f"{markdown.number(moved.before)} before, {markdown.number(moved.now)} now" if moved else ""
    match insight.kind:
        case "idle seats" if moved:
            cost = f": {markdown.dollars(insight.amount)} a month" if insight.amount else ""
            have = "has" if moved.now == 1 else "have"
            return f"**{moved.now:,} of {moved.before:,} seats {have} been idle** for {subject} or more{cost}."
        case "stopped":
            most = markdown.number(insight.amount)
            return f"**Nobody has been active since {subject}**; before that up to {most} a day."
        case "peak":
            most = markdown.number(insight.amount)
            return f"**A new peak**: {most} people were active on {subject}, more than on any day before."
        case "took off" if moved:
            then_now = f"{markdown.number(moved.before)} {insight.unit} before, {markdown.number(moved.now)} now"
            return f"**{subject} took off**: {markdown.trend(moved)} ({then_now})."
        case "course" if moved:
            first, last = markdown.number(moved.before), markdown.number(moved.now)
            return f"**{subject}**: {markdown.trend(moved)} ({first} in its first 28 days, {last} in its last)."
        case _:
            return f"**{subject}**: {markdown.trend(moved)} ({then_now})."


def headline(report: Report) -> str:
    """One line of plain text, ready for a chat message; with several scopes it names the largest change."""
    name = report.scopes[0].scope.name if len(report.scopes) == 1 else f"{len(report.scopes)} {kinds(report)}"
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
        moved = change(people, scope.before.active_people if scope.before else None)
        parts.append(f"{people:,} active people" + (f" ({markdown.trend(moved)})" if moved else ""))
    elif scope.now.mean_daily_active_working is not None:
        parts.append(f"{markdown.mean(scope.now.mean_daily_active_working)} active people on a working day")
    if rate is not None:
        parts.append(f"{markdown.per_cent(rate)} of completions accepted")
    if scope.seats is not None:
        parts.append(f"{scope.seats.idle:,} of {scope.seats.total:,} seats idle")
    return parts or ["no figures"]


def _of_several(report: Report) -> list[str]:
    for measure, words in _MEASURES.items():
        moves = {
            scope.scope.name: moved
            for scope in report.scopes
            if scope.before is not None
            and (moved := change(getattr(scope.now, measure), getattr(scope.before, measure)))
            and moved.relative is not None
        }
        if moves:
            name = max(moves, key=lambda scope: (abs(moves[scope].relative or 0), scope))
            return [f"largest change: {name}, {markdown.trend(moves[name])} {words}"]
    known = [scope for scope in report.scopes if scope.now.mean_daily_active_working is not None]
    if not known:
        return ["no figures"]
    busiest = max(known, key=lambda scope: (scope.now.mean_daily_active_working or 0, scope.scope.name))
    mean = markdown.mean(busiest.now.mean_daily_active_working)
    return [f"busiest: {busiest.scope.name}, {mean} active people on a working day"]


# By what several scopes are compared: the first that is known of any of them in both ranges.
_MEASURES = {"active_people": "active people", "mean_daily_active_working": "active people on a working day"}
