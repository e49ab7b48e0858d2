"""Reads a user-teams report: who was in which of the wanted teams on its day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from copilot_usage.domain.dates import parse_day
from copilot_usage.generations.team_join import rows as team_rows
from copilot_usage.generations.team_join import user_rows
from copilot_usage.generations.team_join.rows import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from copilot_usage.generations.sieve import ProblemLog
    from copilot_usage.generations.team_join.names import TeamNames
    from copilot_usage.generations.team_join.rows import Identity, MembershipRow

UNFIT = (msgspec.MsgspecError, ValueError, RecursionError)
REPORT = "user-teams report"


class People:
    """Numbers people in the order in which they turn up; an id as a text and as a number is the same person's."""

    def __init__(self) -> None:
        self.count = 0
        self.numbers: dict[Identity, int] = {}

    def number(self, user_id: Identity) -> int:
        known = identity(user_id)
        number = self.numbers.get(known)
        if number is None:
            number = self.numbers[known] = self.count
            self.count += 1
        self.numbers[user_id] = number
        return number


class MembershipReport:
    """A report on its way in. A set of teams is an integer with a bit per team, so that repeated rows count once."""

    def __init__(self, day: date, names: TeamNames, people: People, flaws: ProblemLog) -> None:
        self._day = day
        self._iso = day.isoformat()
        self._names = names
        self._people = people
        self._flaws = flaws
        self.usable = False
        self._bits: dict[tuple[Identity, str], int] = {}
        self._teams: dict[str | None, dict[int, int]] = {}
        self._teams_by_owner: dict[Identity | None, dict[int, int]] = {}
        self._rows_of_owner: dict[Identity | None, int] = {}
        self.slugs: dict[int, str] = {}

    def read(self, lines: Iterable[bytes], *, enterprise: bool) -> None:
        """Takes in the lines; bad ones become flaws."""
        decode = team_rows.memberships.decode
        for number, line in enumerate(lines, 1):
            try:
                row = decode(line)
            except UNFIT:
                for usable in user_rows.membership_rows(line, f"{REPORT}, row {number}", self._flaws):
                    self._add(usable, number, enterprise=enterprise)
            else:
                self._add(row, number, enterprise=enterprise)

    def _add(self, row: MembershipRow, number: int, *, enterprise: bool) -> None:
        if row.day != self._iso and row.day is not None and parse_day(row.day) != self._day:
            self._flaws.add(f"{REPORT}, row {number}", "a row of another day than the report's")
            return
        owner = row.enterprise_id if enterprise else row.organization_id
        self._rows_of_owner[owner] = self._rows_of_owner.get(owner, 0) + 1
        self.usable = True
        bit = self._bits.get((row.team_id, row.slug))
        if bit is None:
            bit = self._bits[row.team_id, row.slug] = self._learn(row, number)
        if bit:
            person = self._people.numbers.get(row.user_id)
            if person is None:
                person = self._people.number(row.user_id)
            teams = self._teams_by_owner.get(owner)
            if teams is None:
                teams = self._teams_of(owner)
            teams[person] = teams.get(person, 0) | bit

    def _learn(self, row: MembershipRow, number: int) -> int:
        """The team's bit; 0 for a team that is not wanted."""
        try:
            team = self._names.number(row.team_id, row.slug, self._day)
        except ValueError as error:
            self._flaws.add(f"{REPORT}, row {number}", str(error))
            return 0
        if team is None:
            return 0
        self.slugs[team] = row.slug
        return 1 << team

    def _teams_of(self, owner: Identity | None) -> dict[int, int]:
        """An owner's id as a text and as a number is the same."""
        name = owner if owner is None else str(owner)
        self._teams_by_owner[owner] = self._teams.setdefault(name, {})
        return self._teams_by_owner[owner]

    def result(self) -> tuple[str | None, Mapping[int, int]]:
        """The owner that most rows are of, of whichever team, and person → teams. Rows of other owners are left out."""
        rows: Counter[str] = Counter()
        for owner, count in self._rows_of_owner.items():
            if owner is not None:
                rows[str(owner)] += count
        usual = max(rows, key=lambda owner: (rows[owner], owner), default=None)
        teams = self._teams.get(usual, {})
        for owner, people in self._teams.items():
            if owner not in {usual, None}:
                self._flaws.add(REPORT, f"rows of another owner ({len(people)} people)")
        for person, bits in self._teams.get(None, {}).items() if usual is not None else ():
            teams[person] = teams.get(person, 0) | bits
        return usual, teams
