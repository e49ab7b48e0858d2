"""The retired generations report the same days."""

from __future__ import annotations

from datetime import date

from copilot_usage.demo.organization import Organization
from fakes.legacy_documents import metrics_day, usage_day


def test_the_earlier_generations_report_the_same_completions() -> None:
    day = Organization("octo-org", "90210", count=60, teams=9).document(date(2026, 11, 18))
    completions = [row for row in day["totals_by_feature"] if row["feature"] == "code_completion"]
    shown = sum(row["code_generation_activity_count"] for row in completions)
    told = usage_day(day)
    assert told["total_suggestions_count"] == sum(row["suggestions_count"] for row in told["breakdown"]) <= shown
    (editor,) = metrics_day(day)["copilot_ide_code_completions"]["editors"]
    languages = [language for model in editor["models"] for language in model["languages"]]
    assert sum(row["total_code_suggestions"] for row in languages) == told["total_suggestions_count"]
