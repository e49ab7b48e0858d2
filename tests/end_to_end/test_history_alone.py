"""From the history alone, and how few requests a run with a history makes."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from end_to_end.watched import WatchedWorkflow
from fakes.github import REF, FakeGitHub, small_owners
from fakes.real_git import bare_repository, git

SHOWN = ("since", "until", "days", "missing-days", "active-users", "acceptance-rate", "headline")


@pytest.mark.parametrize("inputs", [{}, {"enterprise": "octo-enterprise"}, {"team": "*"}], ids=str)
def test_a_page_from_a_history_says_what_the_page_from_github_said(
    workflow: WatchedWorkflow, github: FakeGitHub, inputs: dict[str, str]
) -> None:
    # Seats are today's, and no history: the headline of a history does not name them.
    live = workflow.keep(**inputs, days="7", seats="false")
    github.requests.clear()
    stored = workflow.keep(**inputs, days="7", api="snapshots", token="")
    assert (stored.code, github.requests_to("/(orgs|enterprises|organizations)/")) == (0, []), stored.log
    assert {name: stored.outputs[name] for name in SHOWN} == {name: live.outputs[name] for name in SHOWN}


def test_a_checkout_of_the_branch_is_a_history_too(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path
) -> None:
    live = workflow.keep(days="7", seats="false")
    bare = bare_repository(github, tmp_path / "bare")
    git(bare, "worktree", "add", "--quiet", "--detach", str(workflow.workspace / "history"), REF)
    github.requests.clear()
    stored = workflow.run(days="7", api="snapshots", token="", snapshot_directory="history/snapshots")
    assert (stored.code, github.requests) == (0, []), stored.log
    assert {name: stored.outputs[name] for name in SHOWN} == {name: live.outputs[name] for name in SHOWN}
    shutil.rmtree(workflow.workspace / "history")


def test_a_local_folder_is_written_once_and_read_again(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    first = workflow.run(days="7", snapshot_directory="history")
    assert first.outputs["snapshots-written"] == str(28 + 7 - 7)
    files = {path: path.read_bytes() for path in (workflow.workspace / "history").rglob("*") if path.is_file()}
    second = workflow.run(days="7", snapshot_directory="history")
    assert second.outputs["snapshots-written"] == "0"
    assert files == {path: path.read_bytes() for path in (workflow.workspace / "history").rglob("*") if path.is_file()}
    assert github.requests_to("/repos/") == []


def test_a_history_without_such_days_is_an_error_that_names_the_inputs(
    workflow: WatchedWorkflow, github: FakeGitHub
) -> None:
    workflow.keep(days="7", compare="false")
    done = workflow.keep(since="2025-01-01", until="2025-01-31", api="snapshots")
    assert done.code == 1
    assert "::error title=No snapshots of these days" in done.log
    assert "snapshot-directory" in done.summary


def test_a_run_with_nothing_new_makes_few_requests(workflow: WatchedWorkflow, github: FakeGitHub, today: date) -> None:
    workflow.keep(compare="false")
    github.requests.clear()
    github.downloads.clear()
    assert workflow.keep(compare="false").outputs["snapshots-written"] == "0"
    newest = today - timedelta(days=2)
    touched = {f"{newest - timedelta(days=n):%Y-%m}" for n in range(28)}
    seats = -(-(len(github.owners["octo-org"].people) + 1) // 100)
    assert len(github.requests_to("/reports/")) == 1
    assert len(github.downloads) == 1
    assert len(github.requests_to("/copilot/billing/seats")) == seats
    assert len(github.requests_to("/settings/billing/")) == len(touched)
    # The months of usage, and this month's seats.
    assert len(github.requests_to("/repos/")) <= 6 + len(touched) + 1
    assert len(github.requests) == sum(
        len(github.requests_to(where)) for where in ("/reports/", "/billing/", "/repos/")
    )


def test_days_that_changed_since_are_asked_for_and_replaced(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date
) -> None:
    workflow.keep(days="7", compare="false", seats="false")
    newest = today - timedelta(days=2)

    def stored() -> object:
        return next(line["document"] for lines in github.lines.values() for line in lines if line["day"] == str(newest))

    before = stored()
    # GitHub has restated it: more people were active than it knew.
    github.owners |= small_owners(people=60)
    assert workflow.keep(days="7", compare="false", seats="false").code == 0
    assert before != stored() == github.published("octo-org").document(newest)
