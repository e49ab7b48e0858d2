"""The demo's GitHub is sound: its sums are those of its people, and they never change."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import requests

from copilot_usage.demo.activity import COUNTERS
from copilot_usage.demo.github import DemoGitHub, serve
from copilot_usage.demo.organization import owners

TODAY = date(2026, 11, 23)
NEWEST = TODAY - timedelta(days=2)
SETTLED = TODAY - timedelta(days=10)
OWNERS = [("orgs", "octo-org", "organization"), ("enterprises", "octo-enterprise", "enterprise")]


@pytest.fixture
def github() -> Iterator[DemoGitHub]:
    with serve(DemoGitHub(TODAY, owners(40, 4))) as serving:
        yield serving


def query(github: DemoGitHub, path: str) -> requests.Response:
    token = {"Authorization": f"Bearer {github.reading_token}"}
    return requests.get(f"{github.api_url}/{path}", headers=token, timeout=30)


def report(github: DemoGitHub, path: str) -> list[dict[str, Any]]:
    """The rows of all parts of a report."""
    envelope = query(github, path).json()
    parts = [requests.get(link, timeout=30).text for link in envelope["download_links"]]
    return [json.loads(line) for part in parts for line in part.splitlines()]


@pytest.mark.parametrize(("kind", "owner", "name"), OWNERS, ids=["organization", "enterprise"])
def test_an_aggregate_is_the_sum_of_its_peoples_rows(github: DemoGitHub, kind: str, owner: str, name: str) -> None:
    home = f"{kind}/{owner}/copilot/metrics/reports"
    (aggregate,) = report(github, f"{home}/{name}-1-day?day={SETTLED}")
    rows = [
        row for row in report(github, f"{home}/users-1-day?day={SETTLED}") if any(row[counter] for counter in COUNTERS)
    ]
    assert rows
    assert aggregate["daily_active_users"] == len(rows) == len({row["user_id"] for row in rows})
    for counter in COUNTERS:
        assert aggregate[counter] == sum(row[counter] for row in rows)
    for breakdown, keys in (
        ("totals_by_ide", ("ide",)),
        ("totals_by_feature", ("feature",)),
        ("totals_by_language_feature", ("language", "feature")),
        ("totals_by_model_feature", ("model", "feature")),
    ):
        sums: dict[tuple[str, ...], int] = defaultdict(int)
        for row in rows:
            for entry in row[breakdown]:
                sums[tuple(entry[key] for key in keys)] += entry["loc_added_sum"]
        assert {tuple(entry[key] for key in keys): entry["loc_added_sum"] for entry in aggregate[breakdown]} == sums


def test_weekly_and_monthly_people_are_distinct_people_of_the_rows(github: DemoGitHub) -> None:
    home = "orgs/octo-org/copilot/metrics/reports"
    people: list[set[int]] = []
    for n in range(28):
        rows = report(github, f"{home}/users-1-day?day={SETTLED - timedelta(days=n)}")
        people.append({row["user_id"] for row in rows if any(row[counter] for counter in COUNTERS)})
    (aggregate,) = report(github, f"{home}/organization-1-day?day={SETTLED}")
    assert aggregate["weekly_active_users"] == len(set.union(*people[:7]))
    assert aggregate["monthly_active_users"] == len(set.union(*people))


def test_the_28_day_reports_hold_the_1_day_reports(github: DemoGitHub) -> None:
    home = "orgs/octo-org/copilot/metrics/reports"
    (wrapper,) = report(github, f"{home}/organization-28-day/latest")
    days = [date.fromisoformat(day["day"]) for day in wrapper["day_totals"]]
    assert days == [NEWEST - timedelta(days=n) for n in range(27, -1, -1)]
    assert [wrapper["report_start_day"], wrapper["report_end_day"]] == [str(days[0]), str(days[-1])]
    assert wrapper["day_totals"][3] == report(github, f"{home}/organization-1-day?day={days[3]}")[0]
    rows = report(github, f"{home}/users-28-day/latest")
    singles = [row for day in days for row in report(github, f"{home}/users-1-day?day={day}")]
    ends = ("report_start_day", "report_end_day")
    assert [{key: value for key, value in row.items() if key not in ends} for row in rows] == singles


def test_the_newest_days_are_restated_until_they_settle(github: DemoGitHub) -> None:
    organization = github.owners["octo-org"]
    workday = next(day for n in range(7) if (day := NEWEST - timedelta(days=n)).weekday() < 5)
    said = []
    for age in (2, 3, 4, 5):
        github.today = workday + timedelta(days=age)
        said.append(github.published("octo-org").document(workday)["loc_added_sum"])
    final = organization.document(workday)["loc_added_sum"]
    assert said[0] == said[1] < final
    assert said[2:] == [final, final]


def test_small_teams_are_left_out_of_the_reports(github: DemoGitHub) -> None:
    rows = report(github, f"orgs/octo-org/copilot/metrics/reports/user-teams-1-day?day={NEWEST}")
    sizes: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        sizes[row["team_id"]].add(row["user_id"])
    assert min(len(people) for people in sizes.values()) >= 5


def test_two_of_them_say_the_same(github: DemoGitHub) -> None:
    home = "orgs/octo-org/copilot/metrics/reports"
    paths = (f"{home}/organization-28-day/latest", f"{home}/users-28-day/latest")
    with serve(DemoGitHub(TODAY, owners(40, 4))) as other:
        for path in paths:
            assert report(github, path) == report(other, path)
        seats = "orgs/octo-org/copilot/billing/seats?per_page=100"
        assert query(github, seats).json() == query(other, seats).json()


def test_a_signed_link_opens_with_its_signature_and_without_a_token(github: DemoGitHub) -> None:
    envelope = query(github, "orgs/octo-org/copilot/metrics/reports/organization-28-day/latest").json()
    (link,) = envelope["download_links"]
    assert requests.get(link, timeout=30).status_code == 200
    assert requests.get(link.partition("?")[0], timeout=30).status_code == 403
    token = {"Authorization": f"Bearer {github.reading_token}"}
    assert requests.get(link, headers=token, timeout=30).status_code == 403
    assert not link.startswith(github.api_url)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("orgs/unknown-org/copilot/metrics/reports/organization-28-day/latest", 404),
        ("orgs/octo-enterprise/copilot/metrics/reports/organization-28-day/latest", 404),
        ("orgs/octo-org/copilot/metrics", 404),
        (f"orgs/octo-org/copilot/metrics/reports/organization-1-day?day={TODAY}", 204),
        (f"enterprises/octo-enterprise/copilot/metrics/reports/enterprise-1-day?day={TODAY}", 404),
        ("repos/octo-org/copilot-usage/git/ref/heads/copilot-usage", 404),
        ("somewhere/else", 404),
    ],
)
def test_what_is_not_there_is_answered_as_github_does(github: DemoGitHub, path: str, status: int) -> None:
    assert query(github, path).status_code == status


def test_seats_come_in_pages_that_link_to_the_next(github: DemoGitHub) -> None:
    path, pages = "/orgs/octo-org/copilot/billing/seats?per_page=15", 0
    seats: list[object] = []
    while path:
        answer = query(github, path.lstrip("/"))
        pages, seats = pages + 1, [*seats, *answer.json()["seats"]]
        path = answer.links.get("next", {}).get("url", "").removeprefix(github.api_url)
    assert (pages, len(seats)) == (3, answer.json()["total_seats"])
