from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.snapshot import Generation
from copilot_usage.parsers import usage
from sample_documents import usage_day

DAY = date(2024, 6, 11)


def _usage(document: dict[str, Any]) -> Any:
    reading = usage.read(document, day=DAY, settled=True)
    assert reading.problems == ()
    assert reading.usage is not None
    assert reading.usage.generation is Generation.USAGE
    return reading.usage


def test_people_and_chats_keep_their_own_names() -> None:
    assert _usage(usage_day()).totals == {
        "total_active_users": 16,
        "total_active_chat_users": 7,
        "total_chat_turns": 75,
        "total_chat_acceptances": 12,
    }


def test_the_totals_are_those_of_completions() -> None:
    assert _usage(usage_day()).row(Dimension.FEATURE, "code_completion") == {
        "code_generation_activity_count": 500,
        "code_acceptance_activity_count": 210,
        "loc_suggested_to_add_sum": 930,
        "loc_added_sum": 380,
    }


def test_rows_are_added_by_language_and_by_editor() -> None:
    day = _usage(usage_day())
    assert day.row(Dimension.COMPLETION_LANGUAGE, "ruby")["loc_added_sum"] == 300
    assert day.row(Dimension.COMPLETION_IDE, "vscode")["code_generation_activity_count"] == 400


def test_people_are_kept_where_one_row_says_them_and_never_added() -> None:
    day = _usage(usage_day())
    assert day.row(Dimension.COMPLETION_LANGUAGE, "go")["active_users"] == 5
    assert day.row(Dimension.COMPLETION_IDE, "vim")["active_users"] == 3
    assert "active_users" not in day.row(Dimension.COMPLETION_LANGUAGE, "ruby")


def test_a_day_without_totals_does_not_take_them_from_its_rows() -> None:
    document = {"day": "2024-06-11", "breakdown": usage_day()["breakdown"]}
    day = _usage(document)
    assert day.totals == {}
    assert day.row(Dimension.FEATURE, "code_completion") == {}
    assert day.row(Dimension.COMPLETION_LANGUAGE, "go")["loc_added_sum"] == 60


@pytest.mark.parametrize("breakdown", [None, []])
def test_a_breakdown_may_be_missing(breakdown: object) -> None:
    day = _usage(usage_day(breakdown=breakdown))
    assert day.amount("total_active_users") == 16
    assert day.breakdowns.keys() == {Dimension.FEATURE}


def test_a_bad_row_is_left_out() -> None:
    reading = usage.read(usage_day(breakdown=[{"language": "go", "lines_accepted": "9"}]), day=DAY, settled=True)
    assert reading.usage is not None
    assert {problem.what for problem in reading.problems} == {"`lines_accepted` is a text", "a row without `editor`"}
