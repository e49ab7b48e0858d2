from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.parsers import metrics
from sample_documents import metrics_day

DAY = date(2025, 3, 4)
CUSTOM = "ours (custom, 2025-01-31)"


def _usage(document: dict[str, Any]) -> Any:
    reading = metrics.read(document, day=DAY, settled=True)
    assert reading.problems == ()
    assert reading.usage is not None
    assert reading.usage.generation is Generation.METRICS
    return reading.usage


def test_people_are_read_per_block_and_only_active_people_mean_what_they_mean_today() -> None:
    totals = _usage(metrics_day()).totals
    assert totals["daily_active_users"] == 26
    assert totals["total_engaged_users"] == 19
    assert totals["copilot_ide_code_completions.total_engaged_users"] == 17
    assert totals["copilot_ide_chat.total_engaged_users"] == 14
    assert totals["copilot_dotcom_chat.total_engaged_users"] == 6
    assert totals["copilot_dotcom_pull_requests.total_engaged_users"] == 5


def test_completions_are_the_feature_of_that_name() -> None:
    usage = _usage(metrics_day())
    assert usage.row(Dimension.FEATURE, "code_completion") == {
        "code_generation_activity_count": 70 + 9 + 20 + 50,
        "code_acceptance_activity_count": 31 + 4 + 10 + 25,
        "loc_suggested_to_add_sum": 140 + 18 + 44 + 99,
        "loc_added_sum": 52 + 6 + 15 + 40,
    }


def test_the_day_has_no_counters_of_all_features_together() -> None:
    assert _usage(metrics_day()).amount("code_generation_activity_count") is None


def test_completions_by_language_editor_and_model() -> None:
    usage = _usage(metrics_day())
    kotlin = usage.row(Dimension.COMPLETION_LANGUAGE, "kotlin")
    assert (kotlin["code_generation_activity_count"], kotlin["total_engaged_users"]) == (59, 11)
    jetbrains = usage.row(Dimension.COMPLETION_IDE, "jetbrains")
    assert (jetbrains["loc_added_sum"], jetbrains["total_engaged_users"]) == (40, 8)
    assert usage.row(Dimension.COMPLETION_MODEL, CUSTOM)["loc_added_sum"] == 15


def test_people_of_a_model_in_two_editors_are_not_added() -> None:
    usage = _usage(metrics_day())
    assert "total_engaged_users" not in usage.row(Dimension.COMPLETION_MODEL, "default")
    assert usage.row(Dimension.COMPLETION_MODEL, CUSTOM)["total_engaged_users"] == 3


def test_chats_are_counted_by_editor_and_model_and_as_totals() -> None:
    usage = _usage(metrics_day())
    chats = {"total_chats": 64, "total_chat_insertion_events": 22, "total_chat_copy_events": 17}
    assert {name: usage.amount(name) for name in chats} == chats
    assert usage.row(Dimension.CHAT_IDE, "vscode") == chats | {"total_engaged_users": 13}
    assert usage.row(Dimension.CHAT_MODEL, CUSTOM)["total_chats"] == 4


def test_chats_on_github_com_are_another_figure() -> None:
    usage = _usage(metrics_day())
    assert usage.amount("total_dotcom_chats") == 22
    assert usage.row(Dimension.DOTCOM_CHAT_MODEL, "default") == {"total_dotcom_chats": 22, "total_engaged_users": 6}


def test_summaries_are_counted_by_repository_and_model_and_as_a_total() -> None:
    usage = _usage(metrics_day())
    assert usage.amount("total_pr_summaries_created") == 10
    assert usage.row(Dimension.REPOSITORY, "octo/engine") == {"total_pr_summaries_created": 7, "total_engaged_users": 4}
    assert usage.row(Dimension.PULL_REQUEST_MODEL, "default") == {"total_pr_summaries_created": 10}


@pytest.mark.parametrize("block", metrics.BLOCKS)
def test_a_block_that_is_null_is_unknown(block: str) -> None:
    usage = _usage(metrics_day(**{block: None}))
    assert f"{block}.total_engaged_users" not in usage.totals
    assert usage.amount("daily_active_users") == 26


def test_bad_values_are_counted_once_and_left_out_everywhere() -> None:
    document = metrics_day()
    document["copilot_dotcom_chat"]["models"][0]["total_chats"] = -3
    reading = metrics.read(document, day=DAY, settled=True)
    assert reading.usage is not None
    assert reading.usage.amount("total_dotcom_chats") is None
    assert [problem.what for problem in reading.problems] == ["`total_chats` is a negative number"]


def test_an_editor_without_a_name_still_counts_for_its_languages() -> None:
    document = metrics_day()
    del document["copilot_ide_code_completions"]["editors"][1]["name"]
    reading = metrics.read(document, day=DAY, settled=True)
    assert reading.usage is not None
    assert reading.usage.row(Dimension.COMPLETION_LANGUAGE, "kotlin")["code_generation_activity_count"] == 59
    assert reading.usage.breakdowns[Dimension.COMPLETION_IDE].keys() == {"vscode"}
    assert [problem.what for problem in reading.problems] == ["a row without `name`"]


def test_a_custom_model_without_a_date_is_marked_all_the_same() -> None:
    document = metrics_day()
    document["copilot_dotcom_chat"]["models"] = [{"name": "ours", "is_custom_model": True, "total_chats": 2}]
    usage = _usage(document)
    assert usage.breakdowns[Dimension.DOTCOM_CHAT_MODEL] == {"ours (custom)": {"total_dotcom_chats": 2}}
