"""What an organization or enterprise has as a whole: pull requests, credits, phases, CLI items, people."""

from __future__ import annotations

from collections.abc import Mapping

from copilot_usage.domain.figures import Total, latest_breakdown, percentage
from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.report import ScopeReport
from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.view import Section, Table, columns

_PULLS = {
    "Created": ("total_created", "total_created_by_copilot"),
    "Merged": ("total_merged", "total_merged_created_by_copilot"),
    "Reviewed": ("total_reviewed", "total_reviewed_by_copilot"),
    "Review suggestions": ("total_suggestions", "total_copilot_suggestions"),
    "Review suggestions applied": ("total_applied_suggestions", "total_copilot_applied_suggestions"),
}
_MEDIANS = {
    "pull_requests.median_minutes_to_merge": "for all",
    "pull_requests.median_minutes_to_merge_copilot_authored": "for those written by Copilot",
    "pull_requests.median_minutes_to_merge_copilot_reviewed": "for those reviewed by Copilot",
}
_PHASES = {"no cohort": "No cohort", "phase 1": "Code first", "phase 2": "Agent first", "phase 3": "Multi-agent"}
_MOST_ROWS = 15


def pull_requests(scope: ScopeReport) -> Section | None:
    """Counts in all and by Copilot; medians are shown as the span of the days' medians, never averaged."""
    rows, marks = [], markdown.Marks()
    for title, (everything, by_copilot) in _PULLS.items():
        ours, theirs = (scope.now.total(f"pull_requests.{name}") for name in (by_copilot, everything))
        if theirs is not None or ours is not None:
            moved = scope.comparison.total(f"pull_requests.{by_copilot}") if scope.comparison else None
            share = markdown.per_cent(percentage(ours, theirs))
            rows.append((title, markdown.number(theirs), markdown.number(ours), share, marks.trend(moved)))
    if not rows:
        return None
    table = Table("", columns("", "Total", "By Copilot", "Share", "Change (Copilot)"), tuple(rows), marks.below())
    return Section("pull_requests", "Pull requests", tables=(table,), words=_medians(scope))


def _medians(scope: ScopeReport) -> tuple[str, ...]:
    spans = []
    for metric, whose in _MEDIANS.items():
        known = [amount for amount in scope.history.series(scope.now.range, metric) if amount is not None]
        if known:
            least, most = (markdown.number(minutes / 60, digits=1) for minutes in (min(known), max(known)))
            spans.append(f"{least} to {most} hours {whose}")
    return (f"Median time to merge, day by day: {', '.join(spans)}.",) if spans else ()


def credits_used(scope: ScopeReport) -> Section | None:
    """The bill of each calendar month by model; for teams the credits of their members' rows, which are no bill."""
    if scope.bills:
        return _bills(scope)
    used = scope.now.total("ai_credits_used")
    if used is None:
        return None
    counted = f"{markdown.number(used)} AI credits used in this range, as GitHub's servers counted them"
    return Section("credits", "AI credits", words=(f"{counted}: a signal, not a bill.",))


def _bills(scope: ScopeReport) -> Section | None:
    bills = sorted(scope.bills, key=lambda found: found.month)
    included = scope.seats.included_credits if scope.seats else None
    months = []
    for bill in bills:
        used = sum(bill.credits_by_model.values())
        share = charts.share(used, included) if included and used >= 0 else markdown.UNKNOWN
        months.append((markdown.month(bill.month), markdown.number(used), share, markdown.dollars(bill.net_amount)))
    titles = (*columns("Calendar month", "Credits", drawn="Share of included"), ("Net cost", "--:"))
    note = (
        "From the bill, by calendar month (the current one to date); do not compare it with the figures of this range."
    )
    if included:
        note += f" Shares are of what today's seats include: {included:,} credits a month."
    whole = Table("", titles, tuple(months), note)
    by_model = [
        (markdown.month(bill.month), markdown.cell(model), markdown.number(amount))
        for bill in bills
        for model, amount in sorted(bill.credits_by_model.items(), key=lambda item: -item[1])[:_MOST_ROWS]
    ]
    titles = (("Calendar month", ":--"), *columns("Model", "Credits"))
    folded = Table("AI credits by month and model", titles, tuple(by_model))
    return Section("credits", "AI credits", tables=(whole,), folded=(folded,))


def phases(scope: ScopeReport) -> Section | None:
    """People by adoption phase on the last day that says so; they are distinct, so days are not added."""
    found = latest_breakdown(scope.history, scope.now.range, Dimension.PHASE)
    if found is None:
        return None
    day, breakdown = found
    rows = []
    for value, row in sorted(breakdown.items()):
        title = _PHASES.get(value.lower()) or markdown.cell(value)
        people = (row.get("users_in_phase_28d"), row.get("total_engaged_users"))
        rows.append((title, *(markdown.number(amount) for amount in people)))
    titles = columns("Phase", "People in 28 days", "Active on the day")
    table = Table(f"Adoption phases on {markdown.day(day, year=True)}", titles, tuple(rows))
    return Section("phases", "Adoption phases", folded=(table,))


def customizations(scope: ScopeReport) -> Section | None:
    """What the CLI was extended with; GitHub lists the five most used of a day."""
    kinds = {
        Dimension.SKILL: "Skill",
        Dimension.CUSTOM_AGENT: "Custom agent",
        Dimension.MCP: "MCP server",
        Dimension.SLASH_COMMAND: "Slash command",
        Dimension.PLUGIN: "Plugin",
    }
    rows = [
        (title, markdown.cell(name), markdown.number(total.amount))
        for kind, title in kinds.items()
        for name, total in _most_used(scope.now.breakdowns.get(kind, {}))
    ]
    if not rows:
        return None
    table = Table("Most used CLI customizations", (("Kind", ":--"), *columns("Name", "Uses")), tuple(rows))
    return Section("customizations", "CLI customizations", folded=(table,))


def _most_used(rows: Mapping[str, Mapping[str, Total]]) -> list[tuple[str, Total]]:
    used = [(name, total) for name, row in rows.items() if (total := row.get("interaction_count")) and total.amount]
    return sorted(used, key=lambda item: (-item[1].amount, item[0]))[:_MOST_ROWS]


def people(scope: ScopeReport) -> Section | None:
    """By name; only where it was asked for."""
    ranked = sorted(
        (person for person in scope.people or () if person.active_days),
        key=lambda person: (-person.active_days, -person.prompts, person.login.lower()),
    )
    if not ranked:
        return None
    rows = tuple(
        (markdown.cell(p.login), f"{p.active_days:,}", markdown.number(p.prompts), markdown.number(p.lines_added))
        for p in ranked
    )
    title = "1 person" if len(rows) == 1 else f"{len(rows):,} people, most active first"
    return Section(
        "people", "People", folded=(Table(title, columns("Person", "Active days", "Prompts", "Lines written"), rows),)
    )
