"""The days of the demo as the two retired generations of the API reported them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]
_SHOWN, _ACCEPTED = "code_generation_activity_count", "code_acceptance_activity_count"
_SUGGESTED, _ADDED = "loc_suggested_to_add_sum", "loc_added_sum"


def _completions(day: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (row for row in day["totals_by_language_feature"] if row["feature"] == "code_completion")


def usage_day(day: Mapping[str, Any]) -> Document:
    """A day of `/copilot/usage`."""
    rows = list(_completions(day))
    people = day["daily_active_users"]
    return {
        "day": day["day"],
        "total_suggestions_count": sum(row[_SHOWN] for row in rows),
        "total_acceptances_count": sum(row[_ACCEPTED] for row in rows),
        "total_lines_suggested": sum(row[_SUGGESTED] for row in rows),
        "total_lines_accepted": sum(row[_ADDED] for row in rows),
        "total_active_users": people,
        "total_chat_acceptances": people // 3,
        "total_chat_turns": 4 * people,
        "total_active_chat_users": people // 2,
        "breakdown": [
            {
                "language": row["language"],
                "editor": "vscode",
                "suggestions_count": row[_SHOWN],
                "acceptances_count": row[_ACCEPTED],
                "lines_suggested": row[_SUGGESTED],
                "lines_accepted": row[_ADDED],
                "active_users": max(1, people // 4),
            }
            for row in rows
        ],
    }


def metrics_day(day: Mapping[str, Any]) -> Document:
    """A day of `/copilot/metrics`."""
    people = day["daily_active_users"]
    chat = {**_MODEL, "total_engaged_users": people // 2, "total_chats": 3 * people}
    dotcom = {**_MODEL, "total_engaged_users": people // 5, "total_chats": people}
    return {
        "date": day["day"],
        "total_active_users": people,
        "total_engaged_users": max(0, people - 3),
        "copilot_ide_code_completions": _ide_completions(day, people),
        "copilot_ide_chat": _in_vscode(
            people // 2, {**chat, "total_chat_insertion_events": people // 4, "total_chat_copy_events": people // 5}
        ),
        "copilot_dotcom_chat": {"total_engaged_users": people // 5, "models": [dotcom]},
        "copilot_dotcom_pull_requests": _summaries(people),
    }


_MODEL: Mapping[str, Any] = {"name": "default", "is_custom_model": False, "custom_model_training_date": None}


def _in_vscode(engaged: int, model: Document) -> Document:
    return {
        "total_engaged_users": engaged,
        "editors": [{"name": "vscode", "total_engaged_users": engaged, "models": [model]}],
    }


def _ide_completions(day: Mapping[str, Any], people: int) -> Document:
    languages = _languages(day, people)
    names = [{key: row[key] for key in ("name", "total_engaged_users")} for row in languages]
    model = {**_MODEL, "total_engaged_users": people, "languages": languages}
    return {"languages": names, **_in_vscode(people, model)}


def _languages(day: Mapping[str, Any], people: int) -> list[Document]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in _completions(day):
        held = sums[row["language"]]
        sums[row["language"]] = [
            amount + row[name] for amount, name in zip(held, (_SHOWN, _ACCEPTED, _SUGGESTED, _ADDED), strict=True)
        ]
    counts = ("suggestions", "acceptances", "lines_suggested", "lines_accepted")
    return [
        {"name": name, "total_engaged_users": max(1, people // 3)}
        | {f"total_code_{count}": amount for count, amount in zip(counts, amounts, strict=True)}
        for name, amounts in sorted(sums.items())
    ]


def _summaries(people: int) -> Document:
    model = {**_MODEL, "total_pr_summaries_created": people // 8, "total_engaged_users": people // 9}
    repository = {"name": "octo-org/shop", "total_engaged_users": people // 9, "models": [model]}
    return {"total_engaged_users": people // 9, "repositories": [repository]}
