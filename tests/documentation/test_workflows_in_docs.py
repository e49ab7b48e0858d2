"""Checks every complete workflow in the documentation, and runs those that notify with stand-ins for curl and gh."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from copilot_usage.domain.alerts import parse_threshold
from copilot_usage.settings.inputs import INPUTS, OUTPUTS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
ACTION = re.compile(r"[\w-]+/copilot-usage-report@")
HEADLINE = "octo-org: 312 active people (▲ 7.2 %) \"quoted\" <b> `$(touch hacked)` 'x' & *y*"
ALERTS = ["octo-org: idle-seats is 62, above the threshold of 50.", 'o/"t": <script> & ü']


class Workflow(NamedTuple):
    """A block of YAML with jobs, and where it stands."""

    where: str
    text: str

    @property
    def document(self) -> dict[Any, Any]:
        read: dict[Any, Any] = yaml.safe_load(self.text)
        return read

    @property
    def steps(self) -> list[dict[str, Any]]:
        return [step for job in self.document["jobs"].values() for step in job.get("steps", ())]


def workflows() -> Iterator[Workflow]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```ya?ml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            if re.search(r"^jobs:", match[1], re.MULTILINE):
                line = text.count("\n", 0, match.start()) + 2
                yield Workflow(f"{page.relative_to(ROOT)}:{line}", match[1])


WORKFLOWS = list(workflows())
NOTIFYING = [workflow for workflow in WORKFLOWS if workflow.where.startswith("docs/recipes-notify.md")]
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.where)


def test_there_are_workflows_to_check() -> None:
    assert len(NOTIFYING) == 6


def test_every_workflow_is_one_to_github(tmp_path: Path) -> None:
    files = [tmp_path / f"{workflow.where.replace('/', '-').replace(':', '-')}.yml" for workflow in WORKFLOWS]
    for file, workflow in zip(files, WORKFLOWS, strict=True):
        file.write_text(workflow.text, encoding="utf-8")
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*checker, *files], check=False, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout


@each_workflow
def test_it_may_do_nothing_but_what_a_job_asks_for(workflow: Workflow) -> None:
    assert workflow.document["permissions"] == {}
    assert all("permissions" in job for job in workflow.document["jobs"].values())


@each_workflow
def test_actions_of_others_are_pinned_by_commit_with_their_version_beside(workflow: Workflow) -> None:
    used = re.findall(r"uses: (\S+)(.*)$", workflow.text, re.MULTILINE)
    others = [(name, rest) for name, rest in used if not ACTION.match(name)]
    assert all(re.search(r"@[0-9a-f]{40}$", name) and re.match(r" # v\d", rest) for name, rest in others)


@each_workflow
def test_it_gives_our_action_inputs_that_exist(workflow: Workflow) -> None:
    given = [name for step in workflow.steps if ACTION.match(step.get("uses", "")) for name in step.get("with", {})]
    # `args` is the runner's own: it takes the place of the container's arguments, and makes it the command line.
    assert set(given) <= {known.name for known in INPUTS} | {"args"}


@each_workflow
def test_it_uses_outputs_that_exist_of_a_step_that_is_ours(workflow: Workflow) -> None:
    ours = {step["id"] for step in workflow.steps if "id" in step and ACTION.match(step.get("uses", ""))}
    for step, output in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", workflow.text):
        if step in ours:
            assert output in OUTPUTS
        else:
            assert any(found.get("id") == step for found in workflow.steps)


@each_workflow
def test_its_thresholds_can_be_read(workflow: Workflow) -> None:
    lines = [line for step in workflow.steps for line in step.get("with", {}).get("alert-when", "").splitlines()]
    assert [str(parse_threshold(line)) for line in lines] == lines


@each_workflow
def test_text_from_outside_reaches_scripts_as_variables_only(workflow: Workflow) -> None:
    assert [step["run"] for step in workflow.steps if "${{" in step.get("run", "")] == []


@each_workflow
def test_its_schedule_avoids_the_full_hour(workflow: Workflow) -> None:
    triggers = workflow.document[True]  # YAML 1.1 reads `on` as a boolean
    minutes = [entry["cron"].split()[0] for entry in triggers.get("schedule", ())]
    assert all(int(minute) % 15 for minute in minutes)


class Ran(NamedTuple):
    """What the stand-ins were given."""

    arguments: str
    stdin: bytes
    folder: Path


def run(workflow: Workflow, folder: Path, *, answers: Mapping[str, str] | None = None) -> Ran:
    """Runs the script of a workflow as a runner does; curl and gh only write down what they were given."""
    if shutil.which("jq") is None or shutil.which("bash") is None:
        pytest.skip("jq or bash is not installed here")
    (step,) = [step for step in workflow.steps if "run" in step]
    for program in ("curl", "gh"):
        answer = (answers or {}).get(program, "")
        stub = folder / program
        stub.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$*" >> arguments\n[ "$2" = list ] && {{ printf "%s" "{answer}"; exit; }}\n'
            "[ -t 0 ] || cat > stdin\n"
        )
        stub.chmod(0o755)
    values = {
        "${{ steps.usage.outputs.headline }}": HEADLINE,
        "${{ steps.usage.outputs.alerts }}": json.dumps(ALERTS, ensure_ascii=False),
    }
    environ = {name: values.get(value, f"{name.lower()}-value") for name, value in step["env"].items()}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder, env={"PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "RUNNER_TEMP": str(folder)} | environ,
        stdin=subprocess.DEVNULL, check=False, capture_output=True, encoding="utf-8", timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert not folder.joinpath("hacked").exists()
    return Ran(folder.joinpath("arguments").read_text(), folder.joinpath("stdin").read_bytes(), folder)


def recipe(name: str) -> Workflow:
    (found,) = [workflow for workflow in NOTIFYING if workflow.document["name"] == name]
    return found


def test_slack_gets_the_headline_and_each_alert(tmp_path: Path) -> None:
    ran = run(recipe("Copilot usage to Slack"), tmp_path)
    lines = json.loads(ran.stdin)["text"].splitlines()
    assert lines[0] == HEADLINE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert lines[1] == f":warning: {ALERTS[0]}"
    assert lines[3] == "<run-value|The whole page>"
    assert ran.arguments.split()[-1] == "webhook-value"


def test_teams_gets_a_card(tmp_path: Path) -> None:
    ran = run(recipe("Copilot usage to Teams"), tmp_path)
    card = json.loads(ran.stdin)["attachments"][0]["content"]
    assert [line["text"] for line in card["body"]] == [HEADLINE, *ALERTS]
    assert card["actions"][0]["url"] == "run-value"


def test_the_mail_can_be_read_by_a_mail_program(tmp_path: Path) -> None:
    ran = run(recipe("Copilot usage by e-mail"), tmp_path)
    mail = message_from_bytes(tmp_path.joinpath("mail").read_bytes(), policy=policy.default)
    assert (mail["From"], mail["To"]) == ("mail_from-value", "mail_to-value")
    text = mail.get_content()
    assert text.splitlines()[:2] == [f"- {alert}" for alert in ALERTS]
    assert HEADLINE in text
    assert ran.stdin.decode().strip() == 'user = "login-value"'
    assert "login-value" not in ran.arguments


def test_a_comment_has_every_text_from_outside_as_code(tmp_path: Path) -> None:
    ran = run(recipe("Copilot usage as a comment"), tmp_path)
    assert ran.arguments.strip() == "issue comment issue-value --body-file -"
    paragraphs = ran.stdin.decode().strip().split("\n\n")
    assert paragraphs[1] == f":warning: <code>{ALERTS[0]}</code>"
    assert paragraphs[3] == "[The whole page](run-value)"
    assert "<b>" not in ran.stdin.decode()


@pytest.mark.parametrize(("open_issue", "wrote"), [("", "issue create --title"), ("17", "issue comment 17")])
def test_an_alert_opens_an_issue_or_comments_on_the_open_one(open_issue: str, wrote: str, tmp_path: Path) -> None:
    ran = run(recipe("Copilot usage alerts as an issue"), tmp_path, answers={"gh": open_issue})
    assert ran.arguments.splitlines()[-1].startswith(wrote)
    assert tmp_path.joinpath("alerts.md").read_text().splitlines()[0] == f"- <code>{ALERTS[0]}</code>"
