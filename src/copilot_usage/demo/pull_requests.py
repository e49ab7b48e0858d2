"""Invented pull requests of a day; Copilot writes more of them over the year."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any


def pull_requests(login: str, day: date, active: int) -> dict[str, Any]:
    """The `pull_requests` object of an aggregate; medians are absent where nothing was merged."""
    random = Random(f"{login}/pull requests/{day.toordinal()}")
    created = round(active * random.uniform(0.25, 0.45))
    merged = round(created * random.uniform(0.6, 0.95))
    share = max(0.02, 0.14 + (day.toordinal() - 739_920) / 3_000)
    by_copilot, reviewed_by_copilot = round(created * share), round(created * 2 * share)
    suggestions = created * random.randint(2, 4)
    found: dict[str, Any] = {
        "total_created": created,
        "total_reviewed": round(created * random.uniform(0.7, 1.1)),
        "total_merged": merged,
        "total_suggestions": suggestions,
        "total_applied_suggestions": suggestions // 3,
        "total_created_by_copilot": by_copilot,
        "total_reviewed_by_copilot": reviewed_by_copilot,
        "total_merged_created_by_copilot": round(by_copilot * 0.6),
        "total_merged_reviewed_by_copilot": round(reviewed_by_copilot * 0.8),
        "total_copilot_suggestions": 3 * reviewed_by_copilot,
        "total_copilot_applied_suggestions": reviewed_by_copilot,
        "copilot_suggestions_by_comment_type": [
            {
                "comment_type": kind,
                "total_copilot_suggestions": reviewed_by_copilot * times,
                "total_copilot_applied_suggestions": reviewed_by_copilot * times // 3,
            }
            for kind, times in {"bug_risk": 2, "security": 1}.items()
        ],
    }
    if merged:
        found["median_minutes_to_merge"] = round(random.uniform(180, 900), 1)
        found["median_minutes_to_merge_copilot_authored"] = round(random.uniform(240, 1_400), 1)
    return found
