"""Joins rows of users with the memberships of their day, as GitHub documents it, into days of teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec.json import Decoder

from copilot_usage.domain.dates import DateRange, ending, parse_day
from copilot_usage.domain.queries import PersonActivity
from copilot_usage.domain.scope import Scope, ScopeKind
from copilot_usage.domain.usage import DataProblem
from copilot_usage.parsers.fields import ProblemLog
from copilot_usage.team_join import rows as team_rows
from copilot_usage.team_join.day import NO_TEAM, TeamDay, TeamSets
from copilot_usage.team_join.lenient_rows import typed_rows
from copilot_usage.team_join.memberships import MembershipReport, People, TeamNames
from copilot_usage.team_join.rows import ABSENT, UserRow, identity, is_active
from copilot_usage.team_join.sums import Sums, document


@dataclass(frozen=True, slots=True)
class _PersonDay:
    day: int
    teams: int
    active: bool
    prompts: int
    lines_added: int


class PersonDays:
    """What each person did, by login and day; kept only if the settings ask for logins, and never stored."""

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


_REPORT = "users report"


class TeamJoin:
    """Joins row by row, and keeps sums: it grows with people and teams, not with rows."""

    def __init__(self, owner: Scope, teams: Collection[Scope], *, people: bool = False) -> None:
        """`teams` may hold `*`. `people`: keep who did what, by login, for `PersonActivity`; else no login is kept."""
        self._enterprise = owner.kind.owner_kind is ScopeKind.ENTERPRISE
        self._wanted = tuple(teams)
        self._names = TeamNames(owner, teams)
        self._sets = TeamSets()
        self._people = People()
        self._bits: dict[date, int] = {}
        self._open: dict[str, TeamDay] = {}
        self._members: dict[date, Mapping[int, int]] = {}
        self._read: set[date] = set()
        self._problems = ProblemLog()
        self._person_days = PersonDays() if people else None

    def add_memberships(self, day: date, lines: Iterable[bytes], *, breakdowns: bool = True) -> bool:
        """Who was in which team on `day`: all lines of the user-teams report, before the day's first row of usage.

        Returns whether a row can be used; else nothing is known of the day.
        `breakdowns` False: only counters and people are summed, for days that are read and not kept.
        """
        report = MembershipReport(day, self._names, self._people, self._problems)
        report.read(lines, enterprise=self._enterprise)
        if not report.usable:
            return False
        owner, teams = report.result()
        state = self._open.get(day.isoformat())
        if state is None:
            self._bits.setdefault(day, 1 << len(self._bits))
            state = TeamDay(self._bits[day], self._sets, breakdowns=breakdowns)
            self._open[day.isoformat()] = state
            self._members[day] = state.members
        state.enrol(teams, owner, self._people.count)
        state.slugs |= report.slugs
        return True

    def has_memberships(self, day: date) -> bool:
        return day.isoformat() in self._open

    @property
    def knows_teams(self) -> bool:
        """Whether a user-teams report of any day could be used."""
        return bool(self._members)

    def has_usage(self, day: date) -> bool:
        """Whether the day was read: a row of it came that can be used, or it is known that there is none."""
        return day in self._read

    def add_users(self, lines: Iterable[bytes], *, days: Collection[date] | None = None) -> int:
        """Rows of usage, each joined with the membership of its own day; returns how many lines came.

        A day is known once all lines are read, and if one of its rows can be used.
        `days`: the days of the reports that the lines are from, so that a row of another day is a problem. Without it:
        all days whose memberships were added, and rows of other days are passed over (`users-28-day`).
        """
        names = self._open if days is None else [day.isoformat() for day in days]
        expected = {name: self._open[name] for name in names if name in self._open}
        whole = any(state.breakdowns for state in expected.values())
        decoder: Decoder[Any] = team_rows.whole_users if whole else team_rows.users
        only = next(iter(expected)) if len(expected) == 1 else None
        number = 0
        for number, rows in typed_rows(lines, decoder, _REPORT, self._problems):
            for row in rows:
                state = expected.get(row.day or only or "")
                if state is None and (moment := parse_day(row.day)) is not None:
                    state = expected.get(moment.isoformat())
                if state is not None:
                    self._join(row, state, number)
                elif days is not None:
                    self._problems.add(f"{_REPORT}, row {number}", "a row of another day than the report's")
        self._read.update(date.fromisoformat(name) for name, state in expected.items() if state.heard)
        return number

    def _join(self, row: UserRow, state: TeamDay, number: int) -> None:
        owner = row.enterprise_id if self._enterprise else row.organization_id
        if owner is not None and owner != state.owner and state.owner not in {None, str(owner)}:
            self._problems.add(f"{_REPORT}, row {number}", f"a row of another {self._owner_word}")
            return
        state.heard = True
        person = self._people.numbers.get(row.user_id)
        if person is None:
            person = self._people.numbers.get(identity(row.user_id), NO_TEAM)
        teams = state.set_of[person] if 0 <= person < len(state.set_of) else NO_TEAM
        if teams == NO_TEAM or state.seen[person]:
            return
        state.seen[person] = 1
        active = is_active(row)
        if active:
            days = self._sets.active_days[teams]
            days[person] = days.get(person, 0) | state.bit
        for sums in state.targets(teams):
            sums.add(row, active=active, breakdowns=state.breakdowns)
        if self._person_days is not None:
            self._person_days.add(person, row, day=state.bit, teams=teams, active=active)

    @property
    def _owner_word(self) -> str:
        return "enterprise" if self._enterprise else "organization"

    def owner_id(self, day: date) -> str | None:
        """The id of the owner that the day's memberships name, if they name one."""
        state = self._open.get(day.isoformat())
        return None if state is None else state.owner

    def no_report(self, day: date) -> None:
        """GitHub has no report of the day, or an empty one, so that no person was active."""
        self._read.add(day)

    def documents(self, day: date) -> Mapping[Scope, dict[str, Any]]:
        """Team → its day, in the shape of an organization's; empty if the day was not read, or is forgotten."""
        state = self._open.get(day.isoformat())
        if state is None or day not in self._read:
            return {}
        sums = state.sums()
        teams = self._names.by_scope(state.members)
        if len(teams) < len(state.members):
            self._problems.add(
                f"user-teams report of {day}", "two teams of the same slug; the one with the smaller id counts"
            )
        owner = {} if state.owner is None else {f"{self._owner_word}_id": state.owner}
        return {
            scope: {"day": day.isoformat()}
            | owner
            | {"team_id": self._names.ids[team], "slug": state.slugs[team], "members": state.members[team]}
            | document(sums.get(team, Sums(state.index)))
            for scope, team in sorted(teams.items())
        }

    def forget(self, day: date) -> None:
        """Frees the day's sums and memberships; who was active on it stays known."""
        self._open.pop(day.isoformat(), None)

    def trailing(self, scope: Scope, day: date) -> Mapping[str, int | None]:
        """Distinct active people of the 7 and 28 days up to `day`."""
        windows = {"weekly_active_users": 7, "monthly_active_users": 28}
        return {name: self.active(scope, ending(day, length)) for name, length in windows.items()}

    def active(self, scope: Scope, days: DateRange) -> int | None:
        """Distinct active people of a team over a range, each day by its own membership; None if a day was not read."""
        team = self._names.find(scope)
        if team is None or any(day not in self._read for day in days):
            return None
        return self._sets.active_people(team, self._bits_of(days))

    def _bits_of(self, days: DateRange) -> int:
        return sum(self._bits.get(day, 0) for day in days)

    def members(self, scope: Scope, day: date) -> int | None:
        """How many people were in the team, active or not; None if no report of the day named it."""
        team = self._names.find(scope)
        return None if team is None else self._members.get(day, {}).get(team)

    def people(self, scope: Scope, days: DateRange) -> tuple[PersonActivity, ...]:
        """What each person did while in the team; empty unless the join was made with `people`."""
        team = self._names.find(scope)
        if team is None or self._person_days is None:
            return ()
        return self._person_days.people(self._sets.with_team(team), self._bits_of(days))

    @property
    def unseen(self) -> tuple[Scope, ...]:
        """Teams asked for that no report named: wrong slugs, or fewer than five seats (GitHub's floor)."""
        return self._names.unseen(self._wanted)

    def nearest(self, team: Scope) -> str | None:
        """The slug in the reports that is most like the team's, if one is like it at all."""
        return self._names.nearest(team)

    @property
    def problems(self) -> tuple[DataProblem, ...]:
        """What was left out so far, by kind, with the first example."""
        return tuple(self._problems)
