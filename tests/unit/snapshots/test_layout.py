from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ENTERPRISE, ORGANIZATION, TEAM
from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.snapshot import Generation
from copilot_usage.snapshots.layout import MonthFile, by_month, inside, month_file_at, sparing_seats, wanted_files
from unit.snapshots.strategies import scopes, snapshot

months = st.dates(date(1, 1, 1), date(9998, 1, 1)).map(lambda day: f"{day:%Y-%m}".rjust(7, "0"))
files = st.builds(MonthFile, st.sampled_from(Generation), scopes(), months)


def reports(scope: Scope, month: str) -> MonthFile:
    return MonthFile(Generation.REPORTS, scope, month)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        (reports(ORGANIZATION, "2026-11"), "reports/organization/octo-org/2026-11.ndjson"),
        (reports(TEAM, "2026-11"), "reports/team/octo-org/payments/2026-11.ndjson"),
        (
            MonthFile(Generation.SEATS, ENTERPRISE, "2026-01"),
            "seats/enterprise/octo-enterprise/2026-01.ndjson",
        ),
        (
            MonthFile(Generation.METRICS, ENTERPRISE.of_team("ent:Payments"), "2026-01"),
            "metrics/enterprise-team/octo-enterprise/payments/2026-01.ndjson",
        ),
    ],
)
def test_a_month_has_its_place(file: MonthFile, path: str) -> None:
    assert file.path == path
    assert month_file_at(path) == file


@given(files)
def test_a_path_leads_back_to_its_month(file: MonthFile) -> None:
    assert month_file_at(file.path) == file


@given(files)
def test_a_path_stays_in_the_folder(file: MonthFile) -> None:
    parts = file.path.split("/")
    assert not {"", ".", ".."} & set(parts)
    assert not set(file.path) & set("\\:*?\0 ")


@given(st.text() | st.lists(st.sampled_from(["reports", "team", "octo-org", "..", "", "2026-11.ndjson"])).map("/".join))
def test_other_files_of_the_folder_are_passed_over(path: str) -> None:
    found = month_file_at(path)
    assert found is None or found.path == path


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "reports/organization/octo-org/2026-11.json",
        "reports/organization/octo-org/2026-13.ndjson",
        "reports/organization/octo-org/2026-1.ndjson",
        "reports/organization/octo-org/2026-11.ndjson.part",
        "reports/organization/octo-org/.2026-11.ndjson",
        "reports/organization/octo-org/payments/2026-11.ndjson",
        "reports/organization/Octo-Org/2026-11.ndjson",
        "reports/organization/../2026-11.ndjson",
        "reports/organization/2026-11.ndjson",
        "reports/team/octo-org/2026-11.ndjson",
        "reports/team/octo-org/a/b/2026-11.ndjson",
        "reports/enterprise-team/octo/ent:payments/2026-11.ndjson",
        "reports/enterprise-team/octo/*/2026-11.ndjson",
        "people/organization/octo-org/2026-11.ndjson",
        "reports/person/octocat/2026-11.ndjson",
        "reports/organization/octo-org/٢٠٢٦-11.ndjson",
        "x/reports/organization/octo-org/2026-11.ndjson",
    ],
)
def test_a_foreign_path_is_no_month(path: str) -> None:
    assert month_file_at(path) is None


@pytest.mark.parametrize(
    "scope",
    [
        ORGANIZATION.of_team("*"),
        Scope(ScopeKind.ORGANIZATION, ".."),
        Scope(ScopeKind.ORGANIZATION, "a/b"),
        Scope(ScopeKind.TEAM, "octo-org"),
        Scope(ScopeKind.ORGANIZATION, "octo-org", "payments"),
        Scope(ScopeKind.ORGANIZATION, ""),
    ],
)
def test_a_scope_that_is_no_folder_has_no_place(scope: Scope) -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        reports(scope, "2026-11")


def test_snapshots_are_filed_by_month_scope_and_generation() -> None:
    seats = snapshot(20, generation=Generation.SEATS)
    first, second, other, team = snapshot(1), snapshot(2), snapshot(1, month=10), snapshot(1, scope=TEAM)
    assert by_month([first, seats, other, second, team]) == {
        reports(ORGANIZATION, "2026-11"): [first, second],
        reports(ORGANIZATION, "2026-10"): [other],
        reports(TEAM, "2026-11"): [team],
        MonthFile(Generation.SEATS, ORGANIZATION, "2026-11"): [seats],
    }


def test_wanted_are_the_months_of_the_range_of_every_generation_month_by_month() -> None:
    stored = [reports(ORGANIZATION, f"2026-{month:02}") for month in range(1, 13)]
    seats = MonthFile(Generation.SEATS, ORGANIZATION, "2026-03")
    days = DateRange(date(2026, 3, 31), date(2026, 5, 1))
    found = wanted_files([*stored, seats, reports(TEAM, "2026-04")], [ORGANIZATION], days)
    assert [(file.month, file.generation) for file in found] == [
        ("2026-03", Generation.REPORTS),
        ("2026-03", Generation.SEATS),
        ("2026-04", Generation.REPORTS),
        ("2026-05", Generation.REPORTS),
    ]


def test_every_team_is_every_team_of_this_owner_that_has_files() -> None:
    others = [reports(Scope(ScopeKind.TEAM, "octo-labs", "payments"), "2026-11"), reports(ORGANIZATION, "2026-11")]
    teams = [reports(ORGANIZATION.of_team(team), "2026-11") for team in ("payments", "search")]
    days = DateRange(date(2026, 11, 1), date(2026, 11, 30))
    assert wanted_files([*others, *teams], [ORGANIZATION.of_team("*")], days) == teams
    assert wanted_files([*others, *teams], [TEAM], days) == teams[:1]


def test_a_directory_may_be_deep_or_none() -> None:
    assert inside("data/copilot", "README.md") == "data/copilot/README.md"
    assert inside("", "README.md") == "README.md"


def test_a_year_is_read_without_the_oldest_seats() -> None:
    months = [f"2026-{month:02}" for month in range(1, 13)]
    usage = [reports(ORGANIZATION, month) for month in months]
    seats = [MonthFile(Generation.SEATS, ORGANIZATION, month) for month in months]
    assert sparing_seats([*usage, *seats]) == [*usage, seats[-1]]
    assert sparing_seats([*usage[-3:], *seats[-3:]]) == [*usage[-3:], *seats[-3:]]
    assert sparing_seats([*usage, reports(ORGANIZATION, "2025-12"), *seats, *usage]) == [
        *usage,
        reports(ORGANIZATION, "2025-12"),
        *usage,
    ]
