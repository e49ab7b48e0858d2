"""GitHub's field names, the words the page uses for them, and what arithmetic each allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

# The seven counters, which the day, and each row of its breakdowns, has.
COUNTERS: Mapping[str, str] = {
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

# What the two older generations report and `reports` does not, under their own names.
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


# What only the two older generations report.
EARLIER: frozenset[str] = frozenset(EARLIER_COUNTS) | frozenset(EARLIER_PEOPLE)


class Kind(StrEnum):
    """What arithmetic a figure allows."""

    COUNT = "count"  # may be added over days, teams and dimensions
    PEOPLE = "people"  # distinct people: never added
    MEDIAN = "median"  # never added, never averaged
    AVERAGE = "average"  # per person or request: never added


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure by GitHub's name, with the words that the page uses for it."""

    name: str
    kind: Kind
    title: str

    @property
    def summable(self) -> bool:
        return self.kind is Kind.COUNT


def _metrics(kind: Kind, titles: Mapping[str, str]) -> Iterable[Metric]:
    return (Metric(name, kind, title) for name, title in titles.items())


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *_metrics(Kind.PEOPLE, PEOPLE),
        *_metrics(Kind.PEOPLE, MEMBERS),
        *_metrics(Kind.COUNT, COUNTERS),
        *_metrics(Kind.COUNT, PULL_REQUESTS),
        *_metrics(Kind.MEDIAN, MEDIANS),
        *_metrics(Kind.COUNT, SESSIONS),
        *_metrics(Kind.AVERAGE, AVERAGES),
        *_metrics(Kind.PEOPLE, DISTINCT_ITEMS),
        *_metrics(Kind.COUNT, CREDITS),
        *_metrics(Kind.COUNT, EARLIER_COUNTS),
        *_metrics(Kind.PEOPLE, EARLIER_PEOPLE),
    )
}

# Figures that only rows of a breakdown have.
ROW_METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("session_count", Kind.COUNT, "sessions"),
        Metric("interaction_count", Kind.COUNT, "uses"),
        Metric("total_copilot_suggestions", Kind.COUNT, "suggestions by Copilot"),
        Metric("total_copilot_applied_suggestions", Kind.COUNT, "suggestions by Copilot applied"),
        Metric("total_pull_requests_merged", Kind.COUNT, "pull requests merged"),
        Metric("total_engaged_users", Kind.PEOPLE, "engaged people"),
        Metric("active_users", Kind.PEOPLE, "active people"),
        Metric("users_in_phase_28d", Kind.PEOPLE, "people in the phase in 28 days"),
        *_metrics(Kind.AVERAGE, PHASE_AVERAGES),
    )
}


def is_summable(name: str) -> bool:
    """Whether the figure can be added over days; an unknown one cannot (an average looks like a count)."""
    metric = ROW_METRICS.get(name) or METRICS.get(name)
    return metric is not None and metric.summable


class Dimension(StrEnum):
    """What a day is broken down by.

    The `completion_…` ones are the rows of `code_completion` alone. Of a crossing, such as `model_feature`, the value
    is two values with `CROSSING` between them. `chat_…`, `dotcom_…` and `pull_request_…` exist in
    generation `metrics` alone, which counts each surface by itself.
    """

    FEATURE = "feature"
    IDE = "ide"
    LANGUAGE = "language"
    MODEL = "model"
    LANGUAGE_FEATURE = "language_feature"
    LANGUAGE_MODEL = "language_model"
    MODEL_FEATURE = "model_feature"
    COMPLETION_LANGUAGE = "completion_language"
    COMPLETION_IDE = "completion_ide"
    COMPLETION_MODEL = "completion_model"
    CHAT_IDE = "chat_ide"
    CHAT_MODEL = "chat_model"
    DOTCOM_CHAT_MODEL = "dotcom_chat_model"
    PULL_REQUEST_MODEL = "pull_request_model"
    THIRD_PARTY_AGENT = "3rd_party_agent"
    SKILL = "skill"
    CUSTOM_AGENT = "custom_agent"
    MCP = "mcp"
    SLASH_COMMAND = "slash_cmd"
    PLUGIN = "plugin"
    PHASE = "ai_adoption_phase"
    COMMENT_TYPE = "comment_type"
    REPOSITORY = "repository"


CROSSING = " × "
COMPLETION = "code_completion"
# Features whose lines GitHub counts as written by agents; those of every chat panel, agent mode too, are people's.
AGENT_FEATURES = ("agent_edit", "copilot_cli", "copilot_app")
AGENT_MODE = "chat_panel_agent_mode"


def measures(feature: str) -> tuple[str, ...]:
    """By what the work with a feature is measured: agent mode by prompts, others by lines, or else generations."""
    if feature == AGENT_MODE:
        return ("user_initiated_interaction_count",)
    return ("loc_added_sum", "code_generation_activity_count")


SUMMABLE: frozenset[str] = frozenset(name for name in (*METRICS, *ROW_METRICS) if is_summable(name))
