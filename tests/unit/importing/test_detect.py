from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import DataProblem
from copilot_usage.importing.detect import Recognised, RecognisedDay, recognise
from copilot_usage.parsers.json_documents import parse_documents
from sample_documents import membership, metrics_day, report_day, usage_day, user_row, wrapper

ORGANIZATION = Scope(ScopeKind.ORGANIZATION, "octo-org")
DAY = date(2026, 10, 5)


def _recognise(*documents: Any) -> Recognised:
    return recognise(parse_documents(json.dumps(documents).encode()))


@pytest.mark.parametrize(
    ("document", "generation", "day"),
    [
        (report_day(), Generation.REPORTS, DAY),
        ({"day": "2026-10-05", "daily_active_users": 0}, Generation.REPORTS, DAY),
        ({"day": "2026-10-05", "pull_requests": {}}, Generation.REPORTS, DAY),
        (metrics_day(), Generation.METRICS, date(2025, 3, 4)),
        ({"date": "2025-03-04", "total_active_users": 6}, Generation.METRICS, date(2025, 3, 4)),
        (usage_day(), Generation.USAGE, date(2024, 6, 11)),
        ({"day": "2024-06-11", "breakdown": None}, Generation.USAGE, date(2024, 6, 11)),
    ],
)
def test_a_day_is_of_the_generation_that_calls_its_fields_so(
    document: dict[str, Any], generation: Generation, day: date
) -> None:
    assert _recognise(document) == Recognised(days=(RecognisedDay(day, generation, document),))


def test_the_days_of_a_wrapper_are_days_of_the_reports() -> None:
    found = _recognise(wrapper(report_day(), {"day": "2026-10-04", "daily_active_users": 1}))
    assert [(day.day, day.generation) for day in found.days] == [
        (date(2026, 10, 4), Generation.REPORTS),
        (DAY, Generation.REPORTS),
    ]


@pytest.mark.parametrize("where", ["day_totals", "user_totals"])
def test_rows_of_people_in_a_wrapper_are_rows_of_people(where: str) -> None:
    found = _recognise({"created_at": "2026-10-12T03:00:00Z", where: [user_row(1), membership(1, 42, "web")]})
    assert found == Recognised(users=(user_row(1),), memberships=(membership(1, 42, "web"),))


def test_rows_of_repositories_in_a_wrapper_are_named_with_their_place() -> None:
    found = _recognise({"day_totals": [{"day": "2026-10-05", "repo_name": "secret-project", "pull_requests": {}}]})
    (problem,) = found.problems
    assert (found.days, problem.where) == ((), "item 1, day_totals")
    assert "about a repository" in problem.what


def test_a_wrapper_says_when_its_days_were_made() -> None:
    found = _recognise({"created_at": "2026-10-12T03:00:00Z", "day_totals": [report_day()]}, usage_day())
    assert [day.created for day in found.days] == [date(2026, 10, 12), None]


def test_json_in_a_json_text_is_read() -> None:
    found = recognise(parse_documents(json.dumps(json.dumps(report_day())).encode()))
    assert found == _recognise(report_day())


def test_days_of_several_generations_may_be_in_one_file() -> None:
    found = _recognise(usage_day(), metrics_day(), report_day(), usage_day(day="2024-06-10"))
    assert [day.generation for day in found.days] == ["metrics", "reports", "usage", "usage"]


def test_of_a_day_that_is_there_twice_the_last_one_counts() -> None:
    found = _recognise(usage_day(), usage_day(total_chat_turns=9))
    assert [day.document["total_chat_turns"] for day in found.days] == [9]
    assert found.problems == (
        DataProblem("item 2", "2024-06-11 is there twice with different figures; the last ones count"),
    )


def test_rows_of_people_and_of_teams_are_told_apart() -> None:
    found = _recognise(user_row(1), membership(1, 42, "web"), user_row(2))
    assert [row["user_id"] for row in found.users] == [1, 2]
    assert found.memberships == (membership(1, 42, "web"),)
    assert found.days == ()


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({"download_links": [], "report_day": "2026-10-05"}, "links"),
        ({"day": "2026-10-05", "repo_id": 5, "pull_requests": {}}, "about a repository"),
        ({"day": "2026-10-05", "user_login": "person-a", "loc_added_sum": 4}, "about a person"),
        ({"user_login": "person-a", "day_totals": [{"day": "2026-10-04", "loc_added_sum": 4}]}, "about a person"),
        ({"total_seats": 1, "seats": []}, "seats"),
        ({"seat_breakdown": {"total": 5}}, "settings"),
        ({"usageItems": []}, "bill"),
        ({"hello": "world"}, "no document"),
        ({"daily_active_users": 5}, "without the day"),
        ({"date": "not yet", "total_active_users": 5}, "without the day"),
    ],
)
def test_what_cannot_be_imported_is_named_with_its_place(document: dict[str, Any], word: str) -> None:
    found = _recognise(report_day(), document)
    assert len(found.days) == 1
    (problem,) = found.problems
    assert problem.where == "item 2"
    assert word in problem.what


def test_unreadable_lines_are_named_and_the_rest_is_recognised() -> None:
    body = json.dumps(usage_day()).encode() + b'\n{"day": "2024-'
    found = recognise(parse_documents(body))
    assert len(found.days) == 1
    assert [problem.where for problem in found.problems] == ["line 2"]


def _line(**fields: Any) -> dict[str, Any]:
    return {
        "day": "2026-10-05",
        "scope": "team",
        "name": "octo-org/web",
        "generation": "reports",
        "schema": 1,
        "settled": True,
        "status": "ok",
        "document": {"daily_active_users": 3},
        "trailing": {"weekly_active_users": 5, "monthly_active_users": None},
    } | fields


def test_snapshot_lines_are_snapshots_again() -> None:
    found = _recognise(_line(), _line(document=None, status="no-report", trailing=None, settled=False))
    web = ORGANIZATION.of_team("web")
    trailing = {"weekly_active_users": 5, "monthly_active_users": None}
    assert found.snapshots == (
        Snapshot(DAY, web, Generation.REPORTS, settled=True, document={"daily_active_users": 3}, trailing=trailing),
        Snapshot(DAY, web, Generation.REPORTS, settled=False, document=None),
    )
    assert found.problems == ()


@pytest.mark.parametrize(
    "bad",
    [
        {"day": "soon"},
        {"scope": "planet"},
        {"scope": ["team"]},
        {"name": "octo-org"},
        {"name": "octo-org/../web"},
        {"name": 5},
        {"generation": "v4"},
        {"schema": 99},
        {"schema": "1"},
        {"schema": -4},
        {"settled": "yes"},
        {"status": "perhaps"},
        {"status": "weird", "document": None},
        {"document": [1]},
        {"status": "no-report"},
        {"name": "Octo-Org/web"},
        {"trailing": {"weekly_active_users": "5"}},
        {"day": "2026-10-05T00:00:00Z"},
        {"document": {"daily_active_users": 3, "user_login": "person-a"}},
    ],
)
def test_a_snapshot_line_with_something_wrong_is_named(bad: dict[str, Any]) -> None:
    found = _recognise(_line(**bad))
    assert found.snapshots == ()
    (problem,) = found.problems
    assert problem.what.startswith("a snapshot that cannot be used: ")
