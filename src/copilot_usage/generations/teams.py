"""The team join: GitHub publishes no report of a team, so each day's users are joined with that day's membership.

The recipe is GitHub's own (docs: "Copilot usage metrics for teams"): rows match on user, day, and organization or
enterprise; people without activity count as members; windows recount distinct people.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from copilot_usage.domain.dates import ending
from copilot_usage.domain.scope import ScopeKind
from copilot_usage.generations import team_rows, user_rows
from copilot_usage.generations.sieve import FlawTally
from copilot_usage.generations.team_day import NO_TEAM, TeamDay, TeamSets
from copilot_usage.generations.team_documents import document, known_figures
from copilot_usage.generations.team_names import TeamNames
from copilot_usage.generations.team_people import PeopleLedger
from copilot_usage.generations.team_rows import identity, is_active
from copilot_usage.generations.team_sums import Sums

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.outcome import PersonActivity
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.usage import Flaw
    from copilot_usage.generations.team_rows import Identity, MembershipRow, UserRow

_UNFIT = (msgspec.MsgspecError, ValueError, RecursionError)
_TEAMS_REPORT, _USERS_REPORT = "user-teams report", "users report"


class TeamJoin:
    """Joins row by row, and keeps sums: it grows with people and teams, not with rows."""

    def __init__(self, owner: Scope, teams: Collection[Scope], *, people: bool = False) -> None:
        """`teams` may hold `*`. `people`: keep logins and what each did, for `PersonActivity`; else no login is kept."""
        self._enterprise = owner.kind.owner_kind is ScopeKind.ENTERPRISE
        self._wanted = tuple(teams)
        self._names = TeamNames(owner, teams)
        self._sets = TeamSets()
        self._person_of: dict[Identity, int] = {}
        self._bits: dict[date, int] = {}
        self._open: dict[str, TeamDay] = {}
        self._members: dict[date, Mapping[int, int]] = {}
        self._read: set[date] = set()
        self._flaws = FlawTally()
        self._ledger = PeopleLedger() if people else None

    def add_memberships(self, day: date, lines: Iterable[bytes], *, breakdowns: bool = True) -> None:
        """Who was in which team on `day`: all lines of the user-teams report, before the day's first row of usage.

        `breakdowns` False: only counters and people are summed, for days that are read and not kept.
        """
        masks = self._masks(day, lines)
        owner = max(masks, key=lambda each: (each is not None, len(masks[each])), default=None)
        state = self._open.get(day.isoformat())
        if state is None:
            self._bits.setdefault(day, 1 << len(self._bits))
            state = TeamDay(self._bits[day], self._sets, breakdowns=breakdowns)
            self._open[day.isoformat()] = state
            self._members[day] = state.members
        for found, rows in masks.items():
            if found in {owner, None}:
                state.enrol(rows, owner, len(self._person_of))
            else:
                self._flaws.add(_TEAMS_REPORT, f"rows of another {self._owner_word}")

    def _masks(self, day: date, lines: Iterable[bytes]) -> Mapping[str | None, Mapping[int, int]]:
        """Owner's id → person → teams, a bit each. A row that comes twice sets its bit twice."""
        masks: defaultdict[str | None, dict[int, int]] = defaultdict(dict)
        bits: dict[tuple[Identity, str], int] = {}
        for row, where in self._membership_rows(lines):
            if row.day is not None and row.day != day.isoformat():
                self._flaws.add(where, "a row of another day than the report's")
                continue
            bit = bits.get((row.team_id, row.slug))
            if bit is None:
                bit = bits[row.team_id, row.slug] = self._team_bit(row, day, where)
            if bit:
                person = self._person_of.setdefault(identity(row.user_id), len(self._person_of))
                of_owner = masks[self._owner_id(row)]
                of_owner[person] = of_owner.get(person, 0) | bit
        return masks

    def _membership_rows(self, lines: Iterable[bytes]) -> Iterator[tuple[MembershipRow, str]]:
        for number, line in enumerate(lines, 1):
            try:
                yield team_rows.memberships.decode(line), _TEAMS_REPORT
            except _UNFIT:
                where = f"{_TEAMS_REPORT}, row {number}"
                for row in user_rows.membership_rows(line, where, self._flaws):
                    yield row, where

    def _team_bit(self, row: MembershipRow, day: date, where: str) -> int:
        """0 for a team that is not wanted."""
        try:
            number = self._names.number(row.team_id, row.slug, day)
        except ValueError as error:
            self._flaws.add(where, str(error))
            return 0
        return 0 if number is None else 1 << number

    def add_users(self, lines: Iterable[bytes], *, days: Collection[date] | None = None) -> None:
        """Rows of usage, each joined with the membership of its own day; the days are known once all lines are read.

        `days`: those that the lines are the reports of (all parts of them), so that a row of another day is a flaw. Not
        given: every day whose memberships were added, and rows of other days are passed over (`users-28-day`).
        """
        names = self._open if days is None else [day.isoformat() for day in days]
        expected = {name: self._open[name] for name in names if name in self._open}
        whole = any(state.breakdowns for state in expected.values())
        decode = (team_rows.whole_users if whole else team_rows.users).decode
        for number, line in enumerate(lines, 1):
            try:
                row: UserRow = decode(line)
            except _UNFIT:
                for row in user_rows.user_rows(line, f"{_USERS_REPORT}, row {number}", self._flaws):
                    self._take(row, expected, number, strict=days is not None)
            else:
                self._take(row, expected, number, strict=days is not None)
        self._read.update(map(date.fromisoformat, expected))

    def _take(self, row: UserRow, expected: Mapping[str, TeamDay], number: int, *, strict: bool) -> None:
        name = next(iter(expected), "") if row.day is None and len(expected) == 1 else row.day or ""
        state = expected.get(name)
        if state is None:
            if strict:
                self._flaws.add(f"{_USERS_REPORT}, row {number}", "a row of another day than the report's")
            return
        person = self._person_of.get(row.user_id)
        if person is None and isinstance(row.user_id, str):
            person = self._person_of.get(identity(row.user_id))
        teams = NO_TEAM if person is None else state.set_of(person)
        if person is None or teams == NO_TEAM:
            return
        owner = self._owner_id(row)
        if owner is not None and state.owner is not None and owner != state.owner:
            self._flaws.add(f"{_USERS_REPORT}, row {number}", f"a row of another {self._owner_word}")
        elif state.first_row_of(person):
            self._count(row, state, person, teams)

    def _count(self, row: UserRow, state: TeamDay, person: int, teams: int) -> None:
        active = is_active(row)
        if active:
            days = self._sets.active_days[teams]
            days[person] = days.get(person, 0) | state.bit
        for sums in state.targets(teams):
            sums.add(row, active=active, breakdowns=state.breakdowns)
        if self._ledger is not None:
            self._ledger.add(person, row, day=state.bit, teams=teams, active=active)

    def _owner_id(self, row: UserRow | MembershipRow) -> str | None:
        owner = row.enterprise_id if self._enterprise else row.organization_id
        return owner if owner is None or isinstance(owner, str) else str(owner)

    @property
    def _owner_word(self) -> str:
        return "enterprise" if self._enterprise else "organization"

    def no_report(self, day: date) -> None:
        """GitHub has no report of the day, so nobody was active."""
        self._read.add(day)

    def documents(self, day: date) -> Mapping[Scope, dict[str, Any]]:
        """Team → its day, in the shape of an organization's; empty if the day was not read, or is forgotten."""
        state = self._open.get(day.isoformat())
        if state is None or day not in self._read:
            return {}
        sums = state.sums()
        known = known_figures(sums.values())
        teams = self._names.by_scope(state.members)
        if len(teams) < len(state.members):
            self._flaws.add(
                f"{_TEAMS_REPORT} of {day}", "two teams of the same slug; the one with the smaller id counts"
            )
        owner = {} if state.owner is None else {f"{self._owner_word}_id": state.owner}
        return {
            scope: {"day": day.isoformat()}
            | owner
            | {"team_id": self._names.ids[team], "slug": self._names.slugs[team], "members": state.members[team]}
            | document(sums.get(team, Sums()), known)
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
        """What each person did while in the team; nobody unless the join was made with `people`."""
        team = self._names.find(scope)
        if team is None or self._ledger is None:
            return ()
        return self._ledger.people(self._sets.with_team(team), self._bits_of(days))

    @property
    def unseen(self) -> tuple[Scope, ...]:
        """Teams asked for that no report named: wrong slugs, or fewer than five seats (GitHub's floor)."""
        return self._names.unseen(self._wanted)

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """What was left out so far, by kind, with the first example."""
        return tuple(self._flaws)
