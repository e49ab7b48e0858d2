"""A day of usage, whichever generation said it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from copilot_usage.domain.snapshot import Generation

Amount = int | float
# Figure by GitHub's name → amount. What GitHub does not say has no entry: absent is unknown, 0 is zero.
Activity = Mapping[str, Amount]
# Value of a dimension (a language, a model, …) → its activity.
Breakdown = Mapping[str, Activity]


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

    def row(self, dimension: str, value: str) -> Activity:
        """One row of a breakdown; empty if it is not there."""
        return self.breakdowns.get(dimension, {}).get(value, {})


def agent_titles(names: Mapping[str, str]) -> Mapping[str, str]:
    """What the rows of third-party agents are called: by name, and where two agents share one, by id as well."""
    shared = Counter(names.values())
    return {agent: f"{name} ({agent})" if shared[name] > 1 else name for agent, name in names.items()}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in a document that could not be used: where it stands, and what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a document, and what could not."""

    usage: UsageDay | None
    flaws: tuple[Flaw, ...] = ()
