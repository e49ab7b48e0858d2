"""The fake repository is sound: git accepts it, and it refuses what GitHub refuses."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from copilot_usage.demo.github import serve
from fakes.github import REF, TODAY, FakeGitHub
from fakes.real_git import bare_repository, git


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serve(FakeGitHub(TODAY)) as serving:
        yield serving


def query(github: FakeGitHub, path: str, method: str = "GET", **body: Any) -> requests.Response:
    token = {"Authorization": f"Bearer {github.writing_token}"}
    return requests.request(method, f"{github.api_url}/{path}", headers=token, json=body or None, timeout=30)


def test_git_reads_what_was_committed_through_the_api(github: FakeGitHub, tmp_path: Path) -> None:
    home = f"repos/{github.repository}/git"
    blob = query(
        github, f"{home}/blobs", "POST", content=base64.b64encode(b"large\n").decode(), encoding="base64"
    ).json()
    inline = {"path": "kept/a.ndjson", "mode": "100644", "type": "blob", "content": "{}\n"}
    # Git sorts folders as if their names ended in a slash: `kept.txt` stands before `kept`.
    by_name = {"path": "kept.txt", "mode": "100644", "type": "blob", "sha": blob["sha"]}
    tree = query(github, f"{home}/trees", "POST", tree=[inline, by_name]).json()
    first = query(github, f"{home}/commits", "POST", message="One\n\nmore", tree=tree["sha"], parents=[]).json()
    assert query(github, f"{home}/refs", "POST", ref=REF, sha=first["sha"]).status_code == 201
    changed = {**inline, "content": "{}\n{}\n"}
    tree = query(github, f"{home}/trees", "POST", base_tree=first["tree"]["sha"], tree=[changed]).json()
    second = query(github, f"{home}/commits", "POST", message="Two", tree=tree["sha"], parents=[first["sha"]]).json()
    moved = query(github, f"{home}/refs/heads/copilot-usage", "PATCH", sha=second["sha"], force=False)
    assert moved.status_code == 200
    back = query(github, f"{home}/refs/heads/copilot-usage", "PATCH", sha=first["sha"], force=False)
    assert back.status_code == 422
    bare = bare_repository(github, tmp_path / "bare")
    assert git(bare, "log", "--format=%s", REF).splitlines() == ["Two", "One"]
    assert git(bare, "show", f"{REF}:kept/a.ndjson") == "{}\n{}\n"
    assert git(bare, "show", f"{REF}:kept.txt") == "large\n"
    assert git(bare, "rev-parse", f"{REF}^{{tree}}").strip() == tree["sha"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("refs", {"ref": REF, "sha": "0" * 40}),
        ("commits", {"message": "x", "tree": "0" * 40}),
        ("trees", {"tree": [{"path": "x", "mode": "100644", "type": "blob", "sha": "0" * 40}]}),
    ],
)
def test_what_does_not_exist_cannot_be_named(github: FakeGitHub, path: str, body: dict[str, Any]) -> None:
    assert query(github, f"repos/{github.repository}/git/{path}", "POST", **body).status_code == 422


def test_the_writing_token_reads_no_usage_and_the_reading_token_no_repository(github: FakeGitHub) -> None:
    for path, token in (
        ("orgs/octo-org/copilot/billing/seats", github.writing_token),
        (f"repos/{github.repository}", github.reading_token),
    ):
        answer = requests.get(f"{github.api_url}/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert answer.status_code == 404
