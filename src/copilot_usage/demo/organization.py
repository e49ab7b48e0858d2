"""A fictional organization or enterprise: its people's rows, and the aggregates that are counted from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from copilot_usage.demo.activity import APP_DAY, COUNTERS, FLAGS, PHASES, Row, user_row
from copilot_usage.demo.people import FLOOR, Person, make_people, team_slugs

ORGANIZATION = "octo-org"
ENTERPRISE = "octo-enterprise"
SEED = "copilot"


@dataclass(frozen=True)
class Organization:
    """`id_field`: `organization_id`, or `enterprise_id` for an enterprise; ids of owners are strings at GitHub."""

    login: str
    owner_id: str
    id_field: str = "organization_id"
    count: int = 220
    teams: int = 9
    only_labs: bool = False
    people: tuple[Person, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        everyone = make_people(self.count, self.teams, SEED)
        chosen = tuple(person for person in everyone if person.labs) if self.only_labs else everyone
        object.__setattr__(self, "people", chosen)

    def team_id(self, slug: str) -> int:
        return 9_100 + team_slugs(self.teams).index(slug)

    def user_rows(self, day: date) -> Iterator[Row]:
        """Rows of users-1-day."""
        for person in self.people:
            row = user_row(person, day, SEED)
            if row is not None:
                yield {self.id_field: self.owner_id, **row}

    def user_team_rows(self, day: date) -> Iterator[Row]:
        """Rows of user-teams-1-day: members with or without activity, of teams at or above the floor."""
        sizes = Counter(slug for person in self.people for slug in person.teams)
        for person in self.people:
            for slug in person.teams:
                if sizes[slug] >= FLOOR:
                    identity = {"user_id": person.user_id, "user_login": person.login, "day": day.isoformat()}
                    yield {**identity, self.id_field: self.owner_id, "team_id": self.team_id(slug), "slug": slug}

    def document(self, day: date) -> dict[str, Any]:
        """The aggregate of organization-1-day, or enterprise-1-day."""
        return _document(self, day)

    def active(self, until: date, days: int, flag: str = "active") -> int:
        """Distinct people of the days up to `until`: active ones, those with a `used_…` flag, those of a phase."""
        window = (until - timedelta(days=n) for n in range(days))
        return len(frozenset().union(*(_people(self, day).get(flag, frozenset()) for day in window)))


def owners(people: int = 220, teams: int = 9) -> dict[str, Organization]:
    """The demo's owners by login or slug: two organizations and their enterprise."""
    return {
        ORGANIZATION: Organization(ORGANIZATION, "90210", count=people, teams=teams),
        "octo-labs": Organization("octo-labs", "90211", count=people, teams=teams, only_labs=True),
        ENTERPRISE: Organization(ENTERPRISE, "777", "enterprise_id", count=people, teams=teams),
    }


def owners_named(names: Mapping[str, bool]) -> dict[str, Organization]:
    """The demo's owners and one for each other name; the value says whether it is an enterprise."""
    found = owners()
    for name, is_enterprise in names.items():
        id_field = "enterprise_id" if is_enterprise else "organization_id"
        found.setdefault(name, Organization(name, str(90_300 + len(found)), id_field))
    return found


def _active_rows(organization: Organization, day: date) -> list[Row]:
    """Rows of people who did something, not those of credits alone."""
    return [row for row in organization.user_rows(day) if any(row[name] for name in COUNTERS)]


@cache
def _people(organization: Organization, day: date) -> Mapping[str, frozenset[int]]:
    """Who was active on a day, who used what, and who was in which phase."""
    people: dict[str, set[int]] = defaultdict(set)
    for row in _active_rows(organization, day):
        for name in ("active", row["ai_adoption_phase"]["phase"], *filter(row.get, FLAGS)):
            people[name].add(row["user_id"])
    return {name: frozenset(found) for name, found in people.items()}


_KEYS = {
    "totals_by_ide": ("ide",),
    "totals_by_feature": ("feature",),
    "totals_by_language_feature": ("language", "feature"),
    "totals_by_language_model": ("language", "model"),
    "totals_by_model_feature": ("model", "feature"),
}
# What the CLI is extended with, and how often each of its users uses that on a day. Own names are `other` at GitHub.
_CUSTOMIZATIONS: Mapping[str, Mapping[str, float]] = {
    "skill": {"other": 1.9, "code-review": 0.8, "write-tests": 0.6},
    "custom_agent": {"other": 0.7},
    "mcp": {"github": 2.6, "other": 1.1, "playwright": 0.4},
    "slash_cmd": {"custom": 0.9, "model": 0.5, "clear": 0.4},
    "plugin": {"other": 0.3},
}


@cache
def _document(organization: Organization, day: date) -> dict[str, Any]:
    rows = _active_rows(organization, day)
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
    counts = ("session_count", "request_count", "prompt_count")
    totals = {name: sum(session[name] for session in sessions) for name in counts}
    tokens: dict[str, float] = {
        name: sum(session["token_usage"][name] for session in sessions)
        for name in ("output_tokens_sum", "prompt_tokens_sum")
    }
    if totals["request_count"]:
        tokens["avg_tokens_per_request"] = round(sum(tokens.values()) / totals["request_count"], 1)
    return {"daily_active_cli_users": len(sessions), "totals_by_cli": {**totals, "token_usage": tokens}}


def _pull_requests(organization: Organization, day: date, rows: list[Row]) -> dict[str, Any]:
    """Copilot writes more of them over the year; medians are absent where nothing was merged."""
    random = Random(f"{organization.login}/pull requests/{day.toordinal()}")
    created = round(len(rows) * random.uniform(0.25, 0.45))
    merged = round(created * random.uniform(0.6, 0.95))
    share = max(0.02, 0.14 + (day.toordinal() - 739_920) / 3_000)
    by_copilot, reviewed_by_copilot = round(created * share), round(created * 2 * share)
    suggestions = created * random.randint(2, 4)
    found: dict[str, Any] = {
        "total_created": created,
        "total_reviewed": round(created * random.uniform(0.7, 1.1)),
        "total_merged": merged,
        "total_suggestions": suggestions,
        "total_applied_suggestions": suggestions // 3,
        "total_created_by_copilot": by_copilot,
        "total_reviewed_by_copilot": reviewed_by_copilot,
        "total_merged_created_by_copilot": round(by_copilot * 0.6),
        "total_merged_reviewed_by_copilot": round(reviewed_by_copilot * 0.8),
        "total_copilot_suggestions": 3 * reviewed_by_copilot,
        "total_copilot_applied_suggestions": reviewed_by_copilot,
        "copilot_suggestions_by_comment_type": [
            {
                "comment_type": kind,
                "total_copilot_suggestions": reviewed_by_copilot * times,
                "total_copilot_applied_suggestions": reviewed_by_copilot * times // 3,
            }
            for kind, times in {"bug_risk": 2, "security": 1}.items()
        ],
    }
    if merged:
        found["median_minutes_to_merge"] = round(random.uniform(180, 900), 1)
        found["median_minutes_to_merge_copilot_authored"] = round(random.uniform(240, 1_400), 1)
    return {"pull_requests": found}


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


def _phases(organization: Organization, day: date, rows: list[Row]) -> dict[str, Any]:
    entries = []
    for number, phase in enumerate(PHASES):
        found = [row for row in rows if row["ai_adoption_phase"]["phase"] == phase]
        entry = {
            "phase_number": number,
            "phase": phase,
            "version": "v1",
            "total_engaged_users": len(found),
            "users_in_phase_28d": organization.active(day, 28, phase),
        }
        if day >= _MERGED_BY_PHASE_DAY:
            entry["total_pull_requests_merged"] = len(found) * number // 4
        if found:
            entry["avg_user_initiated_interactions"] = round(sum(row[COUNTERS[0]] for row in found) / len(found), 2)
            entry["avg_loc_added"] = round(sum(row["loc_added_sum"] for row in found) / len(found), 2)
        entries.append(entry)
    return {"totals_by_ai_adoption_phase": entries}


def _app(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    people = sum(bool(row.get("used_copilot_app")) for row in rows)
    return {"daily_active_copilot_app_users": people} if people else {}


def _customizations(_: Organization, __: date, rows: list[Row]) -> dict[str, Any]:
    people = sum("totals_by_cli" in row for row in rows)
    found: dict[str, Any] = {}
    for kind, uses in _CUSTOMIZATIONS.items():
        found[f"totals_by_{kind}"] = [
            {kind: name, "interaction_count": round(people * share)} for name, share in uses.items() if people
        ]
        found[f"distinct_{kind}_use_count"] = len(uses) if people else 0
    return found


_MERGED_BY_PHASE_DAY = date(2026, 6, 26)
# From which day on GitHub has which fields; earlier documents lack them.
_ADDITIONS: tuple[tuple[date, Callable[[Organization, date, list[Row]], dict[str, Any]]], ...] = (
    (date(2026, 2, 1), _cli),
    (date(2026, 2, 19), _pull_requests),
    (date(2026, 4, 10), _reviews),
    (date(2026, 5, 29), _phases),
    (APP_DAY, _app),
    (date(2026, 9, 17), _customizations),
)
