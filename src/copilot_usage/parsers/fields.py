"""Reads figures out of JSON objects, and notes the values that are not usable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from copilot_usage.domain.dates import parse_day
from copilot_usage.domain.metrics import METRICS, ROW_METRICS, SUMMABLE, Kind
from copilot_usage.domain.snapshot import Generation
from copilot_usage.domain.usage import Amount, DataProblem, Reading, UsageDay

# Beyond this, JSON's numbers are no longer exact in most programs; no figure of a day comes near.
LARGEST = 2**53
# The figures that need not be whole.
_FRACTIONS: frozenset[str] = frozenset(
    metric.name
    for metric in (*METRICS.values(), *ROW_METRICS.values())
    if metric.kind in {Kind.MEDIAN, Kind.AVERAGE} or metric.name == "ai_credits_used"
)
_UNNAMED = "unknown"


class ProblemLog:
    """Problems by kind: how often, and where first. Values are described, never quoted: they can be logins."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, int]] = {}

    def add(self, where: str, what: str) -> None:
        first, count = self._found.get(what, (where, 0))
        self._found[what] = (first, count + 1)

    def extend(self, problems: Iterable[DataProblem]) -> None:
        for problem in problems:
            self.add(problem.where, problem.what)

    def __iter__(self) -> Iterator[DataProblem]:
        for what, (where, count) in self._found.items():
            yield DataProblem(where, what if count == 1 else f"{what} ({count} times, here first)")


_KINDS: Mapping[type, str] = {bool: "true or false", str: "a text", list: "a list", type(None): "nothing"}


def described(value: object) -> str:
    """The kind of a value that does not fit, without quoting it."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return _KINDS.get(type(value), "an object")
    if value < 0:
        return "a negative number"
    if not value <= LARGEST:
        return "a number that is far too large"
    return "a number" if value == int(value) else "a fraction"


def usable(value: object, *, fraction: bool = False) -> Amount | None:
    """The value as a figure: not negative, not beyond 2**53, and whole unless a fraction is allowed; else None."""
    if type(value) is int:
        return value if 0 <= value <= LARGEST else None
    if type(value) is not float or not 0 <= value <= LARGEST:  # this is False for NaN too
        return None
    if value.is_integer():
        return int(value)
    return value if fraction else None


class FieldReader:
    """Reads figures, objects, rows and names out of a parsed document; what does not fit is left out and noted."""

    def __init__(self) -> None:
        self.problems = ProblemLog()

    def amounts(self, source: Mapping[str, Any], fields: Mapping[str, str], where: str) -> dict[str, Amount]:
        """Figure by metric name, for `fields` = GitHub's field → metric; null and absent have no entry."""
        found: dict[str, Amount] = {}
        for field, metric in fields.items():
            value = source.get(field)
            if type(value) is int and 0 <= value <= LARGEST:
                found[metric] = value
            elif value is not None:
                amount = usable(value, fraction=metric in _FRACTIONS)
                if amount is None:
                    self.problems.add(where, f"`{field}` is {described(value)}")
                else:
                    found[metric] = amount
        return found

    def mapping(self, source: Mapping[str, Any], field: str) -> Mapping[str, Any]:
        """The object of that name; empty where there is none."""
        value = source.get(field)
        if isinstance(value, dict):
            return value
        if value is not None:
            self.problems.add(field, f"{described(value)} instead of an object")
        return {}

    def rows(self, source: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
        """The objects of the array of that name; null and absent are an empty one."""
        value = source.get(field)
        if not isinstance(value, list):
            if value is not None:
                self.problems.add(field, f"{described(value)} instead of rows")
            return []
        rows: list[Mapping[str, Any]] = [row for row in value if isinstance(row, dict)]
        if len(rows) != len(value):
            self.problems.add(field, "a row that is no object")
        return rows

    def name(self, row: Mapping[str, Any], field: str, where: str) -> str | None:
        """The value of a dimension that the row is about; None, and noted, where it has none."""
        value = row.get(field)
        if type(value) is str:
            return value or _UNNAMED
        self.problems.add(where, f"a row without `{field}`" if value is None else f"`{field}` is {described(value)}")
        return None


class Table:
    """A breakdown that grows row by row. What cannot be added is kept only where a single row says it."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Amount]] = {}
        self._ambiguous: set[tuple[str, str]] = set()

    def add(self, value: str, amounts: Mapping[str, Amount]) -> None:
        held = self._rows.get(value)
        if held is None:
            self._rows[value] = dict(amounts)
            return
        for name, amount in amounts.items():
            if name not in held:
                held[name] = amount
            elif name in SUMMABLE:
                held[name] += amount
            else:
                self._ambiguous.add((value, name))

    def breakdown(self) -> dict[str, dict[str, Amount]]:
        """The rows that say anything."""
        for value, name in self._ambiguous:
            self._rows[value].pop(name, None)
        return {value: amounts for value, amounts in self._rows.items() if amounts}


TRAILING: Mapping[str, str] = {name: name for name in ("weekly_active_users", "monthly_active_users")}


def day_of(document: Mapping[str, Any]) -> date | None:
    """The day that the document says it is of: `day`, or `date` as generation `metrics` calls it."""
    return parse_day(document.get("day", document.get("date")))


class DayBuilder:
    """Collects a day's figures, and says what the reading is."""

    def __init__(self, generation: Generation, day: date, *, settled: bool) -> None:
        self._generation = generation
        self._day = day
        self._settled = settled
        self.totals: dict[str, Amount] = {}
        self.tables: defaultdict[str, Table] = defaultdict(Table)  # by `Dimension`
        self.agents: dict[str, str] = {}

    def reading(self, document: Mapping[str, Any], reader: FieldReader, trailing: Mapping[str, Any] | None) -> Reading:
        """No usage day where the document is of another day, or says nothing that is known."""
        own_day = day_of(document)
        if own_day is not None and own_day != self._day:
            return Reading(None, (DataProblem("day", f"the document is of {own_day}, not of {self._day}"),))
        breakdowns = {dimension: rows for dimension, table in self.tables.items() if (rows := table.breakdown())}
        if not self.totals and not breakdowns:
            return Reading(None, (*reader.problems, DataProblem("document", "it says nothing that is known")))
        self.totals |= reader.amounts(trailing or {}, TRAILING, "trailing")
        usage = UsageDay(self._day, self._generation, self.totals, breakdowns, self._settled, self.agents)
        return Reading(usage, tuple(reader.problems))
