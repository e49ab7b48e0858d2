"""The everyday run: the newest 28 days of an organization or an enterprise, with a history."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from end_to_end.watched import WatchedWorkflow
from fakes.github import REF, FakeGitHub
from fakes.real_git import bare_repository, git

OUTPUTS = {
    "since",
    "until",
    "days",
    "missing-days",
    "active-users",
    "acceptance-rate",
    "headline",
    "alerts",
    "summary-file",
    "json-file",
    "csv-file",
    "snapshot-commit",
    "snapshots-written",
}
FILES = {"summary_file": "out/page.md", "json_file": "out/usage.json", "csv_file": "out/usage.csv"}
OWNERS = [
    ({"org": "octo-org"}, "organization/octo-org"),
    ({"enterprise": "octo-enterprise"}, "enterprise/octo-enterprise"),
]


def completions(document: dict[str, Any]) -> tuple[int, ...]:
    """Accepted and shown, from the breakdown by feature."""
    rows = [row for row in document["totals_by_feature"] if row["feature"] == "code_completion"]
    return tuple(
        sum(row[name] for row in rows) for name in ("code_acceptance_activity_count", "code_generation_activity_count")
    )


@pytest.mark.parametrize(("owner", "folder"), OWNERS, ids=["organization", "enterprise"])
def test_a_month_is_shown_kept_and_put_into_outputs(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path, today: date, owner: dict[str, str], folder: str
) -> None:
    newest = today - timedelta(days=2)
    days = [newest - timedelta(days=n) for n in range(28)]
    published = github.published(folder.split("/")[1])
    documents = {day: published.document(day) for day in days}
    accepted, shown = (sum(amounts) for amounts in zip(*map(completions, documents.values()), strict=True))

    done = workflow.keep(**owner, **FILES, alert_when="active-users > 1\nactive-users < 1")

    assert done.code == 0, done.log
    assert set(done.outputs) == OUTPUTS
    assert {name: done.outputs[name] for name in OUTPUTS - {"headline", "alerts", "snapshots-written"}} == {
        "since": str(days[-1]),
        "until": str(newest),
        "days": "28",
        "missing-days": "0",
        "active-users": str(documents[newest]["monthly_active_users"]),
        "acceptance-rate": f"{100 * accepted / shown:.1f}",
        "summary-file": "out/page.md",
        "json-file": "out/usage.json",
        "csv-file": "out/usage.csv",
        "snapshot-commit": github.git.objects.refs[REF],
    }
    assert len(json.loads(done.outputs["alerts"])) == done.log.count("::warning title=Copilot usage alert::") == 1
    assert folder.split("/")[1] in done.outputs["headline"]
    assert "\n" not in done.outputs["headline"]
    assert (done.workspace / "out/page.md").read_text() == done.summary
    assert f"{newest.day} {newest:%b %Y}** · 28 of 28 days" in done.summary
    lines = [line for path, found in github.lines.items() if f"reports/{folder}/" in path for line in found]
    # The 28 days before were fetched for the comparison, and are kept like any other.
    assert done.outputs["snapshots-written"] == str(len(lines)) == "56"
    stored = {date.fromisoformat(line["day"]): line for line in lines}
    assert {day: stored[day]["document"] for day in days} == documents
    assert github.commits == 1
    message = git(bare_repository(github, tmp_path / "bare"), "log", "--format=%s", REF)
    assert message == f"Copilot usage: 56 days of {published.organization.login} up to {newest}\n"


def test_a_second_run_on_the_same_day_writes_nothing(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    first = workflow.keep()
    github.requests.clear()
    second = workflow.keep()
    assert (first.code, second.code) == (0, 0)
    assert second.outputs["snapshots-written"] == "0"
    assert second.outputs["snapshot-commit"] == ""
    assert [request.path for request in github.requests if request.method != "GET"] == []
    assert github.commits == 1
    shown = ("since", "until", "days", "active-users", "acceptance-rate", "headline")
    assert {name: second.outputs[name] for name in shown} == {name: first.outputs[name] for name in shown}


def test_lines_are_compact_sorted_and_say_what_they_are(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date
) -> None:
    workflow.keep()
    assert "README.md" in github.files
    for path, content in github.files.items():
        if path.endswith(".ndjson") and "/reports/" in path:
            lines = [json.loads(line) for line in content.splitlines()]
            assert [line["day"] for line in lines] == sorted({line["day"] for line in lines})
            for line, raw in zip(lines, content.decode().splitlines(), strict=True):
                assert raw == json.dumps(line, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
                assert path.endswith(f"/{line['day'][:7]}.ndjson")
                assert line["settled"] is ((today - date.fromisoformat(line["day"])).days >= 5)
                said = ("scope", "name", "generation", "schema", "status")
                assert [line[key] for key in said] == ["organization", "octo-org", "reports", 1, "ok"]


def test_seats_are_kept_as_one_line_of_counts(workflow: WatchedWorkflow, github: FakeGitHub, today: date) -> None:
    workflow.keep()
    (path,) = (path for path in github.lines if "/seats/" in path)
    (line,) = github.lines[path]
    assert line["day"] == str(today)
    # One more than people: a seat without a person is a seat.
    assert line["document"]["total"] == len(github.owners["octo-org"].people) + 1


def test_the_files_hold_what_github_said(workflow: WatchedWorkflow, github: FakeGitHub, today: date) -> None:
    done = workflow.run(**FILES)
    published = github.published("octo-org")
    with (done.workspace / "out/usage.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    totals = {(row["day"], row["metric"]): row["amount"] for row in rows if row["dimension"] == "total"}
    for n in range(28):
        day = today - timedelta(days=2 + n)
        document = published.document(day)
        for metric in ("daily_active_users", "loc_added_sum", "user_initiated_interaction_count"):
            assert totals[str(day), metric] == str(document[metric])
    document = json.loads((done.workspace / "out/usage.json").read_text())
    assert str(today - timedelta(days=2)) in json.dumps(document)


@pytest.mark.parametrize("delay", [2, 3, 4])
def test_the_range_ends_on_the_day_that_github_published_last(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date, delay: int
) -> None:
    github.delay = delay
    done = workflow.run(days="7", compare="false", seats="false")
    assert (done.code, done.outputs["until"]) == (0, str(today - timedelta(days=delay)))
    assert done.outputs["days"] == "7"
