"""An invented organization: its people's rows, and who was active when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from copilot_usage.demo.activity import COUNTERS, FLAGS, Row, user_row
from copilot_usage.demo.document import document_of
from copilot_usage.demo.people import FLOOR, Person, invent_people, team_slugs

_SEED = "copilot"


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

    def active_rows(self, day: date) -> list[Row]:
        """Rows of people who did something, not those of credits alone."""
        return [row for row in self.user_rows(day) if any(row[name] for name in COUNTERS)]

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
        return document_of(self, day)

    def active(self, until: date, days: int, flag: str = "active") -> int:
        """Distinct people of the days up to `until`: active ones, those with a `used_…` flag, those of a phase."""
        window = (until - timedelta(days=n) for n in range(days))
        return len(frozenset().union(*(_people(self, day).get(flag, frozenset()) for day in window)))

    def _team_sizes(self) -> dict[str, int]:
        return Counter(slug for person in self.people for slug in person.teams)


@cache
def _people(organization: Organization, day: date) -> Mapping[str, frozenset[int]]:
    """Who was active on a day, who used what, and who was in which phase."""
    people: dict[str, set[int]] = defaultdict(set)
    for row in organization.active_rows(day):
        for name in ("active", row["ai_adoption_phase"]["phase"], *filter(row.get, FLAGS)):
            people[name].add(row["user_id"])
    return {name: frozenset(found) for name, found in people.items()}
