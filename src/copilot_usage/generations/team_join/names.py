"""Which team is which: by GitHub's id, under the slug that it has, or had before it was renamed."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from copilot_usage.domain.scope import bare_team_slug, is_slug
from copilot_usage.generations.sieve import LARGEST
from copilot_usage.generations.team_join.rows import identity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from copilot_usage.domain.scope import Scope
    from copilot_usage.generations.team_join.rows import Identity


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
