"""What sessions, requests and chats GitHub counts beside the work itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_usage.domain.metric import Dimension
from copilot_usage.rendering import markdown
from copilot_usage.rendering.view import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_usage.domain.report import ScopeReport

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
    columns = (("", ":--"), ("This range", "--:"), ("Change", "--:"))
    return Table("Sessions, requests and tokens", columns, (*rows, *agents), marks.below())


def _agents(scope: ScopeReport, marks: markdown.Marks) -> Iterator[tuple[str, ...]]:
    for name, row in scope.now.breakdowns.get(Dimension.THIRD_PARTY_AGENT, {}).items():
        metric = next((metric for metric in _STARTS if metric in row), None)
        if metric is not None:
            ranges = scope.comparison
            moved = ranges.total(metric, Dimension.THIRD_PARTY_AGENT, name) if ranges else None
            title = f"Agent {markdown.cell(name)}: jobs started"
            yield (title, markdown.number(row[metric].amount), marks.trend(moved))
