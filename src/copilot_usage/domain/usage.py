"""A day of usage, from any generation."""

from __future__ import annotations

import marshal
from collections import Counter
from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from copilot_usage.domain.breaks import first_day
from copilot_usage.domain.metrics import Dimension
from copilot_usage.domain.snapshot import Generation

Amount = int | float
# Figure by GitHub's name → amount. What GitHub does not say has no entry: absent is unknown, 0 is zero.
Activity = Mapping[str, Amount]
# Value of a dimension (a language, a model, …) → its activity.
Breakdown = Mapping[str, Activity]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the whole day, or of one row of a breakdown."""

    metric: str
    dimension: str = ""
    value: str = ""

    def __str__(self) -> str:
        return f"{self.dimension}/{self.value}/{self.metric}" if self.dimension else self.metric


@dataclass(frozen=True, slots=True)
class UsageDay:
    """One day: the top-level figures, and the rows below them, which may add up to less.

    `agents`: third-party agents by `agent_id`, each with the name that it had on the day.
    """

    day: date
    generation: Generation
    totals: Activity
    breakdowns: Mapping[str, Breakdown] = field(default_factory=dict)
    settled: bool = True
    agents: Mapping[str, str] = field(default_factory=dict)

    def amount(self, metric: str) -> Amount | None:
        """The day's own figure, None if GitHub does not say."""
        return self.totals.get(metric)

    def figure(self, figure: Figure) -> Amount | None:
        """The same of any figure. `reports` lists every row with activity: a row that is not there did nothing.

        Third-party agents it leaves out as a whole where there were none.
        """
        if not figure.dimension:
            return self.totals.get(figure.metric)
        rows = self.breakdowns.get(figure.dimension)
        if rows is not None and (row := rows.get(figure.value)) is not None:
            return row.get(figure.metric)
        listed = (
            rows is not None or figure.dimension == Dimension.THIRD_PARTY_AGENT or self.totals.get(figure.metric) == 0
        )
        began = first_day(str(figure))
        can_know = self.generation is Generation.REPORTS and (began is None or self.day >= began)
        return 0 if listed and can_know else None

    def row(self, dimension: str, value: str) -> Activity:
        """One row of a breakdown; empty if it is not there."""
        return self.breakdowns.get(dimension, {}).get(value, {})


def agent_titles(names: Mapping[str, str]) -> Mapping[str, str]:
    """What the rows of third-party agents are called: by name, and where two agents share one, by id as well."""
    shared = Counter(names.values())
    return {agent: f"{name} ({agent})" if shared[name] > 1 else name for agent, name in names.items()}


@dataclass(frozen=True, slots=True)
class DataProblem:
    """Something in a document that could not be used: where it stands, and what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a document, and what could not."""

    usage: UsageDay | None
    problems: tuple[DataProblem, ...] = ()


class CompactBreakdowns(Mapping[str, "Breakdown"]):
    """Breakdowns in little memory. Each access unpacks all, in some 20 microseconds: read them with `items`."""

    __slots__ = ("_bytes",)

    def __init__(self, breakdowns: Mapping[str, Breakdown]) -> None:
        plain = {
            str(dimension): {value: dict(activity) for value, activity in rows.items()}
            for dimension, rows in breakdowns.items()
        }
        self._bytes = marshal.dumps(plain)

    def _unpacked(self) -> dict[str, Breakdown]:
        found: dict[str, Breakdown] = marshal.loads(self._bytes)  # noqa: S302 - packed by this very object
        return found

    def __getitem__(self, dimension: str) -> Breakdown:
        return self._unpacked()[dimension]

    def __iter__(self) -> Iterator[str]:
        return iter(self._unpacked())

    def __len__(self) -> int:
        return len(self._unpacked())

    def items(self) -> ItemsView[str, Breakdown]:
        return self._unpacked().items()

    def __repr__(self) -> str:
        return f"CompactBreakdowns({self._unpacked()})"
