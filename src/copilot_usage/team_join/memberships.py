"""Who was in which team on a day, from the user-teams reports; teams are followed by id over renamings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from difflib import get_close_matches

from copilot_usage.domain.dates import parse_day
from copilot_usage.domain.scope import Scope, bare_team_slug, is_slug
from copilot_usage.parsers.fields import LARGEST, ProblemLog
from copilot_usage.team_join import rows as team_rows
from copilot_usage.team_join.lenient_rows import typed_rows
from copilot_usage.team_join.rows import Identity, MembershipRow, identity


class TeamNames:
    """Numbers the teams that are wanted, in the order in which they turn up.

    A team is its `team_id`. It is wanted if `*` is, or if it ever had a slug that is; so once a wanted slug has shown
    whose it is, the team is followed through days on which it is called otherwise. It goes under the newest slug that
    is known of it, or, where only an older slug was asked for, under that one.
    """

    def __init__(self, owner: Scope, wanted: Collection[Scope]) -> None:
        self._owner = owner
        self._every = any(scope.every_team for scope in wanted)
        self._wanted = frozenset(scope.team for scope in wanted if scope.team is not None and not scope.every_team)
        self._number_of_id: dict[Identity, int] = {}
        self._holder_of_slug: dict[str, tuple[int, date]] = {}
        self._named_on: list[date] = []
        self._seen: set[str] = set()
        self.ids: list[Identity] = []
        self.scopes: list[Scope] = []

    def number(self, team_id: Identity, slug: str, day: date) -> int | None:
        """The team's number; None if it is not wanted. Raises ValueError for a slug that cannot be one."""
        team_id, name = identity(team_id), bare_team_slug(slug)
        if not is_slug(name):
            raise ValueError("a team's `slug` that cannot be one")
        self._seen.add(name)
        number = self._number_of_id.get(team_id)
        if number is None:
            if not self._every and name not in self._wanted:
                return None
            number = self._number_of_id[team_id] = len(self.ids)
            self.ids.append(team_id)
            self.scopes.append(self._owner.of_team(name))
            self._named_on.append(day)
        elif day >= self._named_on[number]:
            self._named_on[number] = day
            if self._every or name in self._wanted:
                self.scopes[number] = self._owner.of_team(name)
        self._claim(name, number, day)
        return number

    def _claim(self, name: str, number: int, day: date) -> None:
        """A slug is that of the team that had it last; of two teams on one day, of the one with the smaller id."""
        holder, since = self._holder_of_slug.get(name, (number, day))
        if (day, _order(self.ids[holder])) >= (since, _order(self.ids[number])):
            self._holder_of_slug[name] = (number, day)

    def find(self, scope: Scope) -> int | None:
        """The number of the team of that slug, present or former."""
        holder = self._holder_of_slug.get(scope.team or "")
        return None if holder is None else holder[0]

    def nearest(self, scope: Scope) -> str | None:
        """The slug that is most like the scope's, of all that were seen."""
        return next(iter(get_close_matches(scope.team or "", sorted(self._seen), n=1)), None)

    def by_scope(self, numbers: Iterable[int]) -> Mapping[Scope, int]:
        """The teams by scope, without those whose slug is another team's."""
        return {self.scopes[number]: number for number in numbers if self.find(self.scopes[number]) == number}

    def unseen(self, wanted: Iterable[Scope]) -> tuple[Scope, ...]:
        """Those of the wanted teams that no row named."""
        return tuple(scope for scope in wanted if not scope.every_team and self.find(scope) is None)


def _order(team_id: Identity) -> tuple[int, str]:
    """Numbers before texts."""
    return (team_id, "") if isinstance(team_id, int) else (LARGEST, team_id)


_REPORT = "user-teams report"


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

    def __init__(self, day: date, names: TeamNames, people: People, problems: ProblemLog) -> None:
        self._day = day
        self._iso = day.isoformat()
        self._names = names
        self._people = people
        self._problems = problems
        self.usable = False
        self._bits: dict[tuple[Identity, str], int] = {}
        self._teams: dict[str | None, dict[int, int]] = {}
        self._teams_by_owner: dict[Identity | None, dict[int, int]] = {}
        self._rows_of_owner: dict[Identity | None, int] = {}
        self.slugs: dict[int, str] = {}

    def read(self, lines: Iterable[bytes], *, enterprise: bool) -> None:
        """Takes in the lines; bad ones are noted."""
        for number, rows in typed_rows(lines, team_rows.memberships, _REPORT, self._problems):
            for row in rows:
                self._add(row, number, enterprise=enterprise)

    def _add(self, row: MembershipRow, number: int, *, enterprise: bool) -> None:
        if row.day != self._iso and row.day is not None and parse_day(row.day) != self._day:
            self._problems.add(f"{_REPORT}, row {number}", "a row of another day than the report's")
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
            self._problems.add(f"{_REPORT}, row {number}", str(error))
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
                self._problems.add(_REPORT, f"rows of another owner ({len(people)} people)")
        for person, bits in self._teams.get(None, {}).items() if usual is not None else ():
            teams[person] = teams.get(person, 0) | bits
        return usual, teams
