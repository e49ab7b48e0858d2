"""Small fictional documents of each generation; every field that is read is in one of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

DAY = "2026-10-05"
COUNTERS = (
    "user_initiated_interaction_count",
    "code_generation_activity_count",
    "code_acceptance_activity_count",
    "loc_suggested_to_add_sum",
    "loc_suggested_to_delete_sum",
    "loc_added_sum",
    "loc_deleted_sum",
)


def counters(*amounts: int) -> dict[str, int]:
    """The seven counters, in GitHub's order; six leave out the prompts, as arrays by language do."""
    names = COUNTERS if len(amounts) == len(COUNTERS) else COUNTERS[1:]
    return dict(zip(names, amounts, strict=True))


def report_day(**fields: Any) -> dict[str, Any]:
    """An organization's day of generation `reports`."""
    return {
        "day": DAY,
        "organization_id": "4711",
        "enterprise_id": "12",
        "etl_id": "green",
        "daily_active_users": 31,
        "weekly_active_users": 44,
        "monthly_active_users": 58,
        "monthly_active_chat_users": 40,
        "monthly_active_agent_users": 21,
        "daily_active_cli_users": 5,
        "daily_active_copilot_app_users": 2,
        "daily_active_vscode_agent_users": 3,
        "weekly_active_vscode_agent_users": 4,
        "monthly_active_vscode_agent_users": 6,
        "daily_active_copilot_cloud_agent_users": 7,
        "weekly_active_copilot_cloud_agent_users": 9,
        "monthly_active_copilot_cloud_agent_users": 12,
        "daily_active_copilot_code_review_users": 8,
        "weekly_active_copilot_code_review_users": 13,
        "monthly_active_copilot_code_review_users": 17,
        "daily_passive_copilot_code_review_users": 1,
        "weekly_passive_copilot_code_review_users": 2,
        "monthly_passive_copilot_code_review_users": 3,
        **counters(210, 640, 180, 900, 0, 1200, 77),
        "totals_by_ide": [
            {"ide": "vscode", **counters(150, 500, 150, 700, 0, 1000, 70)},
            {"ide": "intellij", **counters(40, 100, 30, 200, 0, 150, 7)},
        ],
        "totals_by_feature": [
            {"feature": "code_completion", **counters(0, 400, 160, 800, 0, 300, 0)},
            {"feature": "chat_panel_ask_mode", **counters(210, 140, 20, 100, 0, 90, 0)},
            {"feature": "agent_edit", **counters(0, 100, 0, 0, 0, 810, 77)},
        ],
        "totals_by_language_feature": [
            {"language": "python", "feature": "code_completion", **counters(250, 100, 500, 0, 200, 0)},
            {"language": "python", "feature": "agent_edit", **counters(60, 0, 0, 0, 500, 70)},
            {"language": "go", "feature": "code_completion", **counters(150, 60, 300, 0, 100, 0)},
        ],
        "totals_by_language_model": [
            {"language": "python", "model": "gpt-5.4", **counters(310, 100, 500, 0, 700, 70)},
        ],
        "totals_by_model_feature": [
            {"model": "gpt-5.4", "feature": "code_completion", **counters(0, 300, 120, 600, 0, 250, 0)},
            {"model": "gpt-5.4", "feature": "chat_panel_ask_mode", **counters(90, 60, 10, 50, 0, 40, 0)},
            {"model": "auto", "feature": "agent_edit", **counters(0, 100, 0, 0, 0, 810, 77)},
        ],
        "totals_by_cli": _sessions(6, 30, 11),
        "totals_by_copilot_app": _sessions(2, 9, 4),
        "totals_by_vscode_agent": {"session_count": 3, "total_user_messages": 14},
        "totals_by_3rd_party_agent": [
            {"agent_id": "a-1", "agent_name": "Codex", "user_initiated_interaction_count": 5, "session_count": 4},
            {"agent_id": "a-2", "agent_name": "Claude", "user_initiated_interaction_count": 2, "session_count": 2},
        ],
        "totals_by_skill": [{"skill": "other", "interaction_count": 9}],
        "totals_by_custom_agent": [{"custom_agent": "other", "interaction_count": 3}],
        "totals_by_mcp": [{"mcp": "github", "interaction_count": 12}],
        "totals_by_slash_cmd": [{"slash_cmd": "plan", "interaction_count": 6}],
        "totals_by_plugin": [{"plugin": "other", "interaction_count": 1}],
        "distinct_skill_use_count": 4,
        "distinct_custom_agent_use_count": 2,
        "distinct_mcp_use_count": 3,
        "distinct_slash_cmd_use_count": 5,
        "distinct_plugin_use_count": 1,
        "totals_by_ai_adoption_phase": [
            {
                "phase": "Phase 1",
                "phase_number": 1,
                "version": "v1",
                "total_engaged_users": 12,
                "users_in_phase_28d": 20,
                "total_pull_requests_merged": 6,
                "avg_user_initiated_interactions": 3.5,
                "avg_loc_added": 41.25,
                "avg_pull_requests_median_minutes_to_merge": 88.0,
            }
        ],
        "pull_requests": pull_requests(),
    } | fields


def _sessions(sessions: int, requests: int, prompts: int) -> dict[str, Any]:
    tokens = {"output_tokens_sum": 700, "prompt_tokens_sum": 5300, "avg_tokens_per_request": 200.0}
    return {
        "session_count": sessions,
        "request_count": requests,
        "prompt_count": prompts,
        "token_usage": tokens,
    }


def pull_requests() -> dict[str, Any]:
    return {
        "total_created": 14,
        "total_reviewed": 11,
        "total_merged": 9,
        "median_minutes_to_merge": 95.5,
        "total_suggestions": 40,
        "total_applied_suggestions": 12,
        "total_created_by_copilot": 3,
        "total_reviewed_by_copilot": 6,
        "total_merged_created_by_copilot": 2,
        "total_merged_reviewed_by_copilot": 4,
        "median_minutes_to_merge_copilot_authored": 51.0,
        "median_minutes_to_merge_copilot_reviewed": None,
        "total_copilot_suggestions": 25,
        "total_copilot_applied_suggestions": 8,
        "copilot_suggestions_by_comment_type": [
            {"comment_type": "security", "total_copilot_suggestions": 5, "total_copilot_applied_suggestions": 3},
            {"comment_type": "bug_risk", "total_copilot_suggestions": 20, "total_copilot_applied_suggestions": 5},
        ],
    }


def wrapper(*days: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What `…-28-day/latest` links to."""
    return {
        "report_start_day": "2026-09-08",
        "report_end_day": DAY,
        "created_at": "2026-10-07T04:12:11Z",
        "organization_id": "4711",
        "day_totals": list(days),
    } | fields


def metrics_day(**fields: Any) -> dict[str, Any]:
    """A day of generation `metrics`."""
    return {
        "date": "2025-03-04",
        "total_active_users": 26,
        "total_engaged_users": 19,
        "copilot_ide_code_completions": {
            "total_engaged_users": 17,
            "languages": [
                {"name": "rust", "total_engaged_users": 9},
                {"name": "kotlin", "total_engaged_users": 11},
            ],
            "editors": [
                {
                    "name": "vscode",
                    "total_engaged_users": 12,
                    "models": [
                        {
                            **_model("default", 10),
                            "languages": [_completions("rust", 70, 31, 140, 52), _completions("kotlin", 9, 4, 18, 6)],
                        },
                        {**_model("ours", 3, "2025-01-31"), "languages": [_completions("rust", 20, 10, 44, 15)]},
                    ],
                },
                {
                    "name": "jetbrains",
                    "total_engaged_users": 8,
                    "models": [{**_model("default", 8), "languages": [_completions("kotlin", 50, 25, 99, 40)]}],
                },
            ],
        },
        "copilot_ide_chat": {
            "total_engaged_users": 14,
            "editors": [
                {
                    "name": "vscode",
                    "total_engaged_users": 13,
                    "models": [
                        {**_model("default", 13), **_chats(60, 21, 17)},
                        {**_model("ours", 2, "2025-01-31"), **_chats(4, 1, 0)},
                    ],
                }
            ],
        },
        "copilot_dotcom_chat": {
            "total_engaged_users": 6,
            "models": [{**_model("default", 6), "total_chats": 22}],
        },
        "copilot_dotcom_pull_requests": {
            "total_engaged_users": 5,
            "repositories": [
                {
                    "name": "octo/engine",
                    "total_engaged_users": 4,
                    "models": [{**_model("default", 4), "total_pr_summaries_created": 7}],
                },
                {
                    "name": "octo/site",
                    "total_engaged_users": 2,
                    "models": [{**_model("default", 2), "total_pr_summaries_created": 3}],
                },
            ],
        },
    } | fields


def _model(name: str, people: int, trained: str | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "is_custom_model": trained is not None,
        "custom_model_training_date": trained,
        "total_engaged_users": people,
    }


def _completions(language: str, shown: int, accepted: int, lines: int, lines_accepted: int) -> dict[str, Any]:
    return {
        "name": language,
        "total_engaged_users": 2,
        "total_code_suggestions": shown,
        "total_code_acceptances": accepted,
        "total_code_lines_suggested": lines,
        "total_code_lines_accepted": lines_accepted,
    }


def _chats(chats: int, inserted: int, copied: int) -> dict[str, int]:
    return {"total_chats": chats, "total_chat_insertion_events": inserted, "total_chat_copy_events": copied}


def usage_day(**fields: Any) -> dict[str, Any]:
    """A day of generation `usage`."""
    return {
        "day": "2024-06-11",
        "total_suggestions_count": 500,
        "total_acceptances_count": 210,
        "total_lines_suggested": 930,
        "total_lines_accepted": 380,
        "total_active_users": 16,
        "total_chat_acceptances": 12,
        "total_chat_turns": 75,
        "total_active_chat_users": 7,
        "breakdown": [
            _breakdown("ruby", "vscode", 300, 130, 600, 250, 9),
            _breakdown("ruby", "vim", 80, 30, 130, 50, 3),
            _breakdown("go", "vscode", 100, 40, 160, 60, 5),
        ],
    } | fields


def _breakdown(language: str, editor: str, *amounts: int) -> dict[str, Any]:
    names = ("suggestions_count", "acceptances_count", "lines_suggested", "lines_accepted", "active_users")
    return {"language": language, "editor": editor} | dict(zip(names, amounts, strict=True))


def user_row(user_id: Any, **fields: Any) -> dict[str, Any]:
    """A person's day in the users report."""
    return {"day": DAY, "organization_id": "4711", "user_id": user_id, "user_login": f"person-{user_id}"} | fields


def membership(user_id: Any, team_id: Any, slug: str, **fields: Any) -> dict[str, Any]:
    """A row of the user-teams report."""
    return {
        "day": DAY,
        "organization_id": "4711",
        "user_id": user_id,
        "user_login": f"person-{user_id}",
        "team_id": team_id,
        "slug": slug,
    } | fields


def lines(rows: Iterable[Any]) -> list[bytes]:
    """NDJSON, line by line."""
    return [json.dumps(row).encode() + b"\n" for row in rows]
