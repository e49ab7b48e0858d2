"""Twenty real kills at random requests, reads and writes alike: the branch is whole each time, and the work goes on."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from copilot_usage.demo.github import Reply, Request
from end_to_end.watched import WatchedWorkflow
from fakes.github import REF, FakeGitHub, Fault
from fakes.real_git import bare_repository, git

KILLS = 20
DAYS = 90
# About the number of requests of a run: the days that the 28-day report lacks, and the branch's reads and writes.
REQUESTS = 85


def kill_at(workflow: WatchedWorkflow, github: FakeGitHub, request: int) -> None:
    """Ends the run with SIGKILL at its request number `request`, after GitHub has answered it."""

    def kill(asked: Request) -> Reply:
        assert workflow.process is not None
        reply = github.regular_answer(asked)
        workflow.process.send_signal(signal.SIGKILL)
        return reply

    github.faults.append(Fault(".", kill, request, times=1))


@pytest.mark.slow
def test_killed_anywhere_the_branch_is_whole_and_the_next_run_goes_on(
    workflow: WatchedWorkflow, github: FakeGitHub, tmp_path: Path
) -> None:
    random = Random("kills")
    wishes = {"since": str(github.today - timedelta(days=DAYS + 1)), "compare": "false", "seats": "false"}
    killed = 0
    for number in range(KILLS):
        github.faults.clear()
        # The later the more is stored already, so runs get shorter: they are killed among fewer requests.
        kill_at(workflow, github, random.randrange(REQUESTS if number < KILLS // 2 else 9))
        killed += workflow.keep(**wishes).code == -signal.SIGKILL
        if github.head:
            bare_repository(github, tmp_path / f"after-{number}")
    assert killed >= KILLS // 2
    github.faults.clear()
    done = workflow.keep(**wishes)
    assert (done.code, done.outputs["days"]) == (0, str(DAYS)), done.log
    published = github.published("octo-org")
    lines = [line for path, found in github.lines.items() if "/reports/" in path for line in found]
    assert len(lines) == DAYS
    assert all(line["document"] == published.document(published.today.fromisoformat(line["day"])) for line in lines)
    assert git(bare_repository(github, tmp_path / "whole"), "log", "--format=%H", REF).count("\n") == github.commits
