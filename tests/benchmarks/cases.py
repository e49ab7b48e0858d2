"""The cases of the table: what there is at GitHub, what is asked of the command, and what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import crowds, histories
from copilot_usage.demo.github import ENTERPRISE, ORGANIZATION, InventedGitHub, owners
from copilot_usage.demo.seats import seats

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = datetime.now(UTC).date()
NEWEST = TODAY - timedelta(days=2)
_BRANCH = "refs/heads/copilot-usage"


def organization(people: int) -> InventedGitHub:
    """One organization: 28 days, and a seat for everybody."""
    github = InventedGitHub(TODAY, owners(people=people), lacking=frozenset())
    published = github.published(ORGANIZATION)
    for day in published.window:
        published.document(day)
    seats(github.owners[ORGANIZATION], TODAY)
    return github


def teams(people: int, number: int) -> InventedGitHub:
    """One organization with many teams: the users' 28-day report in parts, and memberships a day."""
    github = InventedGitHub(TODAY, owners(people=people, teams=number), lacking=frozenset())
    published = github.published(ORGANIZATION)
    github.prepared["users-28-day", None] = published.files("users-28-day", None)
    github.prepared["organization-28-day", None] = published.files("organization-28-day", None)
    for day in published.window:
        github.prepared["user-teams-1-day", day] = published.files("user-teams-1-day", day)
    return github


def crowd(people: int, number: int) -> InventedGitHub:
    """One day of a very large enterprise."""
    github = InventedGitHub(TODAY, owners(people=20), lacking=frozenset())
    published = github.published(ENTERPRISE)
    github.prepared["users-1-day", NEWEST] = [b"".join(crowds.users(NEWEST, people))]
    github.prepared["user-teams-1-day", NEWEST] = [b"".join(crowds.memberships(NEWEST, people, number))]
    github.prepared["enterprise-28-day", None] = published.files("enterprise-28-day", None)
    return github


def history(number: int | None) -> InventedGitHub:
    """A repository with a year of one organization, or of so many teams."""
    github = InventedGitHub(TODAY, owners(people=20))
    made = histories.organization_year(NEWEST, 866) if number is None else histories.teams_year(NEWEST, number)
    github.git.commit_files({f"snapshots/{path}": content for path, content in made}, "A year", _BRANCH)
    return github


@dataclass(frozen=True)
class Case:
    """`inputs`: as a workflow gives them; `seconds` and `memory` (MB): what is to be reached, `beyond` the server."""

    title: str
    make: Callable[[], InventedGitHub]
    inputs: dict[str, str]
    seconds: float
    memory: int | None = None
    large: bool = False
    folder: int | None = None


_FILES = {"summary-file": "page.md", "json-file": "usage.json", "csv-file": "usage.csv"}
_ORG = {"org": ORGANIZATION, "token": "{reading}"}
_STORE = {"snapshot-repository": "{repository}", "snapshot-token": "{writing}"}
_YEAR = {
    "org": ORGANIZATION,
    "api": "snapshots",
    "since": str(NEWEST - timedelta(days=364)),
    "until": str(NEWEST),
    "summary-file": "page.md",
}
_DAY = {"since": str(NEWEST), "until": str(NEWEST)}

CASES = {
    "organization": Case(
        "organization, 28 days, 867 seats, page + JSON + CSV", partial(organization, 867), {**_ORG, **_FILES}, 0.5, 60
    ),
    "commit": Case(
        "the same, with commit of snapshots",
        partial(organization, 867),
        {**_ORG, **_FILES, **_STORE, "snapshot-branch": "run-{run}"},
        0.8,
        80,
    ),
    "seats": Case("12,000 seats", partial(organization, 12_000), {**_ORG, **_FILES}, 1.5, large=True),
    "teams": Case(
        "team `*`, 5,000 people × 28 days (140,000 rows, two parts)",
        partial(teams, 5_000, 50),
        {**_ORG, **_FILES, "team": "*"},
        8,
        150,
        large=True,
    ),
    "crowd": Case(
        "100,000 people × 1 day, 200 teams of an enterprise",
        partial(crowd, 100_000, 200),
        {"enterprise": ENTERPRISE, "token": "{reading}", "team": "*", **_FILES, **_DAY},
        8,
        250,
        large=True,
    ),
    "year": Case("a year of one organization, from a repository", partial(history, None), {**_YEAR, **_STORE}, 1.0),
    "years": Case(
        "a year of 50 teams, from a repository",
        partial(history, 50),
        {**_YEAR, **_STORE, "team": "*"},
        10,
        200,
        large=True,
    ),
}
FOLDERS = {
    "folder": Case(
        "a year of one organization, from a folder",
        InventedGitHub,  # type: ignore[arg-type]  # nobody is asked
        {**_YEAR, "snapshot-directory": "snapshots"},
        1.0,
    ),
}


def write_history(folder: date, number: int | None) -> None:
    """Replaced below."""
