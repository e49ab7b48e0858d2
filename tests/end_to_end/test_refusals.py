"""What a run says when GitHub says no: one annotation, a remedy in the job summary, and never a traceback."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta

import pytest

from copilot_usage.demo.github import Reply, error_reply
from end_to_end.watched import WatchedWorkflow
from end_to_end.workflow import COMMAND, Finished
from fakes.github import (
    DAY_REPORT,
    HTML,
    NO_REPORT,
    REF,
    FakeGitHub,
    Fault,
    limited,
    unauthorized,
    without_permission,
    without_policy,
    without_sso,
)

ALL_OF_COPILOT = "/(orgs|enterprises|organizations)/"


def assert_explained(done: Finished, *words: str, code: int = 1) -> None:
    """One `::error`, and its words and remedy in the summary."""
    assert done.code == code, done.log
    errors = [line for line in done.log.splitlines() if line.startswith("::error")]
    assert len(errors) == 1
    title = re.match(r"::error title=([^:]+)::", errors[0])
    assert title is not None
    assert title[1] in done.summary.replace("\\", "")
    assert [word for word in words if word not in done.summary] == []


def test_all_wrong_inputs_are_told_at_once_and_nothing_is_asked(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    done = workflow.run(
        token="", days="many", since="yesterday", people="everybody", seats="perhaps", alert_when="users > lots"
    )
    words = ("token", "days", "since", "people", "seats", "alert-when")
    assert_explained(done, *(f"`{word}`" for word in words), code=2)
    assert github.requests == []


@pytest.mark.parametrize("keep", [False, True], ids=["without a history", "with a history"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_API_URL", "no address"),
        ("GITHUB_API_URL", "http://api.octo.test"),
        ("REQUESTS_CA_BUNDLE", "/not/there.pem"),
    ],
)
def test_a_wrong_variable_is_named_before_anything_is_asked(
    workflow: WatchedWorkflow, name: str, value: str, *, keep: bool
) -> None:
    workflow.environ = {"GITHUB_API_URL": "https://api.octo.test", name: value}
    assert_explained(workflow.keep() if keep else workflow.run(), f"`{name}`", f"`{value}`", code=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("org", "octo\udcff"),
        ("team", "\udcff"),
        ("csv_file", "usage\udcff.csv"),
        ("since", "0001-01-01"),
        ("until", "9999-12-31"),
        ("snapshot_repository", "../history"),
    ],
    ids=["org", "team", "csv-file", "since", "until", "snapshot-repository"],
)
def test_an_input_that_means_nothing_here_is_refused_by_name(
    workflow: WatchedWorkflow, github: FakeGitHub, name: str, value: str
) -> None:
    assert_explained(workflow.keep(days="", **{name: value}), f"`{name.replace('_', '-')}`", code=2)
    assert github.requests == []


def test_a_file_that_cannot_be_written_keeps_nothing_else_from_being_written(workflow: WatchedWorkflow) -> None:
    (workflow.folder / "workspace").mkdir()
    (workflow.workspace / "link.csv").symlink_to("usage.csv")
    done = workflow.run(days="7", compare="false", json_file="/dev/full", csv_file="link.csv", summary_file="page.md")
    assert_explained(done, "/dev/full")
    assert (done.outputs["days"], (workflow.workspace / "link.csv").is_symlink()) == ("7", True)
    assert (workflow.workspace / "usage.csv").stat().st_size
    assert (workflow.workspace / "page.md").stat().st_size


def test_a_local_history_that_cannot_be_written_keeps_no_page_from_being_shown(workflow: WatchedWorkflow) -> None:
    workflow.workspace.mkdir()
    os.mkfifo(workflow.workspace / "history")
    done = workflow.run(days="7", compare="false", snapshot_directory="history")
    assert_explained(done, "it is no folder", "copilot-usage import", "not in the history")
    assert done.outputs["days"] == "7"
    rescued = "".join(path.read_text() for path in (workflow.folder / "temporary").rglob("*.ndjson"))
    assert rescued.count('"generation":"reports"') == 28


@pytest.mark.parametrize("keep", [False, True], ids=["without a history", "with a history"])
def test_a_dead_proxy_is_named_at_once(workflow: WatchedWorkflow, *, keep: bool) -> None:
    workflow.environ = {"GITHUB_API_URL": "https://api.octo.test", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = workflow.keep() if keep else workflow.run()
    assert_explained(done, "the proxy did not let the connection through", "`HTTPS_PROXY`")
    assert "asking again" not in done.log


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (unauthorized(), ("COPILOT_USAGE_TOKEN", "revoked")),
        (without_permission(), ("token", "octo-org")),
        (without_policy(), ("policy",)),
        (without_sso(), ("Configure SSO",)),
        (error_reply(404, "Not Found"), ("octo-org", "spelling")),
        (error_reply(410, "Gone"), ("newer version",)),
        (limited("86400"), ("timeout-minutes",)),
    ],
    ids=["401", "403 permission", "403 policy", "403 single sign-on", "404", "410", "429 for a day"],
)
def test_a_refusal_says_what_to_do(
    workflow: WatchedWorkflow, github: FakeGitHub, reply: Reply, words: tuple[str, ...]
) -> None:
    github.fail(ALL_OF_COPILOT, reply)
    assert_explained(workflow.keep(), *words)
    assert github.files == {}


def test_a_token_that_is_not_known_is_used_a_few_times_at_most(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    github.fail(ALL_OF_COPILOT, unauthorized())
    workflow.run(days="90")
    assert len(github.requests) <= 8


def test_what_was_had_before_the_token_was_revoked_is_stored(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date
) -> None:
    github.revoke_after(12)
    done = workflow.keep(since=str(today - timedelta(days=59)), until=str(today - timedelta(days=2)), compare="false")
    assert_explained(done, "revoked")
    stored = [line for path, lines in github.lines.items() if "/reports/" in path for line in lines]
    assert 28 < len(stored) < 58
    github.faults.clear()
    again = workflow.keep(since=str(today - timedelta(days=59)), until=str(today - timedelta(days=2)), compare="false")
    assert (again.code, again.outputs["days"], again.outputs["missing-days"]) == (0, "58", "0")


def test_a_run_that_is_revoked_from_the_start_of_its_seats_shows_usage_all_the_same(
    workflow: WatchedWorkflow, github: FakeGitHub
) -> None:
    github.fail("/copilot/billing/seats", without_permission())
    github.fail("/settings/billing/", error_reply(404, "Not Found"))
    done = workflow.run(compare="false", days="7")
    assert (done.code, done.outputs["days"]) == (0, "7")
    assert "Seats could not be read" in done.summary


@pytest.mark.parametrize(
    ("where", "reply", "word"),
    [
        (
            "PATCH .*/git/refs/",
            error_reply(422, "Repository rule violations found\n\nChanges must be made through a pull request."),
            "copilot-usage",
        ),
        ("POST .*/git/", error_reply(403, "Resource not accessible by integration"), "contents: write"),
    ],
    ids=["protected branch", "no permission to write"],
)
def test_snapshots_that_cannot_be_stored_are_rescued_and_named(
    workflow: WatchedWorkflow, github: FakeGitHub, where: str, reply: Reply, word: str
) -> None:
    github.git.commit_file("notes.txt", b"Somebody's\n", "Begin a branch", REF)
    github.fail(where, reply)
    done = workflow.keep(days="7", compare="false")
    assert_explained(done, word, "copilot-usage import", "copilot-usage-not-stored")
    rescued = "".join(path.read_text() for path in (workflow.folder / "temporary").rglob("*.ndjson"))
    assert rescued.count('"generation":"reports"') == 28
    assert '"generation":"reports"' in done.everything()  # which is searched for secrets and people
    assert github.lines == {}
    # What the remedy says can be done: the rescued folder is imported once the branch is open again.
    github.faults.clear()
    folder = str(workflow.folder / "temporary" / "copilot-usage-not-stored")
    store = ("--snapshot-repository", github.repository, "--snapshot-token", github.writing_token)
    imported = workflow.step((str(COMMAND), "import", folder, "--org", "octo-org", *store))
    assert imported.code == 0, imported.log
    assert sum(len(lines) for path, lines in github.lines.items() if "/reports/" in path) == 28


def test_a_repository_that_is_not_there_is_told_before_anything_is_fetched(
    workflow: WatchedWorkflow, github: FakeGitHub
) -> None:
    done = workflow.keep(snapshot_repository="octo-org/elsewhere")
    assert_explained(done, "snapshot-repository")
    assert github.requests_to(ALL_OF_COPILOT) == []


@pytest.mark.parametrize(
    "faults",
    [
        [Fault("/reports/organization-28-day", error_reply(502, "Bad gateway"), times=1)],
        [Fault("/reports/organization-28-day", None, times=1)],
        [Fault("/reports/organization-28-day", limited("0"), times=1)],
        [Fault("POST .*/git/trees", error_reply(502, "Server Error"), times=1)],
        [Fault("PATCH .*/git/refs|POST .*/git/refs", None, times=1)],
    ],
    ids=["502", "hangs up", "rate limit", "502 to a tree", "hangs up on the branch"],
)
def test_faults_that_pass_are_not_noticed(workflow: WatchedWorkflow, github: FakeGitHub, faults: list[Fault]) -> None:
    github.faults += faults
    done = workflow.keep(days="7", compare="false")
    assert (done.code, done.outputs["days"], github.commits) == (0, "7", 1), done.log
    assert all(fault.seen > 1 for fault in faults)


@pytest.mark.parametrize(
    "reply",
    [None, HTML, error_reply(500, "Server Error")],
    ids=["hangs up", "says something in HTML", "500"],
)
def test_a_download_that_fails_once_is_made_again(
    workflow: WatchedWorkflow, github: FakeGitHub, reply: Reply | None
) -> None:
    github.download_faults.append(Fault("/organization-28-day/", reply, times=1))
    done = workflow.run(days="7", compare="false", seats="false")
    assert (done.code, done.outputs["days"]) == (0, "7"), done.log


@pytest.mark.parametrize("face", NO_REPORT)
def test_a_day_without_a_report_is_missing_and_no_error(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date, face: str
) -> None:
    github.fail(DAY_REPORT, NO_REPORT[face], after=2, times=1)
    done = workflow.keep(since=str(today - timedelta(days=34)), compare="false", seats="false")
    assert (done.code, done.outputs["missing-days"]) == (0, "1"), done.log
    assert "::error" not in done.log
    stored = {line["day"]: line["status"] for path, lines in github.lines.items() for line in lines}
    remembered = face in {"no content", "not found", "no links"}
    assert sorted(stored.values()).count("no-report") == remembered


def test_a_report_that_is_gone_at_its_link_is_a_day_without_report(
    workflow: WatchedWorkflow, github: FakeGitHub, today: date
) -> None:
    day = today - timedelta(days=32)
    github.download_faults.append(
        Fault(f"/organization-1-day/{day}", error_reply(404, "", X_MS_Error_Code="BlobNotFound"))
    )
    done = workflow.run(since=str(today - timedelta(days=33)), compare="false", seats="false")
    assert (done.code, done.outputs["missing-days"]) == (0, "1"), done.log


def test_a_lost_race_is_won_later_and_both_commits_stay(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    workflow.keep(days="1", compare="false", seats="false")
    github.race("snapshots/notes.txt", b"mine")
    done = workflow.keep(days="7", compare="false")
    assert done.code == 0, done.log
    assert github.commits == 3
    assert github.files["snapshots/notes.txt"].startswith(b"mine")


def test_no_token_follows_a_redirect_to_another_host(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    github.faults.append(
        Fault("/reports/organization-28-day", lambda _: error_reply(302, "Found", Location=f"{github.download_url}/x"))
    )
    done = workflow.run(compare="false", seats="false")
    assert_explained(done)
    assert [request for request in github.downloads if "authorization" in request.headers] == []
