"""The image, built and run as a runner does it; where there is no container engine these tests are skipped."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from copilot_usage import __version__
from copilot_usage.demo.github import serve
from copilot_usage.demo.organization import owners
from end_to_end.workflow import read_outputs
from fakes.github import FakeGitHub

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("container")]

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/copilot-usage-test"
BASE = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[0]
# Without a registry, buildah builds on any slim Python image that is on the machine.
STAND_INS = ("docker.io/library/python:3.14-slim", "docker.io/library/python:3.13-slim")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


def quietly(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def build_command() -> list[str]:
    """How this machine builds images, or a skip that says why it does not."""
    if shutil.which("docker") and quietly("docker", "info").returncode == 0:
        return ["docker", "build", "--tag", IMAGE, "."]
    if not (shutil.which("buildah") and shutil.which("podman")):
        pytest.skip("there is no container engine on this machine")
    base = next((name for name in STAND_INS if quietly("buildah", "inspect", name).returncode == 0), None)
    if base is None:
        pytest.skip("there is no base image on this machine, and no registry to have it from")
    context = f"{BASE}=container-image://{base}"
    options = ["--isolation=chroot", "--network=host", "--pull-never", "--build-context", context]
    return ["buildah", "bud", *options, "--tag", IMAGE, "."]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The built image's engine, as the beginning of a command."""
    command = build_command()
    built = quietly(*command)
    assert built.returncode == 0, built.stdout + built.stderr
    if command[0] == "docker":
        yield ["docker"]
        return
    settings = tmp_path_factory.mktemp("podman") / "containers.conf"
    runtime = 'runtime = "runc"\n' if shutil.which("runc") else ""
    limits = '["nofile=1024:20000", "nproc=4096:4096"]'
    settings.write_text(f"[containers]\ndefault_ulimits = {limits}\n[engine]\n{runtime}")
    yield ["env", f"CONTAINERS_CONF={settings}", "podman"]


class Runner:
    """Runs the image as GitHub's runner does: inputs with action.yml's defaults, mounted workspace and files."""

    def __init__(self, engine: list[str], folder: Path) -> None:
        self._engine = engine
        self.folder = folder
        for name in ("workspace", "home", "files"):
            (folder / name).mkdir()
        for name in ("summary", "output"):
            (folder / "files" / name).touch()

    def step(self, *options: str, api_url: str = "http://127.0.0.1:9", **inputs: str) -> tuple[int, str]:
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        defaults = {name: str(described.get("default", "")) for name, described in ACTION["inputs"].items()}
        # The runner fills expressions in; this one has no workflow token to hand out.
        values = {name: "" if "${{" in value else value for name, value in defaults.items()} | given
        environ = {f"INPUT_{name.upper()}": value for name, value in values.items()} | {
            "HOME": "/github/home",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": api_url,
            "GITHUB_WORKSPACE": "/github/workspace",
            "GITHUB_REPOSITORY": "octo-org/tools",
            "GITHUB_REPOSITORY_OWNER": "octo-org",
            "GITHUB_STEP_SUMMARY": "/github/files/summary",
            "GITHUB_OUTPUT": "/github/files/output",
        }
        mounts = [f"--volume={self.folder / name}:/github/{name}" for name in ("workspace", "home", "files")]
        variables = [f"--env={name}={value}" for name, value in environ.items()]
        run = [*self._engine, "run", "--rm", "--workdir=/github/workspace", *mounts, *variables, *options, IMAGE]
        done = subprocess.run(run, capture_output=True, text=True, check=False, env=dict(os.environ))
        return done.returncode, done.stdout + done.stderr

    @property
    def outputs(self) -> dict[str, str]:
        return read_outputs((self.folder / "files" / "output").read_text())

    @property
    def summary(self) -> str:
        return (self.folder / "files" / "summary").read_text()


@pytest.fixture
def runner(engine: list[str], tmp_path: Path) -> Runner:
    return Runner(engine, tmp_path)


def test_it_knows_its_version_without_a_network_and_with_nowhere_to_write(engine: list[str]) -> None:
    alone = ["--network=none", "--read-only", "--tmpfs=/tmp"]
    done = quietly(*engine, "run", "--rm", *alone, IMAGE, "--version")
    assert done.stdout.strip() == f"copilot-usage {__version__}"


def test_the_demo_needs_no_network(runner: Runner) -> None:
    code, log = runner.step("--network=none", demo="true", csv_file="out/usage.csv")
    assert code == 0, log
    assert runner.outputs["days"] == "28"
    assert runner.summary.startswith("# Copilot usage · octo-org")
    assert (runner.folder / "workspace/out/usage.csv").stat().st_size > 10_000


def test_the_demo_needs_nothing_of_the_image_to_be_writable(runner: Runner) -> None:
    code, log = runner.step("--network=none", "--read-only", "--tmpfs=/tmp", demo="true")
    assert code == 0, log


def test_wrong_inputs_are_named_without_a_network(runner: Runner) -> None:
    code, log = runner.step("--network=none", days="many", people="all")
    assert code == 2
    assert "::error title=3 inputs cannot be used::" in log
    assert "`people`" in runner.summary


def test_a_month_is_fetched_from_a_github_and_committed_to_it(runner: Runner) -> None:
    small = FakeGitHub(datetime.now(UTC).date(), owners(people=30, teams=3))
    with serve(small) as github:
        code, log = runner.step(
            "--network=host",
            api_url=github.api_url,
            token=github.reading_token,
            snapshot_token=github.writing_token,
            snapshot_repository=github.repository,
        )
        assert code == 0, log
        assert runner.outputs["snapshot-commit"] == github.head
        assert runner.outputs["days"] == "28"


def test_no_compiler_pip_or_git_is_in_what_we_add(engine: list[str]) -> None:
    look = "ls /app/bin; find /app -name pip -o -name git -o -name '*.c' -o -name gcc | wc -l"
    done = quietly(*engine, "run", "--rm", "--network=none", "--entrypoint=sh", IMAGE, "-c", look)
    assert done.stdout.split() == ["copilot-usage", "0"]
