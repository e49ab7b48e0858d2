"""Figures of the page against sums that are made here, straight from GitHub's documents."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from copilot_usage.rendering.page import render_page
from demo_reports import GAP, report_of_a_run, report_owners

# Old enough that the demo's GitHub serves its documents without restating them.
UNTIL = date(2026, 11, 14)
DAYS = [UNTIL - timedelta(days=n) for n in range(28)]
BEFORE = [UNTIL - timedelta(days=28 + n) for n in range(28)]
RANGE = {"since": DAYS[-1].isoformat(), "until": UNTIL.isoformat()}
ACTIVE = ("user_initiated_interaction_count", "code_generation_activity_count")
FLAGS = ("used_chat", "used_agent", "used_cli", "used_copilot_cloud_agent", "used_copilot_app")


@pytest.fixture(scope="module")
def page() -> str:
    return render_page(report_of_a_run({"org": "octo-org", **RANGE})).text


def documents(days: list[date]) -> list[dict[str, Any]]:
    organization = report_owners()["octo-org"]
    return [organization.document(day) for day in days if day != GAP]


def row(page: str, title: str, under: str = "") -> list[str]:
    """The cells behind a row's title, below a heading."""
    text = page.partition(f"## {under}\n")[2] if under else page
    match = re.search(rf"^\| \**{re.escape(title)}\** \| (.*) \|$", text, re.MULTILINE)
    assert match, title
    return [cell.strip("*") for cell in match[1].split(" | ")]


def rows_of(field: str, **wanted: str) -> list[dict[str, Any]]:
    found = [entry for document in documents(DAYS) for entry in document[field]]
    return [entry for entry in found if all(entry[key] == value for key, value in wanted.items())]


def total(rows: list[dict[str, Any]], name: str) -> int:
    return sum(entry.get(name, 0) for entry in rows)


@pytest.mark.parametrize(
    ("title", "name"),
    [("Prompts", "user_initiated_interaction_count"), ("Lines written by Copilot", "loc_added_sum")],
)
def test_counts_are_sums_of_the_days(page: str, title: str, name: str) -> None:
    now, before, _ = row(page, title)
    assert now == f"{total(documents(DAYS), name):,}"
    assert before == f"{total(documents(BEFORE), name):,}"


def test_people_are_githubs_own_count_of_the_last_day(page: str) -> None:
    now, before, _ = row(page, "Active people (28 days)")
    assert (now, before) == tuple(f"{documents([day])[0]['monthly_active_users']}" for day in (DAYS[0], BEFORE[0]))


def test_means_are_of_the_known_days(page: str) -> None:
    active = {date.fromisoformat(d["day"]): d["daily_active_users"] for d in documents(DAYS)}
    working = [people for day, people in active.items() if day.weekday() < 5]
    assert row(page, "Active people, average working day")[0] == f"{sum(working) / len(working):.1f}"
    assert row(page, "Active people, average day")[0] == f"{sum(active.values()) / len(active):.1f}"


def test_rates_are_ratios_of_sums(page: str) -> None:
    completions = rows_of("totals_by_feature", feature="code_completion")
    events = total(completions, "code_acceptance_activity_count") / total(completions, "code_generation_activity_count")
    lines = total(completions, "loc_added_sum") / total(completions, "loc_suggested_to_add_sum")
    assert row(page, "Completions accepted")[0] == f"{100 * events:.1f} %"
    assert row(page, "Completions accepted, by lines")[0] == f"{100 * lines:.1f} %"


def test_the_agents_share_is_of_all_lines(page: str) -> None:
    names = {"agent_edit", "copilot_cli", "copilot_app"}
    agents = [entry for entry in rows_of("totals_by_feature") if entry["feature"] in names]
    changed = ("loc_added_sum", "loc_deleted_sum")
    share = sum(total(agents, name) for name in changed) / sum(total(documents(DAYS), name) for name in changed)
    assert row(page, "Agent contribution (lines added and deleted)")[0] == f"{100 * share:.1f} %"


def test_languages_and_what_is_not_attributed_make_up_the_total(page: str) -> None:
    languages = {entry["language"] for entry in rows_of("totals_by_language_feature")}
    shown = [row(page, language, "Languages")[3] for language in languages]
    for language, lines in zip(languages, shown, strict=True):
        assert lines == f"{total(rows_of('totals_by_language_feature', language=language), 'loc_added_sum'):,}"
    rest = row(page, "not attributed", "Languages")[3]
    sums = [int(lines.replace(",", "")) for lines in (*shown, rest)]
    assert sum(sums) == total(documents(DAYS), "loc_added_sum")


def test_pull_requests_are_sums_of_the_days(page: str) -> None:
    merges = [document["pull_requests"] for document in documents(DAYS)]
    everything, ours = total(merges, "total_merged"), total(merges, "total_merged_created_by_copilot")
    assert row(page, "Merged", "Pull requests")[:3] == [f"{everything}", f"{ours}", f"{100 * ours / everything:.1f} %"]


def test_people_of_a_surface_are_those_of_its_best_day(page: str) -> None:
    best = max(document.get("daily_active_cli_users", 0) for document in documents(DAYS))
    assert f"{best}" in row(page, "CLI", "What Copilot is used for")


def test_a_month_is_the_sum_of_its_days() -> None:
    page = render_page(report_of_a_run({"org": "octo-org", "since": "2026-08-01", "until": UNTIL.isoformat()})).text
    september = [date(2026, 9, 1) + timedelta(days=n) for n in range(30)]
    working = [d["daily_active_users"] for d in documents(september) if date.fromisoformat(d["day"]).weekday() < 5]
    cells = row(page, "September 2026")
    assert cells[0] == f"{sum(working) / len(working):.1f}"
    assert cells[-1] == f"{total(documents(september), 'loc_added_sum'):,}"


def test_a_team_is_its_members_of_each_day() -> None:
    page = render_page(report_of_a_run({"org": "octo-org", "team": "payments,web", **RANGE})).text
    organization = report_owners()["octo-org"]
    people: dict[str, set[int]] = defaultdict(set)
    lines: dict[str, int] = defaultdict(int)
    for day in (day for day in DAYS if day != GAP):
        members = {(entry["slug"], entry["user_id"]) for entry in organization.user_team_rows(day)}
        for entry in organization.user_rows(day):
            for team in (team for team, person in members if person == entry["user_id"]):
                lines[team] += entry.get("loc_added_sum", 0)
                if any(entry.get(name) for name in (*ACTIVE, *FLAGS)):
                    people[team].add(entry["user_id"])
    for team in ("payments", "web"):
        cells = row(page, team, "Teams compared")
        assert cells[1] == f"{len(people[team])}"
        assert cells[-1] == f"{lines[team]:,}"


def test_the_gap_is_said(page: str) -> None:
    assert "27 of 28 days" in page
    assert f"No report for {GAP.day} {GAP:%b}." in page
