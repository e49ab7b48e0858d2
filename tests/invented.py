"""A whole run against the invented GitHub in this process, up to the report."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from copilot_usage.copilot_api.deadline import Deadline
from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.demo.github import InventedGitHub, serve
from copilot_usage.demo.owners import owners
from copilot_usage.domain.progress import NoProgress
from copilot_usage.domain.storing import NoStore
from copilot_usage.job import Parts, run
from copilot_usage.rendering.findings import headline
from copilot_usage.settings.wishes import settings_from
from fakes.clock import RecordedClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_usage.demo.organization import Organization
    from copilot_usage.domain.report import Report

TODAY = date(2026, 11, 23)
GAP = TODAY - timedelta(days=20)


class Kept:
    """Keeps the report instead of publishing it."""

    report: Report

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        assert outputs["headline"] == headline(report)
        self.report = report


def invented_owners() -> dict[str, Organization]:
    return owners(people=60, teams=9)


def report_of_a_run(inputs: dict[str, str]) -> Report:
    """What a run with these inputs finds; `GAP` has no report."""
    invented = InventedGitHub(TODAY, invented_owners(), lacking=frozenset({GAP}), earlier=True)
    with serve(invented) as github:
        settings = settings_from({"token": github.reading_token, **inputs}, today=TODAY)
        clock = RecordedClock()
        with GitHubSource(
            api_url=github.api_url,
            token=github.reading_token,
            deadline=Deadline(600, now=clock.now, sleep=clock.sleep),
            today=TODAY,
            people=settings.people == "logins",
        ) as source:
            kept = Kept()
            run(settings, Parts(source, NoStore(), kept, headline, NoProgress()), TODAY)
    return kept.report
