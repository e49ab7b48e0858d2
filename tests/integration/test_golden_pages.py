"""Whole pages, reviewed like code. With UPDATE_GOLDEN=1 in the environment these tests write them anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from copilot_usage.rendering.page import render_page
from invented import report_of_a_run

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    text = render_page(report_of_a_run(SITUATIONS[situation])).text
    golden = GOLDEN / f"{situation}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_every_reviewed_page_is_still_made() -> None:
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(SITUATIONS)
