"""What few user rows have, array by array, as lines of figures: sessions, third-party agents, skills and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import add
from typing import TypeVar

from copilot_usage.team_join.rows import (
    ABSENT,
    LanguageFeatureRow,
    LanguageModelRow,
    ModelFeatureRow,
    Sessions,
    UserRow,
    WholeUserRow,
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
AGENTS = "totals_by_3rd_party_agent"


def has_rare(row: WholeUserRow) -> bool:
    """Whether `rare_lines` has anything; most rows have not."""
    return bool(
        row.totals_by_cli
        or row.totals_by_copilot_app
        or row.totals_by_vscode_agent
        or row.totals_by_3rd_party_agent
        or row.totals_by_skill
        or row.totals_by_custom_agent
        or row.totals_by_mcp
        or row.totals_by_slash_cmd
        or row.totals_by_plugin
    )


def rare_lines(row: WholeUserRow) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Array and value, and the figures."""
    if row.totals_by_cli is not None:
        yield (CLI,), _sessions(row.totals_by_cli)
    if row.totals_by_copilot_app is not None:
        yield (APP,), _sessions(row.totals_by_copilot_app)
    if row.totals_by_vscode_agent is not None:
        window = row.totals_by_vscode_agent
        yield (WINDOW,), (window.session_count, window.total_user_messages)
    for agent in row.totals_by_3rd_party_agent or ():
        yield (AGENTS, str(agent.agent_id)), (agent.user_initiated_interaction_count,)
    for array in ITEMS:
        for item in getattr(row, array) or ():
            yield (array, item.value), (item.interaction_count,)


def _sessions(used: Sessions) -> tuple[int, ...]:
    tokens = used.token_usage
    output = ABSENT if tokens is None else tokens.output_tokens_sum
    prompt = ABSENT if tokens is None else tokens.prompt_tokens_sum
    return (used.session_count, used.request_count, used.prompt_count, output, prompt)


Key = TypeVar("Key", str, tuple[str, ...])
Thing = TypeVar("Thing")
# A line is up to seven figures, and last how many rows they were added from: what was absent in all of them is unknown.
LINE = 8
ROWS = LINE - 1
# Credits are summed as whole millionths, so that the sum does not depend on the order of the rows.
CREDIT = 1_000_000
# More different values of a day than this are an error, or an attack; the rest goes where GitHub itself puts the rest.
MOST_VALUES = 5_000
OTHERS = "others"

# The first line holds the counters of the day; the credits stand in the second one.
COUNTERS_LINE, CREDITS_LINE, BREAKDOWNS = 0, LINE, 2 * LINE
# What a person's flags were: CLI, app, Agents window, cloud agent by its two names, review active, review passive.
Flags = tuple[bool | None, ...]
# An adoption phase: its name, its number, and the version of GitHub's rules for it.
PhaseKey = tuple[str, int | None, str | None]


class ColumnIndex:
    """Which value of which array has which place in the lists; one for all sums of a day."""

    def __init__(self) -> None:
        self.ides: dict[str, int] = {}
        self.features: dict[str, int] = {}
        self.languages: dict[tuple[str, ...], int] = {}
        self.language_models: dict[tuple[str, ...], int] = {}
        self.models: dict[tuple[str, ...], int] = {}
        self.rare: dict[tuple[str, ...], int] = {}
        self.size = BREAKDOWNS

    def new(self, places: dict[Key, int], key: Key, others: Key) -> int:
        """A place for a value that has none yet."""
        if len(places) >= MOST_VALUES and key != others:
            return places[others] if others in places else self.new(places, others, others)
        places[key] = place = self.size
        self.size += LINE
        return place


class Sums:
    """`amounts`: lines, each at its place; `active`, and per combination of flags and per adoption phase: people.

    `agents`: third-party agents by id, each with its name; of several names of a day the first in the alphabet.
    """

    __slots__ = ("active", "agents", "amounts", "flags", "phases", "places")

    def __init__(self, places: ColumnIndex) -> None:
        self.active = 0
        self.places = places
        self.amounts = [0] * places.size
        self.agents: dict[str, str] = {}
        self.flags: dict[Flags, int] = {}
        self.phases: dict[PhaseKey, int] = {}

    def line(self, place: int) -> Sequence[int]:
        """The line at a place; zeros where nothing was added."""
        return self.amounts[place : place + LINE] or [0] * LINE

    def add(self, row: UserRow, *, active: bool, breakdowns: bool = True) -> None:
        """Takes in a person's day."""
        self.active += active
        flags = (
            row.used_cli,
            row.used_copilot_app,
            row.used_vscode_agent,
            row.used_copilot_cloud_agent,
            row.used_copilot_coding_agent,
            row.used_copilot_code_review_active,
            row.used_copilot_code_review_passive,
        )
        self.flags[flags] = self.flags.get(flags, 0) + 1
        amounts = self.amounts
        amounts[0] += row.user_initiated_interaction_count
        amounts[1] += row.code_generation_activity_count
        amounts[2] += row.code_acceptance_activity_count
        amounts[3] += row.loc_suggested_to_add_sum
        amounts[4] += row.loc_suggested_to_delete_sum
        amounts[5] += row.loc_added_sum
        amounts[6] += row.loc_deleted_sum
        amounts[ROWS] += 1
        if row.ai_credits_used is not None:
            amounts[CREDITS_LINE] += round(row.ai_credits_used * CREDIT)
            amounts[CREDITS_LINE + ROWS] += 1
        if breakdowns and isinstance(row, WholeUserRow):
            self._add_breakdowns(row, active=active)

    def _add_breakdowns(self, row: WholeUserRow, *, active: bool) -> None:
        self._grow()
        self._add_singles(row)
        for language in row.totals_by_language_feature or ():
            self._add_six(self.places.languages, language, language.feature)
        for language_model in row.totals_by_language_model or ():
            self._add_six(self.places.language_models, language_model, language_model.model)
        self._add_models(row.totals_by_model_feature or ())
        if active and row.ai_adoption_phase is not None:
            said = row.ai_adoption_phase
            phase = (said.phase, said.phase_number, said.version)
            self.phases[phase] = self.phases.get(phase, 0) + 1
        if has_rare(row):
            for key, figures in rare_lines(row):
                self._add_rarely(key, figures)
            for agent in row.totals_by_3rd_party_agent or ():
                if agent.agent_name:
                    self._name_agent(str(agent.agent_id), agent.agent_name)

    def _name_agent(self, agent_id: str, name: str) -> None:
        self.agents[agent_id] = min(name, self.agents.get(agent_id, name))

    def merge(self, other: Sums) -> None:
        """Takes in the sums over other people."""
        self.active += other.active
        _count_together(self.flags, other.flags)
        _count_together(self.phases, other.phases)
        for agent_id, name in other.agents.items():
            self._name_agent(agent_id, name)
        self._grow()
        other._grow()
        self.amounts[:] = map(add, self.amounts, other.amounts)

    def _new(self, places: dict[Key, int], key: Key, others: Key) -> int:
        place = self.places.new(places, key, others)
        self._grow()
        return place

    def _grow(self) -> None:
        """Values may have turned up in other sums."""
        missing = self.places.size - len(self.amounts)
        if missing:
            self.amounts.extend([0] * missing)

    def _add_singles(self, row: WholeUserRow) -> None:
        amounts = self.amounts
        for places, items in (
            (self.places.ides, row.totals_by_ide or ()),
            (self.places.features, row.totals_by_feature or ()),
        ):
            for item in items:
                place = places.get(item.value)
                if place is None:
                    place = self._new(places, item.value, OTHERS)
                amounts[place] += item.user_initiated_interaction_count
                amounts[place + 1] += item.code_generation_activity_count
                amounts[place + 2] += item.code_acceptance_activity_count
                amounts[place + 3] += item.loc_suggested_to_add_sum
                amounts[place + 4] += item.loc_suggested_to_delete_sum
                amounts[place + 5] += item.loc_added_sum
                amounts[place + 6] += item.loc_deleted_sum
                amounts[place + ROWS] += 1

    def _add_models(self, rows: Iterable[ModelFeatureRow]) -> None:
        places, amounts = self.places.models, self.amounts
        for row in rows:
            place = places.get((row.value, row.feature))
            if place is None:
                place = self._new(places, (row.value, row.feature), (OTHERS, OTHERS))
            amounts[place] += row.user_initiated_interaction_count
            amounts[place + 1] += row.code_generation_activity_count
            amounts[place + 2] += row.code_acceptance_activity_count
            amounts[place + 3] += row.loc_suggested_to_add_sum
            amounts[place + 4] += row.loc_suggested_to_delete_sum
            amounts[place + 5] += row.loc_added_sum
            amounts[place + 6] += row.loc_deleted_sum
            amounts[place + ROWS] += 1

    def _add_six(
        self, places: dict[tuple[str, ...], int], row: LanguageFeatureRow | LanguageModelRow, second: str
    ) -> None:
        """A row of a language and something else."""
        place = places.get((row.value, second))
        if place is None:
            place = self._new(places, (row.value, second), (OTHERS, OTHERS))
        amounts = self.amounts
        amounts[place] += row.code_generation_activity_count
        amounts[place + 1] += row.code_acceptance_activity_count
        amounts[place + 2] += row.loc_suggested_to_add_sum
        amounts[place + 3] += row.loc_suggested_to_delete_sum
        amounts[place + 4] += row.loc_added_sum
        amounts[place + 5] += row.loc_deleted_sum
        amounts[place + ROWS] += 1

    def _add_rarely(self, key: tuple[str, ...], figures: Sequence[int]) -> None:
        place = self.places.rare.get(key)
        if place is None:
            place = self._new(self.places.rare, key, (key[0], OTHERS))
        line = (*figures, *[0] * (ROWS - len(figures)), 1)
        self.amounts[place : place + LINE] = map(add, self.amounts[place : place + LINE], line)


def _count_together(into: dict[Thing, int], other: Mapping[Thing, int]) -> None:
    for thing, count in other.items():
        into[thing] = into.get(thing, 0) + count
