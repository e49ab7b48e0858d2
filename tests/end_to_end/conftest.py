"""A workflow against the fake GitHub, watched: whatever a test does, no secret and no person comes out of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from copilot_usage.demo.github import serve
from end_to_end.watched import WatchedWorkflow
from fakes.github import FakeGitHub


@pytest.fixture(scope="session")
def today() -> date:
    """The day of the processes that the tests start."""
    return datetime.now(UTC).date()


@pytest.fixture
def github(today: date) -> Iterator[FakeGitHub]:
    with serve(FakeGitHub(today, lacking=frozenset(), legacy=True)) as serving:
        yield serving


@pytest.fixture
def workflow(github: FakeGitHub, tmp_path: Path) -> Iterator[WatchedWorkflow]:
    watched = WatchedWorkflow(tmp_path, github.api_url, github.repository, github=github)
    yield watched
    watched.look_at_github()
