"""Reports about the demo's owners: of a whole run in this process, and of very many teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.demo.github import serve
from copilot_usage.demo.organization import Organization, owners
from copilot_usage.domain.dates import DateRange, ending
from copilot_usage.domain.figures import summarise
from copilot_usage.domain.history import merge
from copilot_usage.domain.ports import NoProgress, NoStore
from copilot_usage.domain.report import Report, ScopeReport
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.domain.usage import UsageDay
from copilot_usage.parsers.parse import read
from copilot_usage.pipeline.run import Services, run
from copilot_usage.rendering.findings import headline
from copilot_usage.settings.settings import settings_from
from copilot_usage.timing import Deadline
from fakes.clock import RecordedClock
from fakes.github import TODAY, FakeGitHub

WHOLE = Scope(ScopeKind.ENTERPRISE, "octo-enterprise")
GAP = TODAY - timedelta(days=20)


class Kept:
    """Keeps the report instead of publishing it."""

    report: Report

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        assert outputs["headline"] == headline(report)
        self.report = report


def report_owners() -> dict[str, Organization]:
    return owners(people=60, teams=9)


def report_of_many_teams(teams: int = 300) -> Report:
    """A year of an enterprise's teams, each like a small organization with some days missing."""
    shown = ending(TODAY - timedelta(days=2), 365)
    organization = Organization("octo-enterprise", "777", "enterprise_id", count=40, teams=3)
    days = [
        _usage_day(organization, day) for day in DateRange(TODAY - timedelta(days=330), shown.until)
    ]  # read once, since reading 300 times what differs in two figures takes longer than the page
    return Report(shown, tuple(_team(n, shown, days) for n in range(teams)), newest=shown.until)


def _usage_day(organization: Organization, day: date) -> UsageDay:
    document = organization.document(day)
    usage = read(Snapshot(day, WHOLE, Generation.REPORTS, settled=True, document=document)).usage
    assert usage is not None
    return usage


def _team(number: int, shown: DateRange, days: Sequence[UsageDay]) -> ScopeReport:
    scope = Scope(ScopeKind.ENTERPRISE_TEAM, "octo-enterprise", f"team-{number:03}")
    people = {"weekly_active_users": 20 + number % 17, "monthly_active_users": 25 + number % 19}
    kept = [replace(day, totals={**day.totals, **people}) for day in days if (day.day.toordinal() + number) % 50]
    history = merge(scope, kept)
    now = summarise(history, shown, counted_people=30 + number % 11)
    return ScopeReport(scope=scope, history=history, now=now, members=40 + number % 13)


def report_of_a_run(inputs: dict[str, str]) -> Report:
    """The report of a run with these inputs; `GAP` has no report."""
    with serve(FakeGitHub(TODAY, report_owners(), lacking=frozenset({GAP}), legacy=True)) as github:
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
            run(settings, Services(source, NoStore(), kept.publish, NoProgress()), TODAY)
    return kept.report
