"""GitHub's field names, and the words that the page uses for them; what may be done with each is in `metric`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The seven counters, which the day, and each row of its breakdowns, has.
COUNTER_TITLES: Mapping[str, str] = {
    "user_initiated_interaction_count": "prompts",
    "code_generation_activity_count": "code generations",
    "code_acceptance_activity_count": "code acceptances",
    "loc_suggested_to_add_sum": "lines suggested",
    "loc_suggested_to_delete_sum": "lines suggested to delete",
    "loc_added_sum": "lines added",
    "loc_deleted_sum": "lines deleted",
}

PEOPLE: Mapping[str, str] = {
    "daily_active_users": "active people on the day",
    "weekly_active_users": "active people in 7 days",
    "monthly_active_users": "active people in 28 days",
    "monthly_active_chat_users": "people who used IDE chat in 28 days",
    "monthly_active_agent_users": "people who used agent mode in 28 days",
    "daily_active_cli_users": "people who used the CLI on the day",
    "daily_active_copilot_app_users": "people who used the Copilot app on the day",
} | {
    f"{often}_{people}": f"{title} {when}"
    for people, title in {
        "active_vscode_agent_users": "people who used the Agents window of VS Code",
        "active_copilot_cloud_agent_users": "people who used the cloud agent",
        "active_copilot_code_review_users": "people who asked for a code review or applied one",
        "passive_copilot_code_review_users": "people whose pull request was reviewed without their asking",
    }.items()
    for often, when in {"daily": "on the day", "weekly": "in 7 days", "monthly": "in 28 days"}.items()
}

# Of a team only: how many people were in it on the day, active or not.
MEMBERS: Mapping[str, str] = {"members": "members of the team"}

PULL_REQUESTS: Mapping[str, str] = {
    "pull_requests.total_created": "pull requests created",
    "pull_requests.total_reviewed": "pull requests reviewed",
    "pull_requests.total_merged": "pull requests merged",
    "pull_requests.total_suggestions": "review suggestions",
    "pull_requests.total_applied_suggestions": "review suggestions applied",
    "pull_requests.total_created_by_copilot": "pull requests created by Copilot",
    "pull_requests.total_reviewed_by_copilot": "pull requests reviewed by Copilot",
    "pull_requests.total_merged_created_by_copilot": "merged pull requests that Copilot created",
    "pull_requests.total_merged_reviewed_by_copilot": "merged pull requests that Copilot reviewed",
    "pull_requests.total_copilot_suggestions": "review suggestions by Copilot",
    "pull_requests.total_copilot_applied_suggestions": "review suggestions by Copilot applied",
}

MEDIANS: Mapping[str, str] = {
    "pull_requests.median_minutes_to_merge": "median minutes to merge",
    "pull_requests.median_minutes_to_merge_copilot_authored": "median minutes to merge, created by Copilot",
    "pull_requests.median_minutes_to_merge_copilot_reviewed": "median minutes to merge, reviewed by Copilot",
}

SESSIONS: Mapping[str, str] = {
    f"{surface}.{field}": f"{title} {what}"
    for surface, title in {"totals_by_cli": "CLI", "totals_by_copilot_app": "Copilot app"}.items()
    for field, what in {
        "session_count": "sessions",
        "request_count": "requests",
        "prompt_count": "prompts",
        "token_usage.output_tokens_sum": "output tokens",
        "token_usage.prompt_tokens_sum": "prompt tokens",
    }.items()
} | {
    "totals_by_vscode_agent.session_count": "Agents window sessions",
    "totals_by_vscode_agent.total_user_messages": "Agents window messages",
}

AVERAGES: Mapping[str, str] = {
    "totals_by_cli.token_usage.avg_tokens_per_request": "CLI tokens per request",
    "totals_by_copilot_app.token_usage.avg_tokens_per_request": "Copilot app tokens per request",
}

# Different items used on the day: distinct things, so no more to be added than people.
DISTINCT_ITEMS: Mapping[str, str] = {
    f"distinct_{item}_use_count": f"different {title} used"
    for item, title in {
        "skill": "skills",
        "custom_agent": "custom agents",
        "mcp": "MCP servers",
        "slash_cmd": "slash commands",
        "plugin": "plugins",
    }.items()
}

# Counted for teams from user rows (`ai_credits_used`); a signal, not a bill.
CREDITS: Mapping[str, str] = {"ai_credits_used": "AI credits used"}

# What the two older generations say and `reports` does not, under their own names.
EARLIER_COUNTS: Mapping[str, str] = {
    "total_chats": "chats in the editor",
    "total_chat_insertion_events": "chat answers inserted",
    "total_chat_copy_events": "chat answers copied",
    "total_dotcom_chats": "chats on github.com",
    "total_pr_summaries_created": "pull request summaries",
    "total_chat_turns": "chat turns",
    "total_chat_acceptances": "chat acceptances",
}
EARLIER_PEOPLE: Mapping[str, str] = {
    "total_active_users": "people who were shown completions",
    "total_active_chat_users": "people who used chat",
    "total_engaged_users": "engaged people",
    "copilot_ide_code_completions.total_engaged_users": "people who accepted completions",
    "copilot_ide_chat.total_engaged_users": "people who used chat in the editor",
    "copilot_dotcom_chat.total_engaged_users": "people who used chat on github.com",
    "copilot_dotcom_pull_requests.total_engaged_users": "people who had pull requests summarised",
}

# Averages per person of an adoption phase.
PHASE_AVERAGES: Mapping[str, str] = {
    f"avg_{what}": f"{title} per person"
    for what, title in {
        "user_initiated_interactions": "prompts",
        "code_generation_activities": "code generations",
        "code_acceptance_activities": "code acceptances",
        "loc_added": "lines added",
        "loc_deleted": "lines deleted",
        "pull_requests_reviewed": "pull requests reviewed",
        "pull_requests_created": "pull requests created",
        "pull_requests_merged": "pull requests merged",
        "pull_requests_median_minutes_to_merge": "median minutes to merge",
        "pull_requests_review_cycles": "review cycles",
        "pull_requests_minutes_to_review": "minutes to review",
    }.items()
}
