"""The sums over people of one day, and the document that they make: a team's day in the shape of an organization's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add, attrgetter
from typing import Any

from msgspec import inspect

from copilot_usage.domain import metrics
from copilot_usage.team_join.rows import (
    ABSENT,
    ASKED_FOR_REVIEW,
    PEOPLE,
    WAS_REVIEWED,
    Phase,
    UserRow,
    WholeUserRow,
    alternatives,
)

# Credits are summed as whole millionths, so that the sum does not depend on the order of the rows.
CREDIT = 1_000_000
# More different values of a day than this are an error, or an attack; the rest goes where GitHub itself puts the rest.
MOST_VALUES = 5_000
OTHERS = "others"

# What a row of an array is about: nothing (an object), a value, or two values.
Key = str | tuple[str, ...]
# What a value's place is in the list of sums: of its first figure; last after its figures comes the number of rows.
Places = dict[Key, int]


def _figures_of(row: inspect.StructType) -> Iterator[str]:
    """The fields that are summed; those of an object within the row by their path."""
    for field in row.fields:
        inner = alternatives(field.type)[0]
        if field.default == ABSENT:
            yield field.name
        elif isinstance(inner, inspect.StructType):
            yield from (f"{field.name}.{name}" for name in _figures_of(inner))


@dataclass(frozen=True, slots=True)
class Array:
    """How the rows of an array are summed: by `keys`, which an object has none of.

    `add(sums, places, rows)` adds rows to the figures at the places of their values.
    """

    name: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]
    # Those of the figures that lie in an object within the row.
    paths: tuple[str, ...]
    add: Callable[[Sums, Places, Iterable[Any]], None]

    @property
    def width(self) -> int:
        return len(self.figures) + 1


_ADD = """
def add(sums, places, rows):
    amounts = sums.amounts
    for row in rows:
        key = {key}
        place = places.get(key)
        if place is None:
            place = sums.new_place(places, key, {width})
        {sums}
        amounts[place + {last}] += 1
"""


def _array(name: str, row: inspect.Type, *, keyed: bool = True) -> Array:
    """Writes `add` out figure by figure, as `dataclass` writes `__init__`: a loop over names takes twice as long."""
    assert isinstance(row, inspect.StructType)
    keys, figures = tuple(field.name for field in row.fields if field.required and keyed), tuple(_figures_of(row))
    key = f"row.{keys[0]}" if len(keys) == 1 else f"({', '.join(f'row.{key}' for key in keys)})"
    sums = "; ".join(f"amounts[place + {offset}] += row.{path}" for offset, path in enumerate(figures))
    scope: dict[str, Any] = {}
    exec(_ADD.format(key=key, sums=sums, width=len(figures) + 1, last=len(figures)), scope)  # noqa: S102 - of the names above alone
    return Array(name, keys, figures, tuple(path for path in figures if "." in path), scope["add"])


def _arrays(row: inspect.Type) -> Iterator[Array]:
    assert isinstance(row, inspect.StructType)
    for field in row.fields:
        match alternatives(field.type)[0]:
            case inspect.ListType(item_type=item) | (inspect.StructType() as item) if item != _PHASE:
                yield _array(field.name, item)
            case _:
                pass


_PHASE = inspect.type_info(Phase)
# The figures of the row itself, and the arrays and objects in it; of phases people are counted, and nothing is summed.
COUNTERS, ARRAYS = _array("", inspect.type_info(UserRow), keyed=False), tuple(_arrays(inspect.type_info(WholeUserRow)))

_arrays_of = attrgetter(*(array.name for array in ARRAYS))
_flags_of = attrgetter(*PEOPLE)
_phase_of = attrgetter("phase", "phase_number", "version")


class ColumnIndex:
    """Which value of which array has which place in the list of sums; one for all sums of a day."""

    def __init__(self) -> None:
        self.counters: Places = {(): 0}
        self.arrays: Sequence[Places] = [{} for _ in ARRAYS]
        self.size = COUNTERS.width

    def new(self, places: Places, key: Key, width: int) -> int:
        """A place for a value that has none yet; one value too many is counted with the others."""
        if len(places) >= MOST_VALUES:
            key = (OTHERS, OTHERS) if isinstance(key, tuple) else OTHERS
        place = places.setdefault(key, self.size)
        self.size += width * (place == self.size)
        return place


class Sums:
    """`amounts`: figures by place; `active`, `flags` (by combination), `phases`: people.

    `agents`: third-party agents by id, each with its name; of several names of a day the first in the alphabet.
    """

    __slots__ = ("active", "agents", "amounts", "credits", "flags", "index", "phases")

    def __init__(self, index: ColumnIndex) -> None:
        self.index = index
        self.active = 0
        self.amounts = [0] * index.size
        self.credits: int | None = None
        self.flags: Counter[tuple[bool | None, ...]] = Counter()
        self.phases: Counter[tuple[str, int | None, str | None]] = Counter()
        self.agents: dict[str, str] = {}

    def add(self, row: UserRow, *, active: bool, breakdowns: bool = True) -> None:
        """Adds a person's day."""
        self.active += active
        COUNTERS.add(self, self.index.counters, (row,))
        self.flags[_flags_of(row)] += 1
        if row.ai_credits_used is not None:
            self.credits = (self.credits or 0) + round(row.ai_credits_used * CREDIT)
        if not breakdowns or not isinstance(row, WholeUserRow):
            return
        self.grow()
        for array, places, found in zip(ARRAYS, self.index.arrays, _arrays_of(row), strict=True):
            if found:
                array.add(self, places, found if array.keys else (found,))
        for agent in row.totals_by_3rd_party_agent or ():
            if agent.agent_name:
                self._name_agent(str(agent.agent_id), agent.agent_name)
        if active and row.ai_adoption_phase is not None:
            self.phases[_phase_of(row.ai_adoption_phase)] += 1

    def new_place(self, places: Places, key: Key, width: int) -> int:
        place = self.index.new(places, key, width)
        self.grow()
        return place

    def grow(self) -> None:
        """Other sums may have met new values."""
        missing = self.index.size - len(self.amounts)
        if missing:
            self.amounts.extend([0] * missing)

    def merge(self, other: Sums) -> None:
        """Adds the sums over other people of the day."""
        self.active += other.active
        self.flags += other.flags
        self.phases += other.phases
        if other.credits is not None:
            self.credits = (self.credits or 0) + other.credits
        for agent_id, name in other.agents.items():
            self._name_agent(agent_id, name)
        self.grow()
        other.grow()
        self.amounts[:] = map(add, self.amounts, other.amounts)

    def _name_agent(self, agent_id: str, name: str) -> None:
        self.agents[agent_id] = min(name, self.agents.get(agent_id, name))


def document(sums: Sums) -> dict[str, Any]:
    """What the people of a team did together, of their own rows alone, so that it is the same whichever teams are read.

    A counter that a person's row does not say is zero in the sum (GitHub's recipe); of other figures that no row said,
    the reader of the document knows whether they are zero or not measured yet.
    """
    said: dict[str, Any] = {"daily_active_users": sums.active} | dict.fromkeys(metrics.COUNTERS, 0)
    sums.grow()
    said |= _figures(COUNTERS, sums.amounts, 0) | _people(sums.flags)
    if sums.credits is not None:
        said["ai_credits_used"] = sums.credits / CREDIT
    for array, places in zip(ARRAYS, sums.index.arrays, strict=True):
        rows = list(_rows(array, places, sums.amounts))
        if rows:
            said[array.name] = rows if array.keys else rows[0]
    for agent in said.get("totals_by_3rd_party_agent", ()):
        if agent["agent_id"] in sums.agents:
            agent["agent_name"] = sums.agents[agent["agent_id"]]
    phases = [
        {
            name: value
            for name, value in zip(("phase", "phase_number", "version"), phase, strict=True)
            if value is not None
        }
        | {"total_engaged_users": people}
        for phase, people in sorted(sums.phases.items(), key=str)
    ]
    return said | ({"totals_by_ai_adoption_phase": phases} if phases else {})


@cache
def _counted_in(flags: tuple[bool | None, ...]) -> Mapping[str, bool]:
    """The figures that count people by their flags, and whether a person with these flags is one of them."""
    used = {flag: value for flag, value in zip(PEOPLE, flags, strict=True) if value is not None}
    if used.get(ASKED_FOR_REVIEW):  # such a person counts as active alone (docs: "Copilot usage metrics data")
        used[WAS_REVIEWED] = False
    return {PEOPLE[flag]: any(used[other] for other in used if PEOPLE[other] == PEOPLE[flag]) for flag in used}


def _people(flags: Mapping[tuple[bool | None, ...], int]) -> dict[str, int]:
    """The figures that count people by their flags, as far as a person's row has the flag."""
    counted: dict[str, int] = {}
    for values, people in flags.items():
        for name, one_of_them in _counted_in(values).items():
            counted[name] = counted.get(name, 0) + people * one_of_them
    return {name: counted[name] for name in PEOPLE.values() if name in counted}


def _figures(array: Array, amounts: Sequence[int], place: int) -> dict[str, Any]:
    """The figures at a place that at least one of its rows had; see `ABSENT`."""
    line, rows = amounts[place : place + array.width], amounts[place + array.width - 1]
    return {name: amount % ABSENT for name, amount in zip(array.figures, line, strict=False) if amount // ABSENT < rows}


def _rows(array: Array, places: Places, amounts: Sequence[int]) -> Iterator[dict[str, Any]]:
    for key, place in sorted(places.items()):
        if not amounts[place + array.width - 1]:
            continue
        figures = _figures(array, amounts, place)
        for path in array.paths:
            if path in figures:
                outer, name = path.split(".")
                figures.setdefault(outer, {})[name] = figures.pop(path)
        tokens = figures.get("token_usage", {})
        if figures.get("request_count") and len(tokens) == 2:  # output and prompt
            tokens["avg_tokens_per_request"] = round(sum(tokens.values()) / figures["request_count"], 1)
        yield dict(zip(array.keys, (key,) if isinstance(key, str) else key, strict=True)) | figures
