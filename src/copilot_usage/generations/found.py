"""What a reader of a generation hands back, made of what it found in a day's document."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from copilot_usage.domain.dates import parse_day
from copilot_usage.domain.usage import DataProblem, Reading, UsageDay
from copilot_usage.generations.sieve import Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from copilot_usage.domain.snapshot import Generation
    from copilot_usage.domain.usage import Amount
    from copilot_usage.generations.sieve import FieldReader

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

    def reading(self, document: Mapping[str, Any], sieve: FieldReader, trailing: Mapping[str, Any] | None) -> Reading:
        """No usage day where the document is of another day, or says nothing that is known."""
        own_day = day_of(document)
        if own_day is not None and own_day != self._day:
            return Reading(None, (DataProblem("day", f"the document is of {own_day}, not of {self._day}"),))
        breakdowns = {dimension: rows for dimension, table in self.tables.items() if (rows := table.breakdown())}
        if not self.totals and not breakdowns:
            return Reading(None, (*sieve.flaws, DataProblem("document", "it says nothing that is known")))
        self.totals |= sieve.amounts(trailing or {}, TRAILING, "trailing")
        usage = UsageDay(self._day, self._generation, self.totals, breakdowns, self._settled, self.agents)
        return Reading(usage, tuple(sieve.flaws))
