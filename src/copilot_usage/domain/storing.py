"""What a store promises, in values: the job says what it wants loaded and saved, the store says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SkippedMonths:
    """Stored months of a scope that were not read, and why, in words for a note on the page."""

    scope: Scope
    months: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A day that was to be saved and was not, and why; `harmless`: what is stored is as good, or better."""

    scope: Scope
    day: date
    reason: str
    harmless: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did. `commit` None: nothing new, or a local folder.

    `days_written`: days of usage, each scope's by itself, whose lines are new or different; the seats' line is no day.
    """

    days_written: int
    commit: str | None = None
    left_out: tuple[LeftOut, ...] = ()


class Store(Protocol):
    """Keeps snapshots."""

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        """Yields what is stored of these scopes and days, of every generation and of the seats, month by month.

        A team `*` is every team stored. Raises StoreRefused.
        """
        ...

    def months(self) -> Mapping[Scope, Sequence[str]]:
        """The months (`YYYY-MM`, ascending) of which usage is stored, by scope; raises StoreRefused."""
        ...

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """Keeps them, line by line, by the rules of `domain.snapshot.winner`; raises StoreRefused."""
        ...


class NoStore:
    """Keeps nothing: a run without history."""

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:  # noqa: ARG002 - a Store
        """Nothing is stored."""
        return iter(())

    def months(self) -> Mapping[Scope, Sequence[str]]:
        """Of nothing."""
        return {}

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:  # noqa: ARG002 - a Store
        """Nothing is kept."""
        return Saved(0)
