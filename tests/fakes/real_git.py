"""What the real git says of the fake repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

from fakes.github import FakeGitHub


def bare_repository(github: FakeGitHub, folder: Path) -> Path:
    """The repository as a bare one in a new folder, found to be sound by git."""
    folder.mkdir()
    github.git.objects.write_to(folder)
    done = run_git(folder, "fsck", "--full", "--strict", "--no-dangling")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return folder


def git(repository: Path, *arguments: str) -> str:
    """What git prints."""
    done = run_git(repository, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_git(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=False)
