"""A day of usage, whichever generation said it."""

from __future__ import annotations

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
    """One day: the top-level figures, and the rows below them, which may add up to less."""

    day: date
    generation: Generation
    totals: Activity
    breakdowns: Mapping[str, Breakdown] = field(default_factory=dict)
    settled: bool = True

    def amount(self, metric: str) -> Amount | None:
        """The day's own figure, None if GitHub does not say."""
        return self.totals.get(metric)

    def row(self, dimension: str, value: str) -> Activity:
        """One row of a breakdown; empty if it is not there."""
        return self.breakdowns.get(dimension, {}).get(value, {})


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
