"""The contract with the runner: `action.yml` as the runner reads it, and what it puts into the environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot_usage.settings.inputs import OUTPUTS
from end_to_end.watched import WatchedWorkflow
from fakes.github import FakeGitHub

ACTION = Path(__file__).parents[2] / "action.yml"
MODULE = (sys.executable, "-m", "copilot_usage")


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    loaded = yaml.safe_load(ACTION.read_text())
    assert isinstance(loaded, dict)
    return loaded


def defaults(action: dict[str, Any], token: str) -> dict[str, str]:
    """Every input as the runner writes it: its default, expressions worked out, or nothing."""
    given = {name: str(an_input.get("default", "")) for name, an_input in action["inputs"].items()}
    return {
        f"INPUT_{name.replace(' ', '_').upper()}": value.replace("${{ github.token }}", token)
        for name, value in given.items()
    }


def test_the_defaults_of_the_action_are_what_a_run_takes_without_inputs(
    workflow: WatchedWorkflow, github: FakeGitHub, action: dict[str, Any]
) -> None:
    workflow.environ = defaults(action, github.writing_token) | {"INPUT_TOKEN": github.reading_token}
    assert "${{" not in "".join(workflow.environ.values())
    done = workflow.look_at(workflow.step(MODULE))
    assert (done.code, done.outputs["days"]) == (0, "28"), done.log
    assert list(workflow.workspace.iterdir()) == []
    assert github.files == {}


def test_every_input_can_be_given(workflow: WatchedWorkflow, github: FakeGitHub, action: dict[str, Any]) -> None:
    given = {
        "token": github.reading_token,
        "scope": "team",
        "org": "octo-org",
        "enterprise": "",
        "team": "payments,\nplatform",
        "days": "",
        "since": str(github.today.replace(year=github.today.year, day=1)),
        "until": str(github.today),
        "api": "reports",
        "compare": "True",
        "seats": "false",
        "idle-days": "14",
        "seat-price": "21.50",
        "people": "none",
        "templates": "templates",
        "snapshot-repository": github.repository,
        "snapshot-branch": "usage/history",
        "snapshot-directory": "kept",
        "snapshot-token": github.writing_token,
        "summary-file": "page.md",
        "json-file": "usage.json",
        "csv-file": "usage.csv",
        "alert-when": "daily_active_users > 1\nacceptance-rate change < -99%",
        "timeout-minutes": "5",
        "demo": "false",
    }
    assert set(given) == set(action["inputs"])
    given["since"], given["until"] = (str(github.published("octo-org").window[n]) for n in (-3, -1))
    workflow.environ = {f"INPUT_{name.upper()}": value for name, value in given.items()}
    (workflow.workspace / "templates").mkdir(parents=True)
    done = workflow.look_at(workflow.step(MODULE))
    assert (done.code, done.outputs["days"]) == (0, "3"), done.log
    assert set(done.outputs) == set(action["outputs"]) == set(OUTPUTS)
    assert "refs/heads/usage/history" in github.git.objects.refs
    assert {path.name for path in workflow.workspace.iterdir()} == {"templates", "page.md", "usage.json", "usage.csv"}
    json.loads((workflow.workspace / "usage.json").read_text())


def test_the_demo_needs_no_token_and_nothing_else(workflow: WatchedWorkflow, github: FakeGitHub) -> None:
    done = workflow.step(MODULE, demo="true")
    assert (done.code, done.outputs["days"]) == (0, "28"), done.log
    assert github.requests == []
    assert "octo-org" in done.summary


@pytest.mark.parametrize(
    "history",
    [
        {"snapshot_repository": "me/real", "snapshot_token": "ghs_a_real_token_that_nothing_may_use"},
        {"snapshot_directory": "kept"},
        {"snapshot_directory": "kept", "api": "snapshots"},
    ],
    ids="-".join,
)
def test_the_demo_keeps_nothing_and_claims_no_commit(workflow: WatchedWorkflow, history: dict[str, str]) -> None:
    done = workflow.step(MODULE, demo="true", json_file="usage.json", **history)
    assert (done.code, done.outputs["days"]) == (0, "28"), done.log
    assert (done.outputs["snapshot-commit"], done.outputs["snapshots-written"]) == ("", "0")
    assert json.loads((workflow.workspace / "usage.json").read_text())["snapshots"] is None
    assert [path.name for path in workflow.workspace.iterdir()] == ["usage.json"]
    assert "me/real" not in done.everything()
    assert "snapshots in" not in done.summary
    assert "the demo stores nothing" in done.log


def test_the_owner_of_the_repository_is_the_organization_unless_told_otherwise(
    workflow: WatchedWorkflow, github: FakeGitHub
) -> None:
    done = workflow.look_at(workflow.step(MODULE, token=github.reading_token, days="1", compare="false"))
    assert done.code == 0, done.log
    assert "octo-org" in done.outputs["headline"]


def test_arguments_in_a_workflow_are_the_command_line(workflow: WatchedWorkflow) -> None:
    done = workflow.step((*MODULE, "--version"))
    assert (done.code, done.summary) == (0, "")
    assert done.log.startswith("copilot-usage ")
