from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.domain.snapshot import owner_id
from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers.json_documents import joined, parse_documents
from copilot_usage.parsers.report_days import day_documents, mismatch, usual_owner_id
from sample_documents import report_day, wrapper

ORGANIZATION, ENTERPRISE = ScopeKind.ORGANIZATION, ScopeKind.ENTERPRISE
FIRST, SECOND = date(2026, 10, 4), date(2026, 10, 5)


def _parsed(*documents: Any) -> Any:
    return parse_documents(json.dumps(documents).encode())


def test_the_days_of_a_wrapper_are_kept_as_received_and_in_order() -> None:
    unknown = {"day": "2026-10-04", "a_field_of_tomorrow": {"x": [1]}}
    found = day_documents(_parsed(wrapper(report_day(), unknown)))
    assert dict(found.documents) == {FIRST: unknown, SECOND: report_day()}
    assert list(found.documents) == [FIRST, SECOND]
    assert found.window == DateRange(date(2026, 9, 8), SECOND)
    assert found.problems == ()


def test_a_flat_day_is_a_report_of_one_day_without_a_window() -> None:
    found = day_documents(_parsed(report_day()))
    assert list(found.documents) == [SECOND]
    assert found.window is None


@pytest.mark.parametrize("key", ["user_login", "user_id", "login", "repo_id", "repo_name"])
def test_a_row_about_a_person_or_a_repository_is_no_day(key: str) -> None:
    flat, wrapped = {**report_day(), key: "x"}, wrapper({**report_day(day="2026-10-04"), key: "x"})
    found = day_documents(_parsed(flat, wrapped, wrapper(report_day(), **{key: "x"})))
    assert found.documents == {}
    (problem,) = found.problems
    assert problem.what.startswith("it is about a ")
    assert problem.what.endswith("(3 times, here first)")


def test_the_days_of_several_parts_are_put_together() -> None:
    parts = [_parsed(wrapper({"day": "2026-10-04"})), _parsed(wrapper({"day": "2026-10-05"}))]
    assert list(day_documents(joined(parts)).documents) == [FIRST, SECOND]


def test_of_a_day_that_is_there_twice_the_last_one_counts_and_it_is_said() -> None:
    old, new = report_day(daily_active_users=1), report_day(daily_active_users=2)
    found = day_documents(_parsed(wrapper(old, new)))
    assert found.documents[SECOND] == new
    assert found.problems == (
        DataProblem("2026-10-05", "the day is there twice with different figures; the last ones count"),
    )


def test_a_day_repeated_word_for_word_is_no_flaw() -> None:
    assert day_documents(_parsed(wrapper(report_day(), report_day()))).problems == ()


@pytest.mark.parametrize("day", [None, "", "yesterday", 20261005, "2026-13-01"])
def test_figures_without_a_usable_day_are_left_out(day: object) -> None:
    found = day_documents(_parsed(wrapper(report_day(day=day), report_day())))
    assert list(found.documents) == [SECOND]
    assert found.problems == (DataProblem("item 1, day_totals", "a day's figures without the day"),)


@pytest.mark.parametrize("days", [None, 5, "x", {"day": "2026-10-05"}, [None, 3, "x"]])
def test_a_wrapper_without_days_has_none(days: object) -> None:
    assert day_documents(_parsed({"day_totals": days})).documents == {}


@pytest.mark.parametrize(
    "ends", [("2026-10-05", "2026-09-08"), ("soon", "2026-10-05"), (None, None), ("2026-10-05", 3)]
)
def test_a_window_with_unusable_ends_is_unknown(ends: tuple[object, object]) -> None:
    start, end = ends
    assert day_documents(_parsed(wrapper(report_start_day=start, report_end_day=end))).window is None


def test_people_engaged_with_a_feature_are_read_from_the_wrapper() -> None:
    rows = [{"feature": "code_completion", "engaged_user_count": 40}, {"feature": "cli", "engaged_user_count": "many"}]
    found = day_documents(
        _parsed(wrapper(copilot_feature_engagement={"active_user_count": 50, "totals_by_feature": rows}))
    )
    assert found.engaged_people == {"code_completion": 40}
    assert found.problems == (DataProblem("copilot_feature_engagement", "`engaged_user_count` is a text"),)


def test_ids_as_texts_and_as_numbers_are_the_same() -> None:
    assert owner_id({"organization_id": 4711}, ORGANIZATION) == owner_id({"organization_id": "4711"}, ORGANIZATION)
    assert owner_id({"enterprise_id": 12, "organization_id": None}, ENTERPRISE) == "12"
    assert owner_id({"organization_id": None}, ORGANIZATION) is None


def test_the_usual_owner_is_the_one_that_most_documents_name() -> None:
    days = [report_day(), report_day(organization_id="9"), report_day(organization_id=4711), {"day": "2026-10-01"}]
    assert usual_owner_id(days, ORGANIZATION) == "4711"
    assert usual_owner_id([], ORGANIZATION) is None


def test_a_document_of_another_day_or_owner_is_told_apart() -> None:
    document = report_day()
    assert mismatch(document, day=SECOND, kind=ORGANIZATION, owner="4711") is None
    assert mismatch(document, day=FIRST, kind=ORGANIZATION) == DataProblem(
        "day", "the report is of 2026-10-05, 2026-10-04 was asked for"
    )
    other = mismatch(document, day=SECOND, kind=ScopeKind.TEAM, owner="9")
    assert other == DataProblem("organization", "the report is of another organization than asked for")
    enterprise = report_day(organization_id=None, enterprise_id="12")
    assert mismatch(enterprise, day=SECOND, kind=ORGANIZATION, owner="4711") == DataProblem(
        "organization", "the report is of an enterprise, and an organization was asked for"
    )
    assert mismatch(enterprise, day=SECOND, kind=ORGANIZATION) is None


def test_what_a_document_does_not_say_of_itself_is_taken_as_right() -> None:
    assert mismatch({"daily_active_users": 1}, day=SECOND, kind=ENTERPRISE, owner="12") is None
