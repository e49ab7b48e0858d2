"""Runs the installed command as a runner runs a step: inputs as variables, files for summary and outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from copilot_usage.settings.inputs import INPUTS

COMMAND = Path(sys.executable).with_name("copilot-usage")
# What a process needs of this machine, and nothing that could lead it elsewhere.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Finished:
    """What a step left behind."""

    code: int
    log: str
    summary: str
    outputs: Mapping[str, str]
    workspace: Path
    temporary: Path

    def everything(self) -> str:
        """All that can be read afterwards, also in the folder with what could not be stored."""
        paths = [*sorted(self.workspace.rglob("*")), *sorted(self.temporary.rglob("*"))]
        files = (path.read_text("utf-8", "replace") for path in paths if path.is_file())
        return "\n".join([self.log, self.summary, *self.outputs.values(), *files])


@dataclass
class Workflow:
    """A repository's workspace on a runner; `environ` is what the runner adds to every step."""

    folder: Path
    api_url: str
    repository: str = "octo-org/tools"
    environ: dict[str, str] = field(default_factory=dict)
    steps: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def begun(self, **inputs: str) -> subprocess.Popen[str]:
        """Starts a step without files for summary and outputs."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            [COMMAND],
            env=self._environ(inputs),
            cwd=self.workspace,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def step(self, command: tuple[str, ...] = (str(COMMAND),), /, **inputs: str) -> Finished:
        """Runs one step; underscores of the names stand for hyphens."""
        self.steps += 1
        files = {name: self.folder / f"{name}-{self.steps}" for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        self.workspace.mkdir(parents=True, exist_ok=True)
        (self.folder / "temporary").mkdir(exist_ok=True)
        for path in files.values():
            path.touch()
        environ = self._environ(inputs) | {name: str(path) for name, path in files.items()} | self.environ
        with subprocess.Popen(
            command, env=environ, cwd=self.workspace, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as self.process:
            log, _ = self.process.communicate(timeout=120)
        return Finished(
            self.process.returncode,
            log,
            files["GITHUB_STEP_SUMMARY"].read_text(),
            read_outputs(files["GITHUB_OUTPUT"].read_text()),
            self.workspace,
            self.folder / "temporary",
        )

    def _environ(self, inputs: Mapping[str, str]) -> dict[str, str]:
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        environ = (
            {name: value for name in _KEPT if (value := os.environ.get(name))}
            | {f"INPUT_{an_input.name.upper()}": given.pop(an_input.name, "") for an_input in INPUTS}
            | {
                "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": self.api_url,
                "GITHUB_REPOSITORY": self.repository,
                "GITHUB_REPOSITORY_OWNER": self.repository.split("/")[0],
                "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.folder / "temporary"),
            }
        )
        assert not given, f"no such inputs: {given}"
        return environ


def read_outputs(text: str) -> dict[str, str]:
    """As the runner reads them: `name<<delimiter`, the value, the delimiter."""
    lines, outputs = iter(text.splitlines()), {}
    for line in lines:
        name, delimiter = line.split("<<")
        value = []
        while (part := next(lines)) != delimiter:
            value.append(part)
        outputs[name] = "\n".join(value)
    return outputs
