"""What is not Python is linted too: action.yml and workflows against their schemas, zizmor, hadolint, shell syntax."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: (?:\./[\w./-]*|[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*)$")


def run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-actions", Path("action.yml")),
        ("vendor.dependabot", Path(".github/dependabot.yml")),
        *(("vendor.github-workflows", path.relative_to(ROOT)) for path in WORKFLOWS),
    ],
    ids=str,
)
def test_it_fits_the_published_schema(schema: str, file: Path) -> None:
    run(BIN / "check-jsonschema", "--builtin-schema", schema, file)


def test_zizmor_finds_nothing_at_its_strictest() -> None:
    run(BIN / "zizmor", "--offline", "--quiet", "--persona", "auditor", ".")


def test_the_dockerfile_is_well_made() -> None:
    run(BIN / "hadolint", "--config", ".hadolint.yaml", "Dockerfile")


@pytest.mark.parametrize("script", sorted((ROOT / "script").iterdir()), ids=lambda path: path.name)
def test_scripts_are_plain_shell(script: Path) -> None:
    if script.is_file() and script.read_bytes().startswith(b"#!/bin/sh"):
        run("sh", "-n", script)
        assert script.stat().st_mode & 0o111


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(workflow: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in workflow.read_text().splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.match(line)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_nothing_but_what_a_job_asks_for_with_a_reason(workflow: Path) -> None:
    text = workflow.read_text()
    assert yaml.safe_load(text)["permissions"] == {}
    grants = re.findall(r"^ +[a-z-]+: (?:read|write)(.*)$", text, re.MULTILINE)
    assert all(re.match(r" # \w+", reason) for reason in grants)


def test_what_builds_a_release_is_pinned_by_digest() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    steps = workflow["jobs"]["image"]["steps"]
    given = {step["uses"].split("@")[0]: step["with"] for step in steps if "uses" in step and "with" in step}
    pulled = {
        given["docker/setup-qemu-action"]["image"]: "docker.io/tonistiigi/binfmt",
        given["docker/setup-buildx-action"]["driver-opts"]: "image=docker.io/moby/buildkit",
        given["docker/build-push-action"]["sbom"]: "generator=docker.io/docker/buildkit-syft-scanner",
    }
    assert [
        image for image, name in pulled.items() if not re.fullmatch(rf"{name}:[\w.-]+@sha256:[0-9a-f]{{64}}", image)
    ] == []


def test_the_documents_verify_an_image_with_its_signer() -> None:
    pages = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
    commands = [
        command
        for page in pages
        for command in re.findall(r"gh attestation verify(?:\\\n|[^`\n])*", page.read_text("utf-8"))
    ]
    assert commands
    assert all("--signer-workflow OWNER/NAME/.github/workflows/release.yml" in command for command in commands)


def test_the_base_image_is_pinned_by_digest() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(bases) == 2
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", base) for base in bases)
