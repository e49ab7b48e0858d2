"""The rows and aggregates of a fictional organization."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from copilot_usage.demo.activity import COUNTERS
from copilot_usage.demo.organization import Organization, owners
from copilot_usage.demo.people import FLOOR, team_slugs

DAY = date(2026, 11, 18)
ORGANIZATION = Organization("octo-org", "90210", count=60, teams=9)


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


def test_the_demo_has_an_organization_another_one_and_their_enterprise() -> None:
    found = owners()
    assert [*found] == ["octo-org", "octo-labs", "octo-enterprise"]
    assert len(found["octo-org"].people) > len(found["octo-labs"].people) > FLOOR
