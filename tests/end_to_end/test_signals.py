"""Ctrl-C and cancelled workflows: no traceback, nothing lost, and an end within seconds."""

from __future__ import annotations

import ast
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Event

import pytest

from copilot_usage.demo.github import Reply, Request, error_reply
from end_to_end.watched import WatchedWorkflow
from fakes.github import FakeGitHub, Fault

# Sends a signal to itself when a module begins to be imported.
IMPORTING = """
import os, sys
def hook(event, found):
    if event == "import" and found[0] == {module!r} and seen.append(1) is None and len(seen) == 1:
        os.kill(os.getpid(), {number})
seen = []
sys.addaudithook(hook)
from copilot_usage.__main__ import main
sys.exit(main())
"""


def signalled_at(module: str, number: signal.Signals) -> tuple[str, ...]:
    return (sys.executable, "-c", IMPORTING.format(module=module, number=int(number)))


def rescued(workflow: WatchedWorkflow) -> int:
    files = (workflow.folder / "temporary").rglob("*.ndjson")
    return sum(path.read_text().count('"generation":"reports"') for path in files)


@pytest.mark.parametrize(
    "module", ["copilot_usage.timing", "copilot_usage.pipeline.run", "jinja2", "requests", "github"]
)
def test_a_signal_while_a_module_is_imported_leaves_no_traceback(workflow: WatchedWorkflow, module: str) -> None:
    done = workflow.step(
        signalled_at(module, signal.SIGINT),
        token=workflow.github.reading_token,
        org="octo-org",
        snapshot_repository=workflow.github.repository,
        snapshot_token=workflow.github.writing_token,
    )
    assert (done.code, re.findall("Traceback|KeyboardInterrupt|bug", done.log)) == (130, [])


def test_a_cancelled_workflow_ends_while_modules_are_imported(workflow: WatchedWorkflow) -> None:
    assert workflow.step(signalled_at("jinja2", signal.SIGTERM), token="t", org="octo-org").code == 1


def test_nothing_is_imported_before_signals_are_handled() -> None:
    """With `enum` and its kin an interruption in the first 20 ms would end in a traceback."""
    found = "import sys; before = {*sys.modules}; import copilot_usage.__main__; print({*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(done.stdout)) == {"copilot_usage", "copilot_usage.__main__"}


def hanging(workflow: WatchedWorkflow, released: Event, *signals: signal.Signals) -> Callable[[Request], Reply]:
    """A repository that sends signals to the run when it is asked, and does not answer before the end of the test."""

    def hang(request: Request) -> Reply:
        assert workflow.process is not None
        for number in signals:
            workflow.process.send_signal(number)
        released.wait()
        return error_reply(502, "Bad gateway")

    return hang


@pytest.mark.parametrize(
    ("signals", "code"),
    [((signal.SIGINT,), 130), ((signal.SIGTERM,), 1), ((signal.SIGINT, signal.SIGTERM), 1)],
    ids=["interrupted", "cancelled", "both at once"],
)
def test_a_run_ends_though_the_repository_hangs_and_what_was_fetched_is_rescued(
    workflow: WatchedWorkflow, github: FakeGitHub, signals: tuple[signal.Signals, ...], code: int
) -> None:
    released = Event()
    github.faults.append(Fault("(POST|PATCH) .*/git/", hanging(workflow, released, *signals)))
    try:
        done = workflow.keep(days="7", compare="false")
    finally:
        released.set()
    assert (done.code, rescued(workflow)) == (code, 28), done.log
    if len(signals) == 1:
        # The page is there, and the error names the folder.
        assert done.outputs["days"] == "7"
        assert "::error title=The run was cancelled::" in done.log
        assert "What was fetched is in" in done.log


def test_a_repository_that_hangs_while_it_is_read_does_not_keep_a_cancelled_run(
    workflow: WatchedWorkflow, github: FakeGitHub
) -> None:
    released = Event()
    github.faults.append(Fault("GET .*/git/ref", hanging(workflow, released, signal.SIGINT)))
    try:
        done = workflow.keep(days="7", compare="false")
    finally:
        released.set()
    assert done.code == 130, done.log
    assert "::error title=The run was cancelled::" in done.log
