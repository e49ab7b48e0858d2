"""People and secrets. Every other test here watches for both; these are about the switches, and about the watching."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest

from copilot_usage.demo.github import Reply, Request, error_reply
from end_to_end.watched import WatchedWorkflow
from fakes.github import FakeGitHub, Fault


def event(folder: Path, *, private: bool) -> dict[str, str]:
    path = folder / "event.json"
    path.write_text(json.dumps({"repository": {"full_name": "octo-org/tools", "private": private}}))
    return {"GITHUB_EVENT_PATH": str(path)}


@pytest.mark.parametrize("inputs", [{}, {"team": "*"}], ids=["organization", "teams"])
def test_people_are_on_the_page_by_name_where_that_was_asked_for_and_never_in_snapshots(
    workflow: WatchedWorkflow, github: FakeGitHub, inputs: dict[str, str]
) -> None:
    done = workflow.keep(**inputs, people="logins", json_file="usage.json", days="7")
    assert done.code == 0, done.log
    assert len(set(workflow.people_in(done.summary))) > 3
    assert github.commits == 1
    # `workflow` looks through the snapshots at the end of every test.


def test_people_stay_out_of_page_files_and_snapshots(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    done = workflow.keep(
        team="*", summary_file="page.md", json_file="usage.json", csv_file="usage.csv", seats="true", days="7"
    )
    assert done.code == 0, done.log
    assert workflow.people_in(done.everything()) == []


def test_the_watching_would_find_a_person_and_a_secret(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    person = github.owners["octo-org"].people[0]
    assert workflow.people_in(f"| {person.login} |, {person.user_id}")[:2] == [person.login, str(person.user_id)]
    assert workflow.secrets_in(f"x{github.reading_token}y") == [github.reading_token]


@pytest.mark.parametrize(("private", "people", "code"), [(True, "logins", 0), (False, "logins", 2), (False, "none", 0)])
def test_names_are_refused_where_the_public_could_read_them(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path, *, private: bool, people: str, code: int
) -> None:
    workflow.environ = event(tmp_path, private=private)
    done = workflow.run(people=people, compare="false", days="7", seats="false")
    assert done.code == code, done.log
    assert ("title=This repository is public" in done.log) is (not private and code == 0)
    assert (github.requests == []) is (code == 2)


def test_the_reading_token_reads_and_the_writing_token_writes(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    workflow.keep(team="*", days="2")
    used = {
        (request.path.split("/")[1] == "repos", request.headers["authorization"].partition(" ")[2])
        for request in github.requests
    }
    assert used == {(False, github.reading_token), (True, github.writing_token)}


def test_every_signed_link_is_masked_before_it_is_used(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    masked = workflow.run(days="7", compare="false").log.splitlines()
    assert f"::add-mask::sig={github.signature}" in masked


@pytest.mark.parametrize("where", ["/orgs/", "POST .*/git/"], ids=["reading", "writing"])
def test_a_token_that_github_repeats_in_its_answer_is_not_shown(
    workflow: WatchedWorkflow, github: FakeGitHub, where: str
) -> None:
    token = github.reading_token if where == "/orgs/" else github.writing_token
    github.fail(where, error_reply(403, f"Who is {token}?\n::warning::{token}"))
    done = workflow.keep(days="7", compare="false")
    assert done.code == 1
    assert "***" in unescape(done.summary)
    assert "\n::warning::" not in done.log


def test_a_link_in_an_error_is_not_shown(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    def expired(request: Request) -> Reply:
        return error_reply(403, f"{github.download_url}{request.path}?sig={github.signature} has expired")

    github.download_faults.append(Fault("/", expired, times=1))
    done = workflow.run(days="7", compare="false", seats="false")
    assert done.code == 0, done.log


def test_the_debug_switch_shows_no_secret_either(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    workflow.environ = {"RUNNER_DEBUG": "1", "ACTIONS_STEP_DEBUG": "true"}
    github.fail("/copilot/billing/seats", None, times=1)
    assert workflow.keep(team="*", days="2").code == 0


def test_what_a_template_prints_of_a_token_is_hidden_everywhere(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path
) -> None:
    folder = tmp_path / "ours"  # outside the workspace, which is searched
    folder.mkdir()
    (folder / "summary.md.j2").write_text(f"# {github.reading_token} and {github.writing_token[:30]}\n")
    (folder / f"{github.reading_token}.md.j2").write_text("")
    done = workflow.keep(templates=str(folder), summary_file="page.md", days="1", compare="false", seats="false")
    assert (done.code, done.summary) == (0, "# *** and ***\n"), done.log
    assert "`***`" in done.log
    assert (workflow.workspace / "page.md").read_text() == done.summary
