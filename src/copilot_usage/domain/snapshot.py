"""One day of one scope as GitHub reported it, which of two snapshots wins, and what is never an owner's day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from copilot_usage.domain.metrics import COUNTERS
from copilot_usage.domain.scope import Scope, ScopeKind

SCHEMA = 1
# What a settled line without a document must carry to be believed: that GitHub's API said so. Lines of earlier versions
# lack it, and can come from a proxy that answered for a download host.
SAID_BY_API = "api"


class Generation(StrEnum):
    """The API generation: the last word of the URL. Beside them the seats, and which teams a day named."""

    REPORTS = "reports"
    METRICS = "metrics"
    USAGE = "usage"
    SEATS = "seats"
    TEAMS = "teams"

    @property
    def is_usage(self) -> bool:
        """Whether its lines are days of usage."""
        return self not in {Generation.SEATS, Generation.TEAMS}


class Status(StrEnum):
    OK = "ok"
    NO_REPORT = "no-report"


# A day's document says nothing if it has none of these (the top-level counters of each generation).
_COUNTERS: Mapping[Generation, frozenset[str]] = {
    Generation.REPORTS: frozenset(
        {*COUNTERS, "daily_active_users", "weekly_active_users", "monthly_active_users", "pull_requests"}
    ),
    Generation.METRICS: frozenset(
        {
            "total_active_users",
            "total_engaged_users",
            "copilot_ide_code_completions",
            "copilot_ide_chat",
            "copilot_dotcom_chat",
            "copilot_dotcom_pull_requests",
        }
    ),
    Generation.USAGE: frozenset(
        {
            "total_suggestions_count",
            "total_acceptances_count",
            "total_lines_suggested",
            "total_lines_accepted",
            "total_active_users",
            "total_chat_acceptances",
            "total_chat_turns",
            "total_active_chat_users",
            "breakdown",
        }
    ),
    Generation.SEATS: frozenset({"total"}),
    Generation.TEAMS: frozenset({"teams"}),
}

# Keys that GitHub's reports of people and of repositories have, and no report of an owner: letters alone.
_A_PERSON, _A_REPOSITORY = "a person", "a repository"
_SUBJECTS: Mapping[str, str] = {
    **dict.fromkeys(("userid", "userlogin", "username", "useremail", "login", "email", "assignee"), _A_PERSON),
    **dict.fromkeys(("repoid", "reponame", "repoownername", "repositoryid", "repositoryname"), _A_REPOSITORY),
}
_CONTAINERS = frozenset({dict, list})


def about_whom(document: Mapping[str, Any] | None) -> str | None:
    """A person or a repository, if the document or anything in it is about one: then it is never stored."""
    found: list[Any] = [document or {}]
    for value in found:  # grows on the way
        if isinstance(value, dict) and (whom := next(filter(None, map(_whom_of, value)), None)):
            return whom
        inner = value.values() if isinstance(value, dict) else value
        found += [each for each in inner if type(each) in _CONTAINERS]
    return None


@lru_cache(maxsize=4096)
def _whom_of(key: str) -> str | None:
    """Whom a key names, however its words are joined: `user_login`, `userLogin`."""
    return _SUBJECTS.get("".join(filter(str.isalpha, key)).lower())


def owner_id(document: Mapping[str, Any], kind: ScopeKind) -> str | None:
    """The id of the organization or enterprise that the document names; ids come as strings and as integers."""
    value = document.get(f"{kind.owner_kind}_id")
    return str(value) if type(value) in {int, str} and value != "" else None


@dataclass(frozen=True, slots=True)
class Outline:
    """As much of a snapshot as decides whether another one may take its place.

    `figures`: the entries of its document that hold anything to count.
    """

    settled: bool
    undated: bool
    says_something: bool
    figures: frozenset[str]

    def keeps_from(self, saving: Outline) -> str | None:
        """Why this one, which is stored, stays; None: the other one takes its place."""
        if not self.says_something:
            return None
        if not saving.says_something or 2 * len(self.figures & saving.figures) < len(self.figures):
            return EMPTIER
        if self.settled and not self.undated and saving.undated:
            return NOT_LATER
        return None


EMPTIER = "it lacks most of what is stored"
NOT_LATER = "the stored day is final, and this one is not known to be newer"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A day of a scope; `document` as received, None when GitHub has no report of the day.

    `trailing` only for teams: `{"weekly_active_users": …, "monthly_active_users": …}`, distinct people of the 7 and 28
    days up to `day`, None where the whole window was not read. `undated`: from a file, fetched at an unknown time.
    """

    day: date
    scope: Scope
    generation: Generation
    settled: bool
    document: Mapping[str, Any] | None
    trailing: Mapping[str, int | None] | None = None
    undated: bool = field(default=False, compare=False)

    @property
    def status(self) -> Status:
        return Status.NO_REPORT if self.document is None else Status.OK

    @property
    def says_something(self) -> bool:
        """Whether there is a known top-level counter in it."""
        if self.document is None:
            return False
        return any(self.document.get(name) is not None for name in _COUNTERS[self.generation])

    @property
    def outline(self) -> Outline:
        figures = (name for name, value in (self.document or {}).items() if _counts(value))
        return Outline(self.settled, self.undated, self.says_something, frozenset(figures))


def _counts(value: object) -> bool:
    """Whether a value is a number, or holds anything."""
    return isinstance(value, int | float) or (isinstance(value, list | dict) and bool(value))


def winner(stored: Snapshot, saving: Snapshot) -> Snapshot:
    """Which of two snapshots of the same day stays: the one being saved, unless the stored one says more, or later.

    A trailing count that is None never replaces a number unless the document changed. What is settled stays settled.
    """
    same = stored.document == saving.document
    if not same and (saving.document is None or stored.outline.keeps_from(saving.outline)):
        return stored
    return Snapshot(
        day=saving.day,
        scope=saving.scope,
        generation=saving.generation,
        settled=saving.settled or (stored.settled and same),
        document=saving.document,
        trailing=_trailing(stored, saving) if same else saving.trailing,
        undated=saving.undated,
    )


def _trailing(stored: Snapshot, saving: Snapshot) -> Mapping[str, int | None] | None:
    if stored.trailing is None or saving.trailing is None:
        return saving.trailing or stored.trailing
    kept = {name: count for name, count in stored.trailing.items() if count is not None}
    return {name: kept.get(name) if count is None else count for name, count in saving.trailing.items()}
