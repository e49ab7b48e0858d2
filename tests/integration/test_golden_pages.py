"""Whole pages, reviewed like code. With UPDATE_GOLDEN=1 in the environment these tests write them anew."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from copilot_usage.copilot_api.deadline import Deadline
from copilot_usage.copilot_api.source import GitHubSource
from copilot_usage.demo.github import InventedGitHub, serve
from copilot_usage.demo.owners import owners
from copilot_usage.domain.progress import NoProgress
from copilot_usage.domain.storing import NoStore
from copilot_usage.job import Parts, run
from copilot_usage.rendering.findings import headline
from copilot_usage.rendering.page import render_page
from copilot_usage.settings.wishes import settings_from
from fakes.clock import RecordedClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copilot_usage.domain.report import Report

GOLDEN = Path(__file__).parents[1] / "golden"
TODAY = date(2026, 11, 23)
GAP = TODAY - timedelta(days=20)
SITUATIONS: Mapping[str, dict[str, str]] = {
    "organization": {"org": "octo-org"},
    "three_days": {"org": "octo-org", "days": "3"},
    "a_year": {"org": "octo-org", "since": "2026-01-05"},
    "teams": {"org": "octo-org", "team": "*"},
    "organizations": {"org": "octo-org,octo-labs", "seats": "false"},
    "generation_usage": {"org": "octo-org", "api": "usage", "seats": "false"},
    "generation_metrics": {"enterprise": "octo-enterprise", "api": "metrics", "seats": "false"},
    "people": {"org": "octo-org", "people": "logins", "compare": "false"},
}


class Kept:
    """Keeps the report instead of publishing it."""

    report: Report

    def publish(self, report: Report, outputs: Mapping[str, str]) -> None:
        assert outputs["headline"] == headline(report)
        self.report = report


def report_of(inputs: dict[str, str]) -> Report:
    invented = InventedGitHub(TODAY, owners(people=60, teams=9), lacking=frozenset({GAP}), earlier=True)
    with serve(invented) as github:
        settings = settings_from({"token": github.reading_token, **inputs}, today=TODAY)
        clock = RecordedClock()
        people = settings.people == "logins"
        with GitHubSource(
            api_url=github.api_url,
            token=github.reading_token,
            deadline=Deadline(600, now=clock.now, sleep=clock.sleep),
            today=TODAY,
            people=people,
        ) as source:
            kept = Kept()
            run(settings, Parts(source, NoStore(), kept, headline, NoProgress()), TODAY)
    return kept.report


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_page_is_the_one_that_was_reviewed(situation: str) -> None:
    text = render_page(report_of(SITUATIONS[situation])).text
    golden = GOLDEN / f"{situation}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def figure(page: str, title: str) -> str:
    """The first number behind a row's title."""
    match = re.search(rf"^\| (?:\*\*)?{re.escape(title)}(?:\*\*)? \| \**([\d,.]+)", page, re.MULTILINE)
    assert match, title
    return match[1]


def test_the_figures_are_those_of_githubs_documents() -> None:
    organization = owners(people=60, teams=9)["octo-org"]
    days = [TODAY - timedelta(days=2 + n) for n in range(28)]
    documents = [organization.document(day) for day in days if day != GAP]
    counters = ("loc_added_sum", "user_initiated_interaction_count")
    # The newest days are still restated by the invented GitHub: a fiftieth is missing from their counters.
    sums = {
        name: sum(
            d[name] - (d[name] // 50 if (TODAY - date.fromisoformat(d["day"])).days <= 3 else 0) for d in documents
        )
        for name in counters
    }
    page = render_page(report_of(SITUATIONS["organization"])).text
    assert figure(page, "Lines written by Copilot") == f"{sums['loc_added_sum']:,}"
    assert figure(page, "Prompts") == f"{sums['user_initiated_interaction_count']:,}"
    assert figure(page, "Active people (28 days)") == str(documents[0]["monthly_active_users"])
    completions = [row for d in documents for row in d["totals_by_feature"] if row["feature"] == "code_completion"]
    shown, accepted = (
        sum(row[n] for row in completions) for n in ("code_generation_activity_count", "code_acceptance_activity_count")
    )
    assert figure(page, "Completions accepted") == f"{100 * accepted / shown:.1f}"
    assert "27 of 28 days" in page
