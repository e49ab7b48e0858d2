"""A day's aggregate in GitHub's live format: everything in it is counted from people's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from copilot_usage.demo.activity import COUNTERS, PHASES, Row
from copilot_usage.demo.pull_requests import pull_requests

if TYPE_CHECKING:
    from copilot_usage.demo.organization import Organization

# Introduced by GitHub on these days; earlier documents lack the fields.
_CLI_DAY = date(2026, 2, 1)
_PULL_REQUESTS_DAY = date(2026, 2, 19)
_REVIEWS_DAY = date(2026, 4, 10)
_PHASES_DAY = date(2026, 5, 29)
_MERGED_BY_PHASE_DAY = date(2026, 6, 26)
_CUSTOMIZATIONS_DAY = date(2026, 9, 17)
_KEYS = {
    "totals_by_ide": ("ide",),
    "totals_by_feature": ("feature",),
    "totals_by_language_feature": ("language", "feature"),
    "totals_by_language_model": ("language", "model"),
    "totals_by_model_feature": ("model", "feature"),
}
# What the CLI is extended with, and how often each of its users uses that on a day. Own names are `other` at GitHub.
_CUSTOMIZATIONS: Mapping[str, Mapping[str, float]] = {
    "skill": {"other": 1.9, "code-review": 0.8, "write-tests": 0.6},
    "custom_agent": {"other": 0.7},
    "mcp": {"github": 2.6, "other": 1.1, "playwright": 0.4},
    "slash_cmd": {"custom": 0.9, "model": 0.5, "clear": 0.4},
    "plugin": {"other": 0.3},
}


@cache
def document_of(organization: Organization, day: date) -> dict[str, Any]:
    """The aggregate of organization-1-day, or enterprise-1-day."""
    rows = organization.active_rows(day)
    document: dict[str, Any] = {
        "day": day.isoformat(),
        organization.id_field: organization.owner_id,
        "daily_active_users": len(rows),
        "weekly_active_users": organization.active(day, 7),
        "monthly_active_users": organization.active(day, 28),
        "monthly_active_chat_users": organization.active(day, 28, "used_chat"),
        "monthly_active_agent_users": organization.active(day, 28, "used_agent"),
        **{name: sum(row[name] for row in rows) for name in COUNTERS},
        **{field: _grouped(rows, field, keys) for field, keys in _KEYS.items()},
    }
    for first, addition in _ADDITIONS:
        if day >= first:
            document |= addition(organization, day, rows)
    return document


def _grouped(rows: Iterable[Row], field: str, keys: tuple[str, ...]) -> list[Row]:
    sums: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for entry in row.get(field, ()):
            held = sums[tuple(entry[key] for key in keys)]
            for name, amount in entry.items():
                if name in COUNTERS:
                    held[name] += amount
    return [dict(zip(keys, values, strict=True)) | dict(amounts) for values, amounts in sorted(sums.items())]


def _cli(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    sessions = [row["totals_by_cli"] for row in rows if "totals_by_cli" in row]
    if not sessions:
        return {}
    totals: dict[str, Any] = {
        name: sum(s[name] for s in sessions) for name in ("session_count", "request_count", "prompt_count")
    }
    tokens = {
        name: sum(s["token_usage"][name] for s in sessions) for name in ("output_tokens_sum", "prompt_tokens_sum")
    }
    average = (
        {"avg_tokens_per_request": round(sum(tokens.values()) / totals["request_count"], 1)}
        if totals["request_count"]
        else {}
    )
    return {"daily_active_cli_users": len(sessions), "totals_by_cli": {**totals, "token_usage": {**tokens, **average}}}


def _reviews(organization: Organization, day: date, _: list[Row]) -> dict[str, Any]:
    flags = {
        "active_copilot_cloud_agent_users": "used_copilot_cloud_agent",
        "active_copilot_code_review_users": "used_copilot_code_review_active",
        "passive_copilot_code_review_users": "used_copilot_code_review_passive",
    }
    windows = {"daily": 1, "weekly": 7, "monthly": 28}
    return {
        f"{often}_{name}": organization.active(day, days, flag)
        for name, flag in flags.items()
        for often, days in windows.items()
    }


def _phases(organization: Organization, day: date, rows: list[Row]) -> dict[str, Any]:
    entries = []
    for number, phase in enumerate(PHASES):
        found = [row for row in rows if row["ai_adoption_phase"]["phase"] == phase]
        entry = {
            "phase_number": number,
            "phase": phase,
            "version": "v1",
            "total_engaged_users": len(found),
            "users_in_phase_28d": organization.active(day, 28, phase),
        }
        if day >= _MERGED_BY_PHASE_DAY:
            entry["total_pull_requests_merged"] = len(found) * number // 4
        if found:
            entry["avg_user_initiated_interactions"] = round(sum(row[COUNTERS[0]] for row in found) / len(found), 2)
            entry["avg_loc_added"] = round(sum(row["loc_added_sum"] for row in found) / len(found), 2)
        entries.append(entry)
    return {"totals_by_ai_adoption_phase": entries}


def _app(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    people = sum(bool(row.get("used_copilot_app")) for row in rows)
    return {"daily_active_copilot_app_users": people} if people else {}


def _customizations(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    people = sum("totals_by_cli" in row for row in rows)
    found: dict[str, Any] = {}
    for kind, uses in _CUSTOMIZATIONS.items():
        found[f"totals_by_{kind}"] = [
            {kind: name, "interaction_count": round(people * share)} for name, share in uses.items() if people
        ]
        found[f"distinct_{kind}_use_count"] = len(uses) if people else 0
    return found


def _merges(organization: Organization, day: date, rows: list[Row]) -> dict[str, Any]:
    return {"pull_requests": pull_requests(organization.login, day, len(rows))}


_ADDITIONS: tuple[tuple[date, Callable[[Organization, date, list[Row]], dict[str, Any]]], ...] = (
    (_CLI_DAY, _cli),
    (_PULL_REQUESTS_DAY, _merges),
    (_REVIEWS_DAY, _reviews),
    (_PHASES_DAY, _phases),
    (date(2026, 7, 28), _app),
    (_CUSTOMIZATIONS_DAY, _customizations),
)
