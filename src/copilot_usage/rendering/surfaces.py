"""What sessions, requests and chats GitHub counts beside the work itself."""

from __future__ import annotations

from collections.abc import Iterator

from copilot_usage.domain.figures import Figures, not_attributed, of_newest_generation
from copilot_usage.domain.metrics import Dimension, measures
from copilot_usage.domain.report import ScopeReport
from copilot_usage.domain.usage import Amount, Figure
from copilot_usage.rendering import charts, markdown
from copilot_usage.rendering.activity import unit_of
from copilot_usage.rendering.breakdowns import of_some_days
from copilot_usage.rendering.view import Section, Table, columns

SESSIONS = {
    "totals_by_cli.session_count": "CLI sessions",
    "totals_by_cli.request_count": "CLI requests, including automatic ones",
    "totals_by_cli.prompt_count": "CLI prompts",
    "totals_by_cli.token_usage.prompt_tokens_sum": "CLI prompt tokens",
    "totals_by_cli.token_usage.output_tokens_sum": "CLI output tokens",
    "totals_by_copilot_app.session_count": "Copilot app sessions",
    "totals_by_copilot_app.request_count": "Copilot app requests",
    "totals_by_vscode_agent.session_count": "Agents window sessions",
    "totals_by_vscode_agent.total_user_messages": "Agents window messages",
    "total_chats": "Chats in the editor",
    "total_chat_insertion_events": "Chat answers inserted",
    "total_chat_copy_events": "Chat answers copied",
    "total_dotcom_chats": "Chats on github.com",
    "total_chat_turns": "Chat turns",
    "total_chat_acceptances": "Chat acceptances",
    "total_pr_summaries_created": "Pull request summaries",
}

# How jobs of a third-party agent are counted: by who started them, or else by its sessions.
_STARTS = ("user_initiated_interaction_count", "session_count")


def sessions(scope: ScopeReport) -> Table | None:
    """Of the CLI, the app, the Agents window and chat; and the jobs that agents of other makers started."""
    ranges, marks = scope.comparison, markdown.Marks()
    rows = tuple(
        (title, markdown.number(total.amount), marks.trend(ranges.total(metric) if ranges else None))
        for metric, title in SESSIONS.items()
        if (total := scope.now.totals.get(metric)) is not None
    )
    agents = tuple(_agents(scope, marks))
    if not rows and not agents:
        return None
    titles = columns("", "This range", "Change")
    return Table("Sessions, requests and tokens", titles, (*rows, *agents), marks.below())


def _agents(scope: ScopeReport, marks: markdown.Marks) -> Iterator[tuple[str, ...]]:
    for name, row in scope.now.breakdowns.get(Dimension.THIRD_PARTY_AGENT, {}).items():
        metric = next((metric for metric in _STARTS if metric in row), None)
        if metric is not None:
            ranges = scope.comparison
            moved = ranges.total(metric, Dimension.THIRD_PARTY_AGENT, name) if ranges else None
            title = f"Agent {markdown.cell(name)}: jobs started"
            yield (title, markdown.number(row[metric].amount), marks.trend(moved))


# With 14 blocks the widest table fits on the page.
_NARROW = 14
_FEATURES = {
    "code_completion": "Completions",
    "chat_panel_ask_mode": "Chat: ask",
    "chat_panel_edit_mode": "Chat: edit",
    "chat_panel_agent_mode": "Chat: agent",
    "chat_panel_plan_mode": "Chat: plan",
    "chat_panel_custom_mode": "Chat: custom",
    "chat_panel_unknown_mode": "Chat: unknown mode",
    "chat_inline": "Chat: inline",
    "agent_edit": "Edits by agents",
    "copilot_cli": "CLI",
    "copilot_app": "Copilot app",
}
# Surface → GitHub's people figures, the window of 28 days first, then that of the day alone.
_PEOPLE = {
    "IDE chat": ("monthly_active_chat_users", None),
    "Agent mode": ("monthly_active_agent_users", None),
    "CLI": (None, "daily_active_cli_users"),
    "Copilot app": (None, "daily_active_copilot_app_users"),
    "Agents window of VS Code": ("monthly_active_vscode_agent_users", "daily_active_vscode_agent_users"),
    "Cloud agent": ("monthly_active_copilot_cloud_agent_users", "daily_active_copilot_cloud_agent_users"),
    "Code review, requested": (
        "monthly_active_copilot_code_review_users",
        "daily_active_copilot_code_review_users",
    ),
    "Code review, automatic": (
        "monthly_passive_copilot_code_review_users",
        "daily_passive_copilot_code_review_users",
    ),
    "Chat": (None, "total_active_chat_users"),
}


def adoption(scope: ScopeReport) -> Section | None:
    """Adoption by surface: people, then work by feature, then sessions."""
    tables = [table for table in (_people(scope), _features(scope)) if table is not None]
    folded = [table for table in (_engaged(scope), sessions(scope)) if table is not None]
    if not tables and not folded:
        return None
    return Section("adoption", "What Copilot is used for", tables=tuple(tables), folded=tuple(folded))


def feature_title(feature: str) -> str:
    """GitHub's name in words; one that is not known yet as it is."""
    return _FEATURES.get(feature) or markdown.cell(feature)


def _people(scope: ScopeReport) -> Table | None:
    marks = markdown.Marks()
    rows = [row for name, metrics in _PEOPLE.items() if (row := _people_row(scope, marks, name, *metrics)) is not None]
    if not rows:
        return None
    titles = columns("People", "28 days", "Change", "Peak day", drawn="Over time")
    monthly = any(row[1] != markdown.UNKNOWN for row in rows)
    note = "28 days: distinct people in the 28 days up to the end of the range, as GitHub counts them."
    return Table("", titles, tuple(rows), marks.below(note if monthly else ""))


def _people_row(
    scope: ScopeReport, marks: markdown.Marks, name: str, monthly: str | None, daily: str | None
) -> tuple[str, ...] | None:
    now = scope.history.amount(scope.now.range.until, monthly) if monthly else None
    moved = scope.comparison.on_last_day(monthly) if monthly and scope.comparison else None
    series = scope.history.series(scope.now.range, daily or monthly or "")
    known = [amount for amount in series if amount is not None]
    if now is None and not known:
        return None
    # Beside people of 28 days stands the busiest of these days; where GitHub's two counts contradict, only the first.
    counted = known if now is None else [amount for amount in series[-28:] if amount is not None]
    likely = counted and (now is None or max(counted) <= now)
    # People of 28 days hardly move within 28 days; only daily figures, or a longer range, are worth a drawing.
    drawn = charts.sparkline(series) if daily or unit_of(scope.now.range) != "day" else ""
    peak = markdown.number(max(counted)) if daily and likely else markdown.UNKNOWN
    return (name, markdown.number(now), marks.trend(moved), peak, drawn)


def _features(scope: ScopeReport) -> Table | None:
    figures = of_newest_generation(scope.history, scope.now)
    rows = figures.breakdowns.get(Dimension.FEATURE, {})
    if not rows:
        return None
    order = sorted(rows, key=lambda name: (list(_FEATURES).index(name) if name in _FEATURES else 99, name))
    marks = markdown.Marks()
    written = (*(_feature_row(scope, figures, marks, feature) for feature in order), *_rest(scope, figures))
    titles = columns("Feature", "Prompts", "Generations", "Accepted", "Lines written", "Change", drawn="Over time")
    compared = any(row[-2] != markdown.UNKNOWN for row in written)
    notes = (
        of_some_days(figures) if figures is not scope.now else "",
        "Change is that of lines written, or else of generations; of agent mode that of prompts." if compared else "",
        "Only completions have an acceptance rate.",
    )
    return Table("", titles, written, marks.below(" ".join(filter(None, notes))))


def _rest(scope: ScopeReport, figures: Figures) -> Iterator[tuple[str, ...]]:
    """What the totals have and no feature does."""
    days = [scope.history.days[day] for day in figures.days]
    metrics = ("user_initiated_interaction_count", "code_generation_activity_count", None, "loc_added_sum")
    rests = [not_attributed(days, Dimension.FEATURE, metric) if metric else None for metric in metrics]
    if any(rests):
        yield ("*not attributed*", *map(markdown.number, rests), markdown.UNKNOWN, "")


def _feature_row(scope: ScopeReport, figures: Figures, marks: markdown.Marks, feature: str) -> tuple[str, ...]:
    def amount(metric: str) -> Amount | None:
        return figures.row_total(Dimension.FEATURE, feature, metric)

    shown, accepted = amount("code_generation_activity_count"), amount("code_acceptance_activity_count")
    metric = next((name for name in measures(feature) if amount(name)), measures(feature)[-1])
    rate = (
        f" ({markdown.per_cent(100 * accepted / shown)})" if feature == "code_completion" and accepted and shown else ""
    )
    figure = Figure(metric, Dimension.FEATURE, feature)
    counted = {day: scope.history.days[day] for day in figures.days}
    documents = [counted.get(day) for day in scope.now.range]
    moved = scope.comparison.total(metric, Dimension.FEATURE, feature) if scope.comparison else None
    return (
        feature_title(feature),
        markdown.number(amount("user_initiated_interaction_count")),
        markdown.number(shown),
        markdown.number(accepted) + rate,
        markdown.number(amount("loc_added_sum")),
        marks.trend(moved),
        charts.sparkline([None if usage is None else usage.figure(figure) for usage in documents], _NARROW),
    )


def _engaged(scope: ScopeReport) -> Table | None:
    if not scope.engaged_people:
        return None
    ranked = sorted(scope.engaged_people.items(), key=lambda item: -item[1])
    rows = tuple((feature_title(name), markdown.number(people)) for name, people in ranked)
    return Table("People who used a feature on at least two of the 28 days", columns("Feature", "People"), rows)
