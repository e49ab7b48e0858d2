"""An invented organization in GitHub's live format: every aggregate is counted from its people's rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from copilot_usage.demo.activity import COUNTERS, FLAGS, Row, user_row
from copilot_usage.demo.people import FLOOR, Person, invent_people, team_slugs
from copilot_usage.demo.pull_requests import pull_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_SEED = "copilot"
# Introduced by GitHub on these days; earlier documents lack the fields.
_CLI_DAY = date(2026, 2, 1)
_PULL_REQUESTS_DAY = date(2026, 2, 19)
_REVIEWS_DAY = date(2026, 4, 10)
_PHASES_DAY = date(2026, 5, 29)
_CUSTOMIZATIONS_DAY = date(2026, 9, 17)
_KEYS = {
    "totals_by_ide": ("ide",),
    "totals_by_feature": ("feature",),
    "totals_by_language_feature": ("language", "feature"),
    "totals_by_model_feature": ("model", "feature"),
}


@dataclass(frozen=True)
class Organization:
    """`id_field`: `organization_id`, or `enterprise_id` for an enterprise; ids of owners are strings at GitHub."""

    login: str
    owner_id: str
    id_field: str = "organization_id"
    count: int = 220
    teams: int = 9
    only_labs: bool = False
    people: tuple[Person, ...] = field(init=False)

    def __post_init__(self) -> None:
        everybody = invent_people(self.count, self.teams, _SEED)
        chosen = tuple(person for person in everybody if person.labs) if self.only_labs else everybody
        object.__setattr__(self, "people", chosen)

    def team_id(self, slug: str) -> int:
        return 9_100 + team_slugs(self.teams).index(slug)

    def user_rows(self, day: date) -> Iterator[Row]:
        """Rows of users-1-day."""
        for person in self.people:
            row = user_row(person, day, _SEED)
            if row is not None:
                yield {self.id_field: self.owner_id, **row}

    def user_team_rows(self, day: date) -> Iterator[Row]:
        """Rows of user-teams-1-day: members with or without activity, of teams at or above the floor."""
        sizes = self._team_sizes()
        for person in self.people:
            for slug in person.teams:
                if sizes[slug] >= FLOOR:
                    identity = {"user_id": person.user_id, "user_login": person.login, "day": day.isoformat()}
                    yield {**identity, self.id_field: self.owner_id, "team_id": self.team_id(slug), "slug": slug}

    def document(self, day: date) -> dict[str, Any]:
        """The aggregate of organization-1-day, or enterprise-1-day."""
        return _document(self, day)

    def active(self, until: date, days: int, flag: str = "active") -> int:
        """Distinct people of the days up to `until`: active ones, or those with a `used_…` flag."""
        window = (until - timedelta(days=n) for n in range(days))
        return len(frozenset().union(*(_people(self, day)[flag] for day in window)))

    def _team_sizes(self) -> dict[str, int]:
        sizes: dict[str, int] = defaultdict(int)
        for person in self.people:
            for slug in person.teams:
                sizes[slug] += 1
        return sizes


@cache
def _people(organization: Organization, day: date) -> Mapping[str, frozenset[int]]:
    """Who was active on a day, and who used what."""
    rows = [row for row in organization.user_rows(day) if any(row[name] for name in COUNTERS)]
    used = {flag: frozenset(row["user_id"] for row in rows if row.get(flag)) for flag in FLAGS}
    return {"active": frozenset(row["user_id"] for row in rows), **used}


@cache
def _document(organization: Organization, day: date) -> dict[str, Any]:
    rows = [row for row in organization.user_rows(day) if any(row[name] for name in COUNTERS)]
    document: dict[str, Any] = {
        "day": day.isoformat(),
        organization.id_field: organization.owner_id,
        "daily_active_users": len(rows),
        "weekly_active_users": organization.active(day, 7),
        "monthly_active_users": organization.active(day, 28),
        "monthly_active_chat_users": organization.active(day, 28, "used_chat"),
        "monthly_active_agent_users": organization.active(day, 28, "used_agent"),
        **{name: sum(row[name] for row in rows) for name in COUNTERS},
        **{field: _grouped(rows, field, keys) for field, keys in _KEYS.items()},
        "totals_by_language_model": [],
    }
    for first, addition in _ADDITIONS:
        if day >= first:
            document |= addition(organization, day, rows)
    return document


def _grouped(rows: Iterable[Row], field: str, keys: tuple[str, ...]) -> list[Row]:
    sums: dict[tuple[str, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for entry in row.get(field, ()):
            held = sums[tuple(entry[key] for key in keys)]
            for name, amount in entry.items():
                if name in COUNTERS:
                    held[name] += amount
    return [dict(zip(keys, values, strict=True)) | dict(amounts) for values, amounts in sorted(sums.items())]


def _cli(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    sessions = [row["totals_by_cli"] for row in rows if "totals_by_cli" in row]
    if not sessions:
        return {}
    totals: dict[str, Any] = {
        name: sum(s[name] for s in sessions) for name in ("session_count", "request_count", "prompt_count")
    }
    tokens = {
        name: sum(s["token_usage"][name] for s in sessions) for name in ("output_tokens_sum", "prompt_tokens_sum")
    }
    average = (
        {"avg_tokens_per_request": round(sum(tokens.values()) / totals["request_count"], 1)}
        if totals["request_count"]
        else {}
    )
    return {"daily_active_cli_users": len(sessions), "totals_by_cli": {**totals, "token_usage": {**tokens, **average}}}


def _reviews(organization: Organization, day: date, _: list[Row]) -> dict[str, Any]:
    flags = {
        "active_copilot_cloud_agent_users": "used_copilot_cloud_agent",
        "active_copilot_code_review_users": "used_copilot_code_review_active",
        "passive_copilot_code_review_users": "used_copilot_code_review_passive",
    }
    windows = {"daily": 1, "weekly": 7, "monthly": 28}
    return {
        f"{often}_{name}": organization.active(day, days, flag)
        for name, flag in flags.items()
        for often, days in windows.items()
    }


def _phases(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    by_phase: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_phase[row["ai_adoption_phase"]["phase_number"], row["ai_adoption_phase"]["phase"]].append(row)
    return {
        "totals_by_ai_adoption_phase": [
            {
                "phase_number": number,
                "phase": phase,
                "total_engaged_users": len(found),
                "users_in_phase_28d": round(len(found) * 1.2),
                "avg_user_initiated_interactions": round(sum(row[COUNTERS[0]] for row in found) / len(found), 2),
                "avg_loc_added": round(sum(row["loc_added_sum"] for row in found) / len(found), 2),
            }
            for (number, phase), found in sorted(by_phase.items())
        ]
    }


def _app(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    people = sum(bool(row.get("used_copilot_app")) for row in rows)
    return {"daily_active_copilot_app_users": people} if people else {}


def _customizations(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    uses = sum("totals_by_cli" in row for row in rows)
    return {
        "totals_by_skill": [
            {"skill": "other", "interaction_count": 2 * uses},
            {"skill": "review", "interaction_count": uses},
        ],
        "totals_by_mcp": [{"mcp": "github", "interaction_count": 3 * uses}],
        "distinct_skill_use_count": 7 if uses else 0,
    }


def _merges(organization: Organization, day: date, rows: list[Row]) -> dict[str, Any]:
    return {"pull_requests": pull_requests(organization.login, day, len(rows))}


_ADDITIONS: tuple[tuple[date, Callable[[Organization, date, list[Row]], dict[str, Any]]], ...] = (
    (_CLI_DAY, _cli),
    (_PULL_REQUESTS_DAY, _merges),
    (_REVIEWS_DAY, _reviews),
    (_PHASES_DAY, _phases),
    (date(2026, 7, 28), _app),
    (_CUSTOMIZATIONS_DAY, _customizations),
)
