"""A year of daily runs, and more, against a GitHub that restates, lacks, is late and fails: nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.demo.activity import COUNTERS
from copilot_usage.demo.documents import Published
from copilot_usage.demo.github import Reply, error_reply, serve
from copilot_usage.domain.ports import NoProgress, Store
from copilot_usage.domain.report import Report
from copilot_usage.errors import CopilotUsageError
from copilot_usage.pipeline.run import Services, run
from copilot_usage.settings.settings import settings_from
from copilot_usage.snapshots.branch_store import RepositoryStore
from copilot_usage.snapshots.git_api import RetryPolicy
from copilot_usage.snapshots.local_store import DirectoryStore
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock
from fakes.github import REF, FakeGitHub, Fault, small_owners, unauthorized, without_permission
from fakes.real_git import bare_repository, git

FIRST_RUN = date(2025, 12, 20)
FIRST_REPORT = date(2025, 12, 12)
RUNS = 400
OUTAGES = (range(90, 97), range(230, 265))
# Days that GitHub never has a report of, and one that it has later than it should.
LACKING = frozenset({date(2026, 1, 17), date(2026, 5, 1), date(2026, 5, 2), date(2026, 12, 24)})
LATE = date(2026, 3, 9)


@dataclass(frozen=True)
class Restating(Published):
    """The newest days grow each day until three full days have passed after them."""

    def document(self, day: date) -> dict[str, Any]:
        document = self.organization.document(day)
        young = max(0, 4 - (self.today - day).days)
        return document | {name: document[name] * (20 - young) // 20 for name in COUNTERS}

    def has(self, day: date, report: str) -> bool:
        held_back = day == LATE and (self.today - day).days < 9
        return super().has(day, report) and not held_back


@dataclass
class RestatingGitHub(FakeGitHub):
    def published(self, owner: str) -> Published:
        return Restating(self.owners[owner], self.today, self.delay, LACKING)


@dataclass
class Unshown:
    """Renders nothing; sometimes it fails as a template would."""

    fails: bool = False

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        if self.fails:
            raise RuntimeError


@dataclass
class Cut(NoProgress):
    """Ends the run after `left` days, as a mistake in the code would."""

    left: int

    def advance(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise RuntimeError


@dataclass
class Year:
    """Daily runs; `store` makes a new run's store."""

    github: RestatingGitHub
    store: Callable[[], Store]
    random: Random = field(default_factory=lambda: Random(2026))
    failed: int = 0

    def live(self) -> None:
        for number in range(RUNS):
            self.github.today = FIRST_RUN + timedelta(days=number)
            last = number == RUNS - 1
            self.github.delay = 2 if last else self.random.choice((2, 2, 2, 2, 3, 4))
            self.github.faults.clear()
            self.github.download_faults.clear()
            if any(number in outage for outage in OUTAGES):
                self.github.fail("", error_reply(503, "Service Unavailable"))
            elif not last and self.random.random() < 0.15:
                self._go_wrong()
            with suppress(CopilotUsageError, RuntimeError):
                self._run_once(fails=not last and self.random.random() < 0.03)
                continue
            self.failed += 1

    def _go_wrong(self) -> None:
        """Something fails from a random request on, for good or for a while."""
        replies: tuple[Reply | None, ...] = (
            None,
            unauthorized(),
            without_permission(),
            error_reply(500, "Server Error"),
            error_reply(404, "Not Found"),
            error_reply(429, "Slow down", Retry_After="3600"),
        )
        where = self.random.choice(("/reports/", "/git/", "POST", "PATCH", "/settings/billing/", "GET .*/git/blobs"))
        fault = Fault(where, self.random.choice(replies), self.random.randrange(4), self.random.choice((None, 1, 3)))
        faults = self.github.download_faults if self.random.random() < 0.2 else self.github.faults
        faults.append(fault if faults is self.github.faults else Fault("", fault.reply, fault.after, fault.times))

    def _run_once(self, *, fails: bool) -> None:
        github, clock = self.github, RecordedClock()
        settings = settings_from(
            {
                "token": github.reading_token,
                "org": "octo-org",
                "snapshot-directory": "snapshots",
                "seats": "false",
            },
            today=github.today,
        )
        with GitHubSource(
            api_url=github.api_url,
            token=github.reading_token,
            deadline=Deadline(1800, now=clock.now, sleep=clock.sleep),
            today=github.today,
        ) as source:
            progress = Cut(self.random.randrange(40)) if self.random.random() < 0.03 and not fails else NoProgress()
            if github.today == FIRST_RUN + timedelta(days=RUNS - 1):
                progress = NoProgress()
            run(settings, Services(source, self.store(), Unshown(fails).publish, progress), github.today)

    def expected(self) -> dict[str, object]:
        """GitHub's last word of every day that it ever published."""
        published = self.github.published("octo-org")
        days = (FIRST_REPORT + timedelta(days=n) for n in range((published.newest - FIRST_REPORT).days + 1))
        return {str(day): published.document(day) for day in days if day not in LACKING}


@pytest.fixture
def github() -> Iterator[RestatingGitHub]:
    with serve(RestatingGitHub(FIRST_RUN, owners=small_owners(people=4, teams=1))) as serving:
        yield serving


def assert_nothing_is_lost(year: Year, files: Mapping[str, bytes]) -> None:
    lines = [
        json.loads(line)
        for path, content in files.items()
        if path.endswith(".ndjson") and "reports/organization/octo-org/" in path
        for line in content.splitlines()
    ]
    assert {line["day"]: line["document"] for line in lines if line["status"] == "ok"} == year.expected()
    assert {line["day"] for line in lines if line["status"] == "no-report"} == {str(day) for day in LACKING}
    unsettled = {line["day"] for line in lines if not line["settled"]}
    assert unsettled == {str(year.github.today - timedelta(days=n)) for n in (2, 3, 4)}
    # The simulation is worth something only if much of it went wrong.
    assert 60 < year.failed < 140


@pytest.mark.slow
def test_a_branch_holds_githubs_last_word_after_a_year_of_trouble(github: RestatingGitHub, tmp_path: Path) -> None:
    policy = RetryPolicy(sleep=lambda _: None, chance=lambda: 0.5, tries=2)

    def store() -> Store:
        return RepositoryStore(
            repository=github.repository,
            branch="copilot-usage",
            directory="snapshots",
            token=github.writing_token,
            api_url=github.api_url,
            policy=policy,
        )

    year = Year(github, store)
    year.live()
    assert_nothing_is_lost(year, github.files)
    log = git(bare_repository(github, tmp_path / "bare"), "log", "--format=%s", REF).splitlines()
    assert len(log) == github.commits <= RUNS + 3


@pytest.mark.slow
def test_a_folder_holds_githubs_last_word_after_a_year_of_trouble(github: RestatingGitHub, tmp_path: Path) -> None:
    year = Year(github, lambda: DirectoryStore(tmp_path / "snapshots"))
    year.live()
    files = {path.as_posix(): path.read_bytes() for path in tmp_path.rglob("*.ndjson")}
    assert_nothing_is_lost(year, files)
