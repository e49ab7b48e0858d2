"""The invented people and what they did."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from copilot_usage.demo.activity import COUNTERS
from copilot_usage.demo.organization import Organization, owners
from copilot_usage.demo.people import FLOOR, make_people, team_slugs
from fakes.legacy_documents import metrics_day, usage_day

DAY = date(2026, 11, 18)
ORGANIZATION = Organization("octo-org", "90210", count=60, teams=9)


def test_the_same_seed_invents_the_same_people() -> None:
    assert make_people(30, 4, "a") == make_people(30, 4, "a")
    assert make_people(30, 4, "a") != make_people(30, 4, "b")


def test_logins_and_numbers_are_peoples_own() -> None:
    people = make_people(300, 9, "a")
    assert len({person.login for person in people}) == len({person.user_id for person in people}) == 300


def test_more_teams_than_names_are_numbered() -> None:
    assert len(set(team_slugs(40))) == 40


def test_the_sum_of_what_people_did_is_what_the_organization_did() -> None:
    document = ORGANIZATION.document(DAY)
    rows = list(ORGANIZATION.user_rows(DAY))
    assert [document[name] for name in COUNTERS] == [sum(row[name] for row in rows) for name in COUNTERS]


def test_people_of_the_day_week_and_month_grow() -> None:
    document = ORGANIZATION.document(DAY)
    counts = [document[f"{often}_active_users"] for often in ("daily", "weekly", "monthly")]
    assert 0 < counts[0] <= counts[1] <= counts[2] <= len(ORGANIZATION.people)


def test_a_team_below_the_floor_is_not_reported() -> None:
    sizes = {slug: sum(slug in person.teams for person in ORGANIZATION.people) for slug in team_slugs(9)}
    assert min(sizes.values()) < FLOOR
    reported = {row["slug"] for row in ORGANIZATION.user_team_rows(DAY)}
    assert reported == {slug for slug, size in sizes.items() if size >= FLOOR}


@pytest.mark.parametrize(
    ("field", "first"),
    [
        ("pull_requests", date(2026, 2, 19)),
        ("totals_by_ai_adoption_phase", date(2026, 5, 29)),
        ("daily_active_copilot_cloud_agent_users", date(2026, 4, 10)),
    ],
)
def test_a_field_appears_on_the_day_that_github_introduced_it(field: str, first: date) -> None:
    assert field in ORGANIZATION.document(first)
    assert field not in ORGANIZATION.document(first - timedelta(days=1))


def test_the_earlier_generations_tell_the_same_completions() -> None:
    day = ORGANIZATION.document(DAY)
    completions = [row for row in day["totals_by_feature"] if row["feature"] == "code_completion"]
    shown = sum(row["code_generation_activity_count"] for row in completions)
    told = usage_day(day)
    assert told["total_suggestions_count"] == sum(row["suggestions_count"] for row in told["breakdown"]) <= shown
    (editor,) = metrics_day(day)["copilot_ide_code_completions"]["editors"]
    languages = [language for model in editor["models"] for language in model["languages"]]
    assert sum(row["total_code_suggestions"] for row in languages) == told["total_suggestions_count"]


def test_the_demo_has_an_organization_another_one_and_their_enterprise() -> None:
    found = owners()
    assert [*found] == ["octo-org", "octo-labs", "octo-enterprise"]
    assert len(found["octo-org"].people) > len(found["octo-labs"].people) > FLOOR
