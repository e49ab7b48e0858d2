"""Runs a workflow as GitHub would, as far as the documents use it, against the fake GitHub.

What a job is not permitted to do its token cannot do here either, and the token of an App opens one owner.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

from copilot_usage.demo.github import Reply, Request, error_reply
from copilot_usage.demo.organization import Organization
from end_to_end.watched import WatchedWorkflow
from end_to_end.workflow import COMMAND, Finished
from fakes.github import FakeGitHub

OURS = "octo-org/copilot-usage-report@"
REPOSITORY = "octo-org/reports"
Document = dict[Any, Any]


def owners_in(text: str, *, people: int, teams: int) -> dict[str, Organization]:
    """A fictional owner for each name that a workflow could mean."""
    names = sorted(set(re.findall(r"\bocto-\w+", text)))
    return {
        name: Organization(name, str(90_000 + n), _id_field(name), count=people, teams=teams)
        for n, name in enumerate(names)
    }


def _id_field(name: str) -> str:
    return "enterprise_id" if name.endswith("enterprise") else "organization_id"


@dataclass
class GitHubWithPermissions(FakeGitHub):
    """`permission`: what the running job may do with `contents`; `apps`: tokens of Apps, and whom each one opens."""

    permission: str = "none"
    job_token: str = "ghs_canary0job0Uu3sVnB5mQ"
    apps: dict[str, str] = field(default_factory=dict)

    def app_token(self, owner: str) -> str:
        token = f"ghs_canary0app0{len(self.apps)}0Kd9fLw"
        self.apps[token] = owner.lower()
        return token

    def answer(self, request: Request) -> Reply:
        token = request.headers.get("authorization", "").partition(" ")[2]
        if token in self.apps and self.apps[token] != request.path.split("/")[2].lower():
            return error_reply(403, "Resource not accessible by integration")
        if token == self.job_token and not self._permitted(request):
            return error_reply(403, "Resource not accessible by integration")
        known = {self.job_token: self.writing_token, **dict.fromkeys(self.apps, self.reading_token)}
        as_known = {**request.headers, "authorization": f"Bearer {known.get(token, token)}"}
        return super().answer(replace(request, headers=as_known))

    def _permitted(self, request: Request) -> bool:
        if not request.path.startswith(f"/repos/{REPOSITORY}"):
            return request.path == "/rate_limit"
        return self.permission == "write" or (self.permission == "read" and request.method == "GET")


@dataclass
class RecipeRunner:
    """`inputs`: of `workflow_dispatch`; `finished`: our own steps, in the order in which they ran."""

    github: GitHubWithPermissions
    folder: Path
    inputs: Mapping[str, str]
    finished: list[Finished] = field(default_factory=list)
    _artifacts: dict[str, Path] = field(default_factory=dict)
    _needs: dict[str, str] = field(default_factory=dict)

    def run(self, document: Document) -> list[Finished]:
        """Jobs one after the other, as they stand."""
        for name, job in document["jobs"].items():
            assert {*_listed(job.get("needs"))} <= {*document["jobs"]}
            assert job.get("if", "${{ !cancelled() }}") == "${{ !cancelled() }}"
            self.github.permission = job["permissions"].get("contents", "none")
            for number, matrix in enumerate(self._matrix(job)):
                Job(self, name, self.folder / f"{name}-{number}", matrix).run(job)
        return self.finished

    def _matrix(self, job: Document) -> Iterator[dict[str, str]]:
        matrix = job.get("strategy", {}).get("matrix", {})
        include = matrix.get("include")
        if isinstance(include, str):
            include = json.loads(self.lookup(re.fullmatch(r"\$\{\{ fromJSON\((.+)\) \}\}", include)[1]))  # type: ignore[index]
        if include is not None:
            return iter(include)
        return (dict(zip(matrix, values, strict=True)) for values in product(*matrix.values()))

    def lookup(self, name: str) -> str:
        """What an expression means that is the same for every job; KeyError for what no document may use."""
        known = {
            "!cancelled()": "true",
            "github.repository": REPOSITORY,
            "github.token": self.github.job_token,
            "github.server_url": "https://github.com",
            "github.run_id": "1",
            "secrets.COPILOT_USAGE_TOKEN": self.github.reading_token,
            "secrets.COPILOT_HISTORY_TOKEN": self.github.writing_token,
            "secrets.COPILOT_USAGE_PRIVATE_KEY": "a private key",
            "vars.COPILOT_USAGE_CLIENT_ID": "a client id",
        }
        inputs = {f"inputs.{name}": value for name, value in self.inputs.items()}
        return (known | inputs | self._needs)[name]

    def offer(self, job: str, outputs: Mapping[str, str]) -> None:
        """What a job hands to those that need it."""
        self._needs |= {f"needs.{job}.outputs.{name}": value for name, value in outputs.items()}

    def upload(self, name: str, folder: Path) -> None:
        self._artifacts[name] = shutil.copytree(folder, self.folder / "artifacts" / name)

    def download(self, pattern: str, folder: Path) -> None:
        for name, artifact in self._artifacts.items():
            if re.fullmatch(pattern.replace("*", ".*"), name):
                shutil.copytree(artifact, folder / name)


class Job:
    """One job of a matrix, in a workspace of its own."""

    def __init__(self, runner: RecipeRunner, name: str, folder: Path, matrix: Mapping[str, str]) -> None:
        self._runner = runner
        self._name = name
        self._matrix = matrix
        self._outputs: dict[str, str] = {}
        github = runner.github
        self._workflow = WatchedWorkflow(folder, github.api_url, REPOSITORY, github=github)
        self._workflow.workspace.mkdir(parents=True)

    def run(self, job: Document) -> None:
        for step in job["steps"]:
            if self._applies(step.get("if", "true")):
                self._step(step, {name: self._filled(value) for name, value in step.get("with", {}).items()})
        self._runner.offer(self._name, {name: self._filled(text) for name, text in job.get("outputs", {}).items()})

    def _step(self, step: Document, inputs: Mapping[str, str]) -> None:
        action = step.get("uses", "").partition("@")[0]
        if step.get("uses", "").startswith(OURS):
            self._ours(step, inputs)
        elif action == "actions/create-github-app-token":
            assert len({"owner", "enterprise"} & set(inputs)) == 1
            owner = inputs.get("owner") or inputs["enterprise"]
            self._outputs[f"steps.{step['id']}.outputs.token"] = self._runner.github.app_token(owner)
        elif action == "actions/upload-artifact":
            self._runner.upload(inputs["name"], self._workflow.workspace / inputs["path"])
        elif action == "actions/download-artifact":
            self._runner.download(inputs["pattern"], self._workflow.workspace / inputs["path"])
        else:
            self._script(step)

    def _ours(self, step: Document, inputs: Mapping[str, str]) -> None:
        command = (str(COMMAND), *shlex.split(inputs.get("args", "")))
        given = {name.replace("-", "_"): value for name, value in inputs.items() if name != "args"}
        given.setdefault("snapshot_token", self._runner.lookup("github.token"))
        finished = self._workflow.look_at(self._workflow.step(command, **given))
        if "id" in step:
            self._offer(step["id"], finished.outputs)
        self._runner.finished.append(finished)

    def _script(self, step: Document) -> None:
        environ = {name: self._filled(value) for name, value in step["env"].items()}
        outputs = self._workflow.folder / "outputs"
        script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        subprocess.run(script, env=environ | {"GITHUB_OUTPUT": str(outputs), "PATH": os.environ["PATH"]}, check=True)
        if "id" in step:
            self._offer(step["id"], dict(line.split("=", 1) for line in outputs.read_text().splitlines()))

    def _offer(self, step: str, outputs: Mapping[str, str]) -> None:
        self._outputs |= {f"steps.{step}.outputs.{name}": value for name, value in outputs.items()}

    def _applies(self, condition: str) -> bool:
        name, operator, literal = condition.partition(" != ")
        if operator:
            return self._lookup(name) != literal.strip("'")
        return self._filled(condition) == "true"

    def _filled(self, value: object) -> str:
        """A value of the workflow as text, expressions filled in."""
        if isinstance(value, bool):
            return str(value).lower()
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: self._lookup(found[1]), str(value))

    def _lookup(self, name: str) -> str:
        if name.startswith("matrix."):
            return str(self._matrix.get(name.removeprefix("matrix."), ""))
        return self._outputs[name] if name in self._outputs else self._runner.lookup(name)


def _listed(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)] if value else []
