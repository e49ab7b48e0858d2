"""Ranges of days: the past, a year with a history, and runs that are killed in the middle of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from copilot_usage.demo.github import Reply, Request, serve
from copilot_usage.domain.dates import a_year_before
from end_to_end.watched import WatchedWorkflow
from fakes.github import NO_REPORT, REF, FakeGitHub, Fault, small_owners
from fakes.real_git import bare_repository, git


@pytest.fixture
def github(today: date) -> Iterator[FakeGitHub]:
    """So few people that a year of them is quick."""
    with serve(FakeGitHub(today, owners=small_owners(people=6, teams=1), lacking=frozenset())) as serving:
        yield serving


def stored(github: FakeGitHub) -> dict[date, object]:
    lines = (line for path, found in github.lines.items() if "/reports/" in path for line in found)
    return {date.fromisoformat(line["day"]): line["document"] for line in lines}


@pytest.mark.parametrize(
    ("since", "until"),
    [(6, 2), (2, 2), (40, 30), (90, 60), (29, 0), (100, 100)],
    ids=["newest days", "newest day", "the past", "months ago", "into the future", "one day long ago"],
)
def test_a_range_is_shown_with_both_its_ends(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date, since: int, until: int
) -> None:
    ends = {"since": str(today - timedelta(days=since)), "until": str(today - timedelta(days=until))}
    done = workflow.run(**ends, compare="false", seats="false")
    days = since - max(until, 2) + 1
    assert (done.code, done.outputs["days"], done.outputs["missing-days"]) == (0, str(days), "0"), done.log
    # Days that are not published yet are shown as such, and are not missing.
    assert {name: done.outputs[name] for name in ends} == ends


def test_timestamps_mean_their_day_in_utc(workflow: WatchedWorkflow, today: date) -> None:
    day = today - timedelta(days=5)
    done = workflow.run(since=f"{day}T23:30:00-02:00", until=f"{today - timedelta(days=3)}T00:00:00Z", seats="false")
    assert (done.code, done.outputs["since"], done.outputs["days"]) == (0, str(day + timedelta(days=1)), "2"), done.log


def test_days_before_githubs_memory_are_missing_and_the_page_says_since_when(
    workflow: WatchedWorkflow, today: date
) -> None:
    first = max(date(2025, 12, 12), a_year_before(today))
    # Before GitHub had reports at all there is nothing to miss.
    missing = "0" if first == date(2025, 12, 12) else "7"
    done = workflow.run(
        since=str(first - timedelta(days=7)), until=str(first + timedelta(days=2)), seats="false", compare="false"
    )
    assert (done.code, done.outputs["days"], done.outputs["missing-days"]) == (0, "3", missing), done.log
    assert f"no reports before {first}" in done.summary.replace("\\", "")


def test_a_range_that_ends_before_githubs_memory_is_refused_at_once(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date
) -> None:
    done = workflow.run(since=str(today - timedelta(days=500)), until=str(today - timedelta(days=400)))
    assert (done.code, github.requests) == (2, [])
    assert "`until`" in done.summary


def test_a_range_in_the_future_says_what_is_published(workflow: WatchedWorkflow, today: date) -> None:
    done = workflow.run(since=str(today - timedelta(days=1)), until=str(today), seats="false", compare="false")
    assert (done.code, done.outputs["days"], done.outputs["missing-days"]) == (0, "0", "0"), done.log
    assert "::warning title=Copilot usage%3A read this first::GitHub has not published these days yet." in done.log
    assert "Not published yet" in done.summary
    assert "GitHub has no usage for this range" in done.summary


def test_a_day_without_a_report_is_missing_and_no_failure(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date
) -> None:
    gone = today - timedelta(days=40)
    github.lacking = frozenset({gone})
    done = workflow.run(since=str(gone), until=str(gone), compare="false")
    assert (done.code, done.outputs["days"], done.outputs["missing-days"]) == (0, "0", "1"), done.log
    assert done.outputs["active-users"] == done.outputs["acceptance-rate"] == ""
    assert "No report for" in done.summary


@pytest.mark.parametrize("inputs", [{"team": "*"}, {"org": "octo-org,octo-labs", "seats": "false"}], ids=str)
def test_nothing_of_several_scopes_is_no_failure_either(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date, inputs: dict[str, str]
) -> None:
    gone = today - timedelta(days=40)
    github.lacking = frozenset({gone})
    done = workflow.run(since=str(gone), until=str(gone), compare="false", **inputs)
    assert (done.code, done.outputs["days"], done.outputs["missing-days"]) == (0, "0", "1"), done.log
    assert " compared\n" not in done.summary
    assert "older generation" not in done.summary


def test_days_are_had_one_by_one_where_the_28_days_as_a_whole_are_not(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date
) -> None:
    github.faults.append(Fault("/orgs/.*/latest", NO_REPORT["an empty string"]))
    done = workflow.run(days="7", compare="false", seats="false")
    assert (done.code, done.outputs["days"], done.outputs["until"]) == (0, "7", str(today - timedelta(days=2))), (
        done.log
    )
    assert "no report of the newest 28 days" in done.summary


# Half a year: past this many commits the store makes a pause between its writes.
LONG = 180


def far_back(github: FakeGitHub, days: int = LONG) -> dict[str, str]:
    return {"since": str(github.today - timedelta(days=days + 1)), "compare": "false", "seats": "false"}


def assert_complete(github: FakeGitHub, folder: Path, length: int = LONG) -> None:
    """Every day as GitHub has it, in a repository that git finds sound."""
    days = stored(github)
    assert len(days) == length
    published = github.published("octo-org")
    assert [day for day, document in days.items() if document != published.document(day)] == []
    log = git(bare_repository(github, folder), "log", "--format=%s", REF).splitlines()
    assert len(log) == github.commits


def interrupting(workflow: WatchedWorkflow, github: FakeGitHub, number: int, *, after: int) -> None:
    """Sends a signal to the run when it asks for its so-manieth day."""

    def interrupt(request: Request) -> Reply:
        assert workflow.process is not None
        workflow.process.send_signal(number)
        return FakeGitHub.answer(github, request)

    github.faults.append(Fault("/reports/organization-1-day", interrupt, after, times=1))


@pytest.mark.parametrize("days", [60, LONG, pytest.param(340, marks=pytest.mark.slow)])
def test_a_long_range_is_kept_in_a_commit_for_every_thirty_days(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path, days: int
) -> None:
    done = workflow.keep(**far_back(github, days))
    assert (done.code, done.outputs["days"]) == (0, str(days)), done.log
    assert_complete(github, tmp_path / "bare", days)
    # Two months are still one commit: a run of every day is no backfill.
    assert github.commits == (1 if days <= 60 else -(-days // 30))


def test_a_killed_backfill_is_resumed_where_it_stopped(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path
) -> None:
    interrupting(workflow, github, signal.SIGKILL, after=110)
    assert workflow.keep(**far_back(github)).code == -signal.SIGKILL
    had = len(stored(github))
    assert 60 <= had < 150
    bare_repository(github, tmp_path / "killed")
    github.requests.clear()
    done = workflow.keep(**far_back(github))
    assert (done.code, done.outputs["days"]) == (0, str(LONG)), done.log
    # Only days that were not stored for good are asked for again.
    assert len(github.requests_to("/reports/organization-1-day")) <= LONG - had
    assert_complete(github, tmp_path / "complete")


def test_a_cancelled_backfill_keeps_what_was_had(workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path) -> None:
    interrupting(workflow, github, signal.SIGTERM, after=75)
    done = workflow.keep(**far_back(github))
    assert done.code == 1
    assert "::error title=The run was cancelled::" in done.log
    assert "The run was cancelled" in done.summary
    assert 90 <= len(stored(github)) < 120
    bare_repository(github, tmp_path / "cancelled")
