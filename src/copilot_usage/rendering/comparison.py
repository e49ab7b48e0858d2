"""Several scopes beside each other. People are distinct, so there is no row of sums."""

from __future__ import annotations

from dataclasses import replace

from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.rendering import charts, markdown, notes
from copilot_usage.rendering.findings import kinds
from copilot_usage.rendering.view import Section, Table, columns, without_empty_columns

_SEEN = 25
# With 14 blocks the table's many columns are as wide as the page.
_NARROW = 14
# Short titles, so that names need no second line; the note says what they mean.
_FIGURES = ("Active people", "Average working day", "Change")


def comparison(report: Report) -> Section | None:
    """A row a scope, the busiest first; None where there is but one."""
    if len(report.scopes) < 2:
        return None
    ranked = sorted(report.scopes, key=lambda scope: (-(scope.now.mean_daily_active or 0), scope.scope.name))
    teams = ranked[0].scope.kind.is_team
    figures = ("Members", *_FIGURES) if teams else _FIGURES
    titles = (*columns("Team" if teams else "Name", *figures), *columns("Over time", "Accepted", "Lines"))
    one_owner = len({scope.scope.owner for scope in ranked}) == 1
    marks = markdown.Marks()
    rows = tuple(_row(scope, marks, teams=teams, one_owner=one_owner) for scope in ranked)
    note = (
        "Average working day: active people. Accepted: of the completions shown. Lines: written by Copilot. "
        "People in several of these count in each of them, so the rows do not add up to a total."
    )
    if any(each.members is not None and (each.now.active_people or 0) > each.members for each in ranked):
        note += " Members are those of the last day; people who left a team before count among its active people."
    title = f"{kinds(report).capitalize()} compared"
    whole = without_empty_columns(Table("", titles, rows, marks.below(note)))
    if len(whole.columns) == 1:
        return None
    if len(rows) <= _SEEN:
        return Section("comparison", title, tables=(whole,))
    seen = replace(whole, rows=whole.rows[:_SEEN])
    return Section("comparison", title, tables=(seen,), folded=(replace(whole, title=f"All {len(rows):,}", note=""),))


def _row(scope: ScopeReport, marks: markdown.Marks, *, teams: bool, one_owner: bool) -> tuple[str, ...]:
    mean = scope.now.mean_daily_active_working
    moved = scope.comparison.working_day_mean("daily_active_users") if scope.comparison else None
    days = scope.now.range
    people = {usage.day: usage.amount("daily_active_users") for usage in scope.history.of_newest_generation(days)}
    state = notes.state(scope)
    return (
        markdown.cell((scope.scope.team if one_owner else None) or scope.scope.name) + (f" ({state})" if state else ""),
        *((markdown.number(scope.members),) if teams else ()),
        markdown.number(scope.now.active_people),
        markdown.mean(mean),
        marks.trend(moved),
        charts.sparkline([people.get(day) for day in days], _NARROW),
        markdown.per_cent(scope.now.acceptance_rate),
        markdown.number(scope.now.total("loc_added_sum")),
    )
