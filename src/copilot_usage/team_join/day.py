"""One day of an owner: who was in which teams, whose row has been seen, and the sums so far."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from copilot_usage.team_join.sums import ColumnIndex, Sums

# With fewer people than this in the same set of teams, adding each to each team is cheaper than sums of their own.
WORTH_SUMS = 16
NO_TEAM = -1


class TeamSets:
    """The distinct sets of teams that people are in, each with a number; a set is an integer with a bit per team."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self.teams: list[tuple[int, ...]] = []
        # Person → the days on which the person was active while in this set, an integer with a bit per day.
        self.active_days: list[dict[int, int]] = []
        self._of_team: dict[int, list[int]] = {}

    def number(self, mask: int) -> int:
        found = self._numbers.get(mask)
        if found is None:
            found = self._numbers[mask] = len(self.teams)
            self.teams.append(_bits(mask))
            self.active_days.append({})
            for team in self.teams[found]:
                self._of_team.setdefault(team, []).append(found)
        return found

    def with_team(self, team: int) -> frozenset[int]:
        """The sets that the team is in."""
        return frozenset(self._of_team.get(team, ()))

    def active_people(self, team: int, days: int) -> int:
        """Distinct people of the team who were active on at least one of the days (bits)."""
        people: set[int] = set()
        for number in self._of_team.get(team, ()):
            people.update(person for person, active in self.active_days[number].items() if active & days)
        return len(people)


def _bits(mask: int) -> tuple[int, ...]:
    bits = []
    while mask:
        lowest = mask & -mask
        bits.append(lowest.bit_length() - 1)
        mask ^= lowest
    return tuple(bits)


class TeamDay:
    """`set_of`, `seen`: by person's number, in flat arrays, the set of teams, and whether a row has come.

    The sums are per set, or straight per team.
    """

    def __init__(self, bit: int, sets: TeamSets, *, breakdowns: bool) -> None:
        self.bit = bit
        self.index = ColumnIndex()
        self.breakdowns = breakdowns
        self.owner: str | None = None
        self.heard = False  # whether a row of usage came that can be used, of any person
        self.members: dict[int, int] = {}
        self.slugs: dict[int, str] = {}
        self._sets = sets
        self.set_of = array("l")
        self.seen = bytearray()
        self._people_in_set: dict[int, int] = {}
        self._sums_of_set: dict[int, Sums] = {}
        self._sums_of_team: dict[int, Sums] = {}
        self._targets: dict[int, tuple[Sums, ...]] = {}

    def enrol(self, masks: Mapping[int, int], owner: str | None, people: int) -> None:
        """Takes in whose teams (bits) are which; may come part by part, before the first row of usage."""
        self.owner = owner if owner is not None else self.owner
        missing = people - len(self.set_of)
        self.set_of.extend([NO_TEAM] * missing)
        self.seen.extend(bytes(missing))
        for person, mask in masks.items():
            self._move(person, mask)

    def _move(self, person: int, mask: int) -> None:
        held = self.set_of[person]
        if held != NO_TEAM:
            known = sum(1 << team for team in self._sets.teams[held])
            self._people_in_set[held] -= 1
            fresh, mask = mask & ~known, mask | known
        else:
            fresh = mask
        number = self._sets.number(mask)
        self.set_of[person] = number
        self._people_in_set[number] = self._people_in_set.get(number, 0) + 1
        for team in self._sets.teams[number] if fresh == mask else _bits(fresh):
            self.members[team] = self.members.get(team, 0) + 1

    def targets(self, number: int) -> tuple[Sums, ...]:
        """The sums to which a row of a person in this set of teams is added."""
        held = self._targets.get(number)
        if held is None:
            teams = self._sets.teams[number]
            if len(teams) > 1 and self._people_in_set[number] >= WORTH_SUMS:
                held = (self._sums_of_set.setdefault(number, Sums(self.index)),)
            else:
                held = tuple(self._sums_of_team.setdefault(team, Sums(self.index)) for team in teams)
            self._targets[number] = held
        return held

    def sums(self) -> Mapping[int, Sums]:
        """By team; the sums of sets are poured into their teams."""
        for number, sums in self._sums_of_set.items():
            for team in self._sets.teams[number]:
                self._sums_of_team.setdefault(team, Sums(self.index)).merge(sums)
        self._sums_of_set.clear()
        self._targets.clear()
        return self._sums_of_team
