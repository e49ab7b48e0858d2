"""What each person did, by name; filled only where somebody asked for names, and never stored."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot_usage.domain.outcome import PersonActivity
from copilot_usage.generations.team_join.rows import ABSENT

if TYPE_CHECKING:
    from collections.abc import Collection

    from copilot_usage.generations.team_join.rows import UserRow


@dataclass(frozen=True, slots=True)
class _PersonDay:
    day: int
    teams: int
    active: bool
    prompts: int
    lines_added: int


class PersonDays:
    """A line per person and day."""

    def __init__(self) -> None:
        self._logins: dict[int, str] = {}
        self._days: dict[int, list[_PersonDay]] = defaultdict(list)

    def add(self, person: int, row: UserRow, *, day: int, teams: int, active: bool) -> None:
        """`day` as a bit, `teams` as the number of a set of teams."""
        if row.user_login:
            self._logins[person] = row.user_login
        prompts, lines = row.user_initiated_interaction_count % ABSENT, row.loc_added_sum % ABSENT
        self._days[person].append(_PersonDay(day, teams, active, prompts, lines))

    def people(self, sets: Collection[int], days: int) -> tuple[PersonActivity, ...]:
        """Those who were in one of these sets of teams on one of the days (bits) and had a row; by login."""
        found = []
        for person, person_days in self._days.items():
            counted = [item for item in person_days if item.day & days and item.teams in sets]
            if counted and person in self._logins:
                active = sum(item.active for item in counted)
                prompts, lines = sum(item.prompts for item in counted), sum(item.lines_added for item in counted)
                found.append(PersonActivity(self._logins[person], active, prompts, lines))
        return tuple(sorted(found, key=lambda item: item.login.lower()))
