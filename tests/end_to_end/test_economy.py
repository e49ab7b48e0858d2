"""What a run imports and asks for: counted, never timed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from copilot_usage.demo.github import serve
from copilot_usage.demo.organization import owners
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.snapshots.local_store import DirectoryStore
from end_to_end.workflow import Workflow
from fakes.github import FakeGitHub

SEATS = 250
LARGE = {"github", "jinja2", "msgspec", "requests", "rich"}
SAYING = "import sys; from copilot_usage.__main__ import main\ntry: main()\nfinally: print('modules:', *sys.modules)"


@pytest.fixture
def github(today: date) -> Iterator[FakeGitHub]:
    with serve(FakeGitHub(today, owners(people=SEATS))) as github:
        yield github


@pytest.fixture
def workflow(tmp_path: Path, github: FakeGitHub) -> Workflow:
    return Workflow(tmp_path, github.api_url)


def imported(log: str) -> set[str]:
    """Those of the large libraries that were imported."""
    return LARGE & set(log.rpartition("modules: ")[2].split())


def with_modules(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", SAYING, *arguments)


def test_the_version_is_said_without_any_library(workflow: Workflow) -> None:
    log = workflow.step(with_modules("--version")).log
    assert imported(log) == set()
    assert {"copilot_usage.domain.alerts", "copilot_usage.settings.settings", "copilot_usage.pipeline"} & set(
        log.split()
    ) == set()


def test_wrong_inputs_at_a_terminal_are_refused_without_any_library(workflow: Workflow) -> None:
    finished = workflow.step(with_modules("report", "--days", "x"))
    assert "`x` was given" in finished.log
    assert imported(finished.log) == set()


def test_a_run_without_a_store_imports_neither_pygithub_nor_rich(workflow: Workflow, github: FakeGitHub) -> None:
    finished = workflow.step(with_modules(), token=github.reading_token, org="octo-org", compare="false")
    assert finished.summary
    assert imported(finished.log) == LARGE - {"github", "rich"}


def test_a_page_from_a_folder_imports_nothing_that_asks(workflow: Workflow, github: FakeGitHub, today: date) -> None:
    day = today - timedelta(days=9)
    document = github.published("octo-org").document(day)
    scope = Scope(ScopeKind.ORGANIZATION, "octo-org")
    stored = Snapshot(day, scope, Generation.REPORTS, settled=True, document=document)
    DirectoryStore(workflow.workspace / "history").save([stored])
    finished = workflow.step(
        with_modules(), org="octo-org", api="snapshots", snapshot_directory="history", since=str(day), until=str(day)
    )
    assert finished.summary
    assert imported(finished.log) == {"jinja2", "msgspec"}
    assert github.requests == []


def test_28_days_take_one_envelope_one_file_and_the_pages_of_seats(workflow: Workflow, github: FakeGitHub) -> None:
    workflow.step(token=github.reading_token, org="octo-org", compare="false")
    asked = [(request.path, str(request.query)) for request in github.requests]
    months = sum("ai_credit" in path for path, _ in asked)
    assert months in {1, 2}
    assert sum(path.endswith("billing/seats") for path, _ in asked) == 3
    assert len(set(asked)) == len(asked)
    assert len(asked) == 1 + 3 + months
    assert len(github.downloads) == 1
