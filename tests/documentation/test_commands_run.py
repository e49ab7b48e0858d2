"""Every `copilot-usage …` command of the documents is run, as it stands, where it would work for its reader."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot_usage.demo.github import serve
from fakes.github import FakeGitHub, small_owners

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TODAY = datetime.now(UTC).date()


def commands() -> Iterator[str]:
    for page in PAGES:
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            lines = block.replace("\\\n", " ").splitlines()
            yield from (line for line in lines if line.startswith("copilot-usage "))


def write_files_of_a_reader(folder: Path, github: FakeGitHub) -> None:
    """Saved answers of GitHub under the names that the documents use, and a checked-out history beside."""
    organization = github.owners["octo-org"]
    days = [TODAY - timedelta(days=30 + n) for n in range(3)]
    contents = {
        "old-answers/day-1.json": [organization.document(days[0])],
        "old-answers/day-2.json": [organization.document(days[1])],
        "not-stored/day.json": [organization.document(days[2])],
        "team-days.json": [organization.document(days[0])],
        "rows-of-users/rows.ndjson": list(organization.user_rows(days[0])),
        "rows-of-teams/rows.ndjson": list(organization.user_team_rows(days[0])),
    }
    for name, rows in contents.items():
        path = folder / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(row) for row in rows))


@pytest.mark.parametrize("command", list(commands()))
def test_a_command_of_the_documents_does_what_it_says(command: str, tmp_path: Path) -> None:
    owners = small_owners()
    with serve(FakeGitHub(TODAY, owners=owners, lacking=frozenset(), repository="octo-org/reports")) as github:
        write_files_of_a_reader(tmp_path, github)
        here = tmp_path / "here"
        environ = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "GITHUB_API_URL": github.api_url,
            "COPILOT_USAGE_TOKEN": github.reading_token,
            "TOKEN": github.writing_token if "--snapshot-token" in command else github.reading_token,
        }
        if "--api snapshots" in command:  # what a checkout of the history would have put there
            earlier = 'copilot-usage report --token "$T" --org octo-org --snapshot-directory ../history/snapshots'
            run(earlier, here, environ | {"T": github.reading_token})
        done = run(command, here, environ)
    assert done.returncode == 0, done.stdout + done.stderr


def run(command: str, folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
