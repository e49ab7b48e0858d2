"""The four scopes, asked of each generation: page, snapshots, files, from the installed command."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from copilot_usage.demo.github import Reply, Request
from end_to_end.watched import WatchedWorkflow
from fakes.github import REF, FakeGitHub, Fault

SCOPES = {
    "organization": ({"org": "octo-org"}, "octo-org"),
    "team": ({"org": "octo-org", "team": "payments"}, "octo-org/payments"),
    "enterprise": ({"enterprise": "octo-enterprise"}, "octo-enterprise"),
    "enterprise-team": ({"enterprise": "octo-enterprise", "team": "payments"}, "octo-enterprise/payments"),
}
# What each generation calls the people of a day; those of `usage` are others, so they keep their name.
PEOPLE = {"reports": "daily_active_users", "metrics": "daily_active_users", "usage": "total_active_users"}


@pytest.mark.parametrize("generation", ["reports", "metrics", "usage"])
@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_of_a_generation_is_shown_kept_and_put_into_files(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date, scope: str, generation: str
) -> None:
    inputs, name = SCOPES[scope]
    newest = today - timedelta(days=2)
    done = workflow.keep(**inputs, scope=scope, api=generation, days="7", csv_file="usage.csv", json_file="usage.json")
    assert done.code == 0, done.log
    assert (done.outputs["until"], done.outputs["days"]) == (str(newest), "7")
    assert name.replace("/", " / ") in done.summary or name in done.summary
    assert f"`{generation}`" in done.summary
    lines = [
        line
        for path, found in github.lines.items()
        if path.startswith(f"snapshots/{generation}/{scope}/{name}/")
        for line in found
    ]
    days = {line["day"] for line in lines}
    assert {str(newest - timedelta(days=n)) for n in range(7)} <= days
    assert {(line["scope"], line["name"], line["generation"]) for line in lines} == {(scope, name, generation)}
    with (done.workspace / "usage.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["scope"], row["name"]) for row in rows} == {(scope, name)}
    active = {row["day"] for row in rows if row["metric"] == PEOPLE[generation]}
    assert active == {str(newest - timedelta(days=n)) for n in range(7)}


@pytest.mark.parametrize("generation", ["metrics", "usage"])
def test_a_retired_generation_that_is_gone_says_so_and_what_to_use(
    workflow: WatchedWorkflow, github: FakeGitHub, generation: str
) -> None:
    github.legacy = False
    done = workflow.run(api=generation, seats="false")
    assert done.code == 1
    assert "::error title=" in done.log
    assert "reports" in done.summary


def test_a_team_day_is_the_join_of_that_day(workflow: WatchedWorkflow, github: FakeGitHub, today: date) -> None:
    newest = today - timedelta(days=3)
    workflow.keep(team="*", since=str(newest), until=str(newest))
    organization = github.owners["octo-org"]
    members: dict[str, set[int]] = {}
    for row in organization.user_team_rows(newest):
        members.setdefault(row["slug"], set()).add(row["user_id"])
    rows = {row["user_id"]: row for row in organization.user_rows(newest)}
    stored = {
        line["name"].split("/")[1]: line["document"]
        for found in github.lines.values()
        for line in found
        if line["scope"] == "team" and line["day"] == str(newest)
    }
    assert set(stored) == set(members)
    for slug, people in members.items():
        for metric in ("loc_added_sum", "code_generation_activity_count", "user_initiated_interaction_count"):
            assert stored[slug][metric] == sum(rows[person][metric] for person in people if person in rows)


def test_all_teams_are_compared_on_one_page_and_kept_by_one_commit(
    workflow: WatchedWorkflow, github: FakeGitHub
) -> None:
    done = workflow.keep(team="*", days="7")
    assert done.code == 0, done.log
    teams = {row["slug"] for row in github.owners["octo-org"].user_team_rows(github.today)}
    assert [team for team in teams if team not in done.summary] == []
    assert github.commits == 1


def test_a_long_range_of_an_earlier_generation_is_read_page_by_page(
    workflow: WatchedWorkflow, github: FakeGitHub
) -> None:
    def small_pages(request: Request) -> Reply:
        return github.regular_answer(replace(request, query={**request.query, "per_page": "28"}))

    github.faults.append(Fault("/copilot/metrics$", small_pages))
    done = workflow.run(api="metrics", days="60", compare="false", seats="false")
    assert (done.code, done.outputs["days"]) == (0, "60"), done.log
    assert github.faults[0].seen == 3


def test_one_history_is_made_of_three_generations(workflow: WatchedWorkflow, github: FakeGitHub, today: date) -> None:
    newest = today - timedelta(days=2)
    for api, since in (("usage", 20), ("metrics", 12), ("reports", 5)):
        ends = {"since": str(newest - timedelta(days=since)), "until": str(newest - timedelta(days=since - 3))}
        assert workflow.keep(api=api, **ends, compare="false", seats="false").code == 0
    for path in [path for path in github.files if "/reports/" in path]:
        # Of the 28 days that came with the reports only the four asked for are left.
        kept = [line for line in github.files[path].splitlines() if newest - timedelta(days=5) <= day_of(line)]
        github.git.commit_file(path, b"".join(line + b"\n" for line in kept), "Fewer", REF)
    done = workflow.keep(api="snapshots", days="21", token="", compare="false")
    assert done.code == 0, done.log
    assert [name for name in ("reports", "metrics", "usage") if f"`{name}`" not in done.summary] == []


def day_of(line: bytes) -> date:
    return date.fromisoformat(json.loads(line)["day"])
