"""Sums over the rows of one day of the people of a team, or of people who are in the same teams.

All sums of a day are one flat list of integers, and a place in it means the same in every list: this is where the join's
time goes, and nested dictionaries would take twice as long.
"""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING, TypeVar

from copilot_usage.generations.team_rows import ABSENT, WholeUserRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from copilot_usage.generations.team_rows import (
        AgentsWindow,
        FeatureRow,
        IdeRow,
        LanguageFeatureRow,
        ModelFeatureRow,
        Sessions,
        UserRow,
    )

Key = TypeVar("Key", str, tuple[str, ...])
# A line is up to seven figures, and last how many rows they were added from: what was absent in all of them is unknown.
LINE = 8
ROWS = LINE - 1
# Credits are summed as whole millionths, so that the sum does not depend on the order of the rows.
CREDIT = 1_000_000
# More different values than this are an error, or an attack; the rest goes where GitHub itself puts the rest.
MOST_VALUES = 5_000
OTHERS = "others"

COUNTERS_LINE, PEOPLE_LINE, BREAKDOWNS = 0, LINE, 2 * LINE
# The daily active people that a flag of a user row tells, in the order of the line; the credits are its last figure.
PEOPLE = (
    "daily_active_cli_users",
    "daily_active_copilot_app_users",
    "daily_active_vscode_agent_users",
    "daily_active_copilot_cloud_agent_users",
    "daily_active_copilot_code_review_users",
    "daily_passive_copilot_code_review_users",
)
SESSIONS = ("session_count", "request_count", "prompt_count", "output_tokens_sum", "prompt_tokens_sum")
AGENTS_WINDOW = ("session_count", "total_user_messages")
ITEMS = {
    "totals_by_skill": "skill",
    "totals_by_custom_agent": "custom_agent",
    "totals_by_mcp": "mcp",
    "totals_by_slash_cmd": "slash_cmd",
    "totals_by_plugin": "plugin",
}
CLI, APP, WINDOW = "totals_by_cli", "totals_by_copilot_app", "totals_by_vscode_agent"
AGENTS, PHASES = "totals_by_3rd_party_agent", "totals_by_ai_adoption_phase"
_FLAG = {True: 1, False: 0, None: ABSENT}


class Places:
    """Which value of which array has which place in the lists; one for all sums of a join."""

    def __init__(self) -> None:
        self.ides: dict[str, int] = {}
        self.features: dict[str, int] = {}
        self.languages: dict[tuple[str, ...], int] = {}
        self.models: dict[tuple[str, ...], int] = {}
        self.rare: dict[tuple[str, ...], int] = {}
        self.agents: dict[str, str] = {}
        self.size = BREAKDOWNS

    def new(self, places: dict[Key, int], key: Key, others: Key) -> int:
        """A place for a value that has none yet."""
        if len(places) >= MOST_VALUES and key != others:
            return places[others] if others in places else self.new(places, others, others)
        places[key] = place = self.size
        self.size += LINE
        return place


class Sums:
    """`active`: people; `amounts`: lines, each at its place."""

    __slots__ = ("active", "amounts", "places")

    def __init__(self, places: Places) -> None:
        self.active = 0
        self.places = places
        self.amounts = [0] * places.size

    def line(self, place: int) -> Sequence[int]:
        """The line at a place; zeros where nothing was added."""
        return self.amounts[place : place + LINE] or [0] * LINE

    def add(self, row: UserRow, *, active: bool, breakdowns: bool = True) -> None:
        """Takes in a person's day."""
        self.active += active
        self._add_line(COUNTERS_LINE, _counters(row))
        self._add_line(PEOPLE_LINE, _said(row))
        if breakdowns and isinstance(row, WholeUserRow):
            self._grow()
            self._add_ides(row.totals_by_ide or ())
            self._add_features(row.totals_by_feature or ())
            self._add_languages(row.totals_by_language_feature or ())
            self._add_models(row.totals_by_model_feature or ())
            for key, line in _rare(row, active=active):
                self._add_rarely(key, line)
            for agent in row.totals_by_3rd_party_agent or ():
                if agent.agent_name:
                    self.places.agents[str(agent.agent_id)] = agent.agent_name

    def _grow(self) -> None:
        """New values have turned up, perhaps in other sums."""
        missing = self.places.size - len(self.amounts)
        if missing:
            self.amounts.extend([0] * missing)

    def _add_line(self, place: int, line: Iterable[int]) -> None:
        self.amounts[place : place + LINE] = map(add, self.amounts[place : place + LINE], line)

    def _add_rarely(self, key: tuple[str, ...], line: Sequence[int]) -> None:
        place = self.places.rare.get(key)
        if place is None:
            place = self.places.new(self.places.rare, key, (key[0], OTHERS))
            self._grow()
        filled = (*line, *[0] * (ROWS - len(line)), 1)
        self._add_line(place, filled)

    def _add_ides(self, rows: Iterable[IdeRow]) -> None:
        places = self.places.ides
        for row in rows:
            place = places.get(row.value)
            if place is None:
                place = self.places.new(places, row.value, OTHERS)
                self._grow()
            self._add_line(place, _counters(row))

    def _add_features(self, rows: Iterable[FeatureRow]) -> None:
        places = self.places.features
        for row in rows:
            place = places.get(row.value)
            if place is None:
                place = self.places.new(places, row.value, OTHERS)
                self._grow()
            self._add_line(place, _counters(row))
