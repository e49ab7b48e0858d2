"""Whole pages, reviewed like code. With UPDATE_GOLDEN=1 in the environment these tests write them anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from copilot_usage.rendering.page import render_page
from demo_reports import report_of_a_run, report_of_many_teams

MANY_TEAMS = "three_hundred_teams"
GOLDEN = Path(__file__).parents[1] / "golden"
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


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_page_is_the_one_that_was_reviewed(situation: str) -> None:
    assert_golden(situation, render_page(report_of_a_run(SITUATIONS[situation])).text)


def test_a_year_of_300_teams_is_the_page_that_was_reviewed_and_no_larger_than_github_shows() -> None:
    text = render_page(report_of_many_teams()).text
    assert_golden(MANY_TEAMS, text)
    assert len(text.encode()) < 1024 * 1024
    assert "**Left out** to stay under GitHub's limit" in text


def assert_golden(situation: str, text: str) -> None:
    golden = GOLDEN / f"{situation}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_every_reviewed_page_is_still_made() -> None:
    assert {path.stem for path in GOLDEN.glob("*.md")} == {*SITUATIONS, MANY_TEAMS}
