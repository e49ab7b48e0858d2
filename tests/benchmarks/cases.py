"""The cases of the table: what GitHub has, the inputs of the command, and the goals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks import crowds, histories
from copilot_usage.demo.documents import seats
from copilot_usage.demo.organization import ENTERPRISE, ORGANIZATION, owners
from fakes.git_objects import FILE
from fakes.github import REF, FakeGitHub

TODAY = datetime.now(UTC).date()
NEWEST = TODAY - timedelta(days=2)


def organization(people: int) -> FakeGitHub:
    """One organization: 28 days, and a seat for each person."""
    github = FakeGitHub(TODAY, owners(people=people))
    published = github.published(ORGANIZATION)
    for day in published.window:
        published.document(day)
    seats(github.owners[ORGANIZATION], TODAY)
    return github


def teams(people: int, number: int) -> FakeGitHub:
    """One organization with many teams: the users' 28-day report in parts, and memberships a day."""
    github = FakeGitHub(TODAY, owners(people=people, teams=number))
    published = github.published(ORGANIZATION)
    github.prepared["users-28-day", None] = published.files("users-28-day", None)
    github.prepared["organization-28-day", None] = published.files("organization-28-day", None)
    for day in published.window:
        github.prepared["user-teams-1-day", day] = published.files("user-teams-1-day", day)
    return github


def crowd(people: int, number: int) -> FakeGitHub:
    """One day of a very large enterprise."""
    github = FakeGitHub(TODAY, owners(people=20))
    published = github.published(ENTERPRISE)
    github.prepared["users-1-day", NEWEST] = [b"".join(crowds.users(NEWEST, people))]
    github.prepared["user-teams-1-day", NEWEST] = [b"".join(crowds.memberships(NEWEST, people, number))]
    github.prepared["enterprise-28-day", None] = published.files("enterprise-28-day", None)
    return github


def repository(files: Iterator[tuple[str, bytes]]) -> FakeGitHub:
    """A repository with a history."""
    github = FakeGitHub(TODAY, owners(people=20))
    objects = github.git.objects
    entries = {f"snapshots/{path}": (FILE, objects.add("blob", content)) for path, content in files}
    objects.refs[REF] = github.git._commit(objects.add_files(entries), [], "A year")
    return github


def one_year() -> Iterator[tuple[str, bytes]]:
    return histories.organization_year(NEWEST, 866)


def many_years() -> Iterator[tuple[str, bytes]]:
    return histories.teams_year(NEWEST, 50)


def github_with_one_year() -> FakeGitHub:
    return repository(one_year())


def github_with_many_years() -> FakeGitHub:
    return repository(many_years())


@dataclass(frozen=True)
class Case:
    """`inputs`: as a workflow gives them; `seconds` (beyond the time of the server) and `memory` (MB): the goals."""

    title: str
    inputs: dict[str, str]
    seconds: float
    memory: int | None = None
    server: Callable[[], FakeGitHub] | None = None
    folder: Callable[[], Iterator[tuple[str, bytes]]] | None = None
    large: bool = False


_FILES = {"summary-file": "page.md", "json-file": "usage.json", "csv-file": "usage.csv"}
_ORG = {"org": ORGANIZATION, "token": "{reading}"}
_STORE = {"snapshot-repository": "{repository}", "snapshot-token": "{writing}"}
_DAY = {"since": str(NEWEST), "until": str(NEWEST)}
_YEAR = {"org": ORGANIZATION, "api": "snapshots", "since": str(NEWEST - timedelta(days=364)), "until": str(NEWEST)}
_LOCAL = {"snapshot-directory": "history"}

CASES = {
    "organization": Case(
        "organization, 28 days, 867 seats, page + JSON + CSV",
        {**_ORG, **_FILES},
        seconds=0.5,
        memory=60,
        server=partial(organization, 867),
    ),
    "commit": Case(
        "the same, with commit of snapshots",
        {**_ORG, **_FILES, **_STORE, "snapshot-branch": "run-{run}"},
        seconds=0.8,
        memory=80,
        server=partial(organization, 867),
    ),
    "seats": Case("12,000 seats", {**_ORG, **_FILES}, seconds=1.5, server=partial(organization, 12_000), large=True),
    "teams": Case(
        "team `*`, 5,000 people × 28 days (140,000 rows, two parts), 50 teams",
        {**_ORG, **_FILES, "team": "*"},
        seconds=8,
        memory=150,
        server=partial(teams, 5_000, 50),
        large=True,
    ),
    "crowd": Case(
        "100,000 people × 1 day, 200 teams of an enterprise",
        {"enterprise": ENTERPRISE, "token": "{reading}", "team": "*", **_FILES, **_DAY},
        seconds=8,
        memory=250,
        server=partial(crowd, 100_000, 200),
        large=True,
    ),
    "year": Case("a year of one organization, from a folder → page", {**_YEAR, **_LOCAL}, seconds=1, folder=one_year),
    "year-repository": Case("the same, from a repository", {**_YEAR, **_STORE}, seconds=1, server=github_with_one_year),
    "years": Case(
        "a year of 50 teams, from a folder → page",
        {**_YEAR, **_LOCAL, "team": "*"},
        seconds=10,
        memory=200,
        folder=many_years,
        large=True,
    ),
    "years-repository": Case(
        "the same, from a repository",
        {**_YEAR, **_STORE, "team": "*"},
        seconds=10,
        memory=200,
        server=github_with_many_years,
        large=True,
    ),
}
