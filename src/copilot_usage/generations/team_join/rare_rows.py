"""What few user rows have, array by array, as lines of figures: sessions, third-party agents, skills and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_usage.generations.team_join.rows import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copilot_usage.generations.team_join.rows import Sessions, WholeUserRow

SESSIONS = ("session_count", "request_count", "prompt_count", "output_tokens_sum", "prompt_tokens_sum")
AGENTS_WINDOW = ("session_count", "total_user_messages")
ITEMS = {
    "totals_by_skill": "skill",
    "totals_by_custom_agent": "custom_agent",
    "totals_by_mcp": "mcp",
    "totals_by_slash_cmd": "slash_cmd",
    "totals_by_plugin": "plugin",
}
CLI, APP, WINDOW = "totals_by_cli", "totals_by_copilot_app", "totals_by_vscode_agent"
AGENTS = "totals_by_3rd_party_agent"


def has_rare(row: WholeUserRow) -> bool:
    """Whether `rare_lines` has anything; most rows have not."""
    return bool(
        row.totals_by_cli
        or row.totals_by_copilot_app
        or row.totals_by_vscode_agent
        or row.totals_by_3rd_party_agent
        or row.totals_by_skill
        or row.totals_by_custom_agent
        or row.totals_by_mcp
        or row.totals_by_slash_cmd
        or row.totals_by_plugin
    )


def rare_lines(row: WholeUserRow) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Array and value, and the figures."""
    if row.totals_by_cli is not None:
        yield (CLI,), _sessions(row.totals_by_cli)
    if row.totals_by_copilot_app is not None:
        yield (APP,), _sessions(row.totals_by_copilot_app)
    if row.totals_by_vscode_agent is not None:
        window = row.totals_by_vscode_agent
        yield (WINDOW,), (window.session_count, window.total_user_messages)
    for agent in row.totals_by_3rd_party_agent or ():
        yield (AGENTS, str(agent.agent_id)), (agent.user_initiated_interaction_count,)
    for array in ITEMS:
        for item in getattr(row, array) or ():
            yield (array, item.value), (item.interaction_count,)


def _sessions(used: Sessions) -> tuple[int, ...]:
    tokens = used.token_usage
    output = ABSENT if tokens is None else tokens.output_tokens_sum
    prompt = ABSENT if tokens is None else tokens.prompt_tokens_sum
    return (used.session_count, used.request_count, used.prompt_count, output, prompt)
