"""What the pipeline needs from outside, as protocols: Source, Store, Progress."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.queries import Plan, Result
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Snapshot
from copilot_usage.errors import NotFound


@dataclass(frozen=True, slots=True)
class SkippedMonths:
    """Stored months of a scope that were not read, and why, in words for a note on the page.

    `usage`: whether days of usage are among them, and not seats alone.
    """

    scope: Scope
    months: tuple[str, ...]
    reason: str
    usage: bool = True


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


class Progress(Protocol):
    """Shown while days are fetched; `begin`, any number of `advance`, `end` (also when the work was cut short)."""

    def begin(self, title: str, total: int) -> None:
        """A work of `total` days begins; the title says whose, such as `octo-org`."""
        ...

    def advance(self, steps: int = 1) -> None:
        """More days are done."""
        ...

    def end(self) -> None:
        """Nothing more comes; harmless without a `begin`."""
        ...


class NoProgress:
    """For a run that shows no progress."""

    def begin(self, title: str, total: int) -> None:
        """Shows nothing."""

    def advance(self, steps: int = 1) -> None:
        """Shows nothing."""

    def end(self) -> None:
        """Shows nothing."""


class Source(Protocol):
    """Asks GitHub."""

    def today(self) -> date | None:
        """The UTC day by GitHub's clock; None before its first answer."""
        ...

    def fetch(self, plan: Plan) -> Iterator[Result]:
        """Yields the results of each query, in the plan's order, what is optional last; a failure is a result."""
        ...

    def diagnosed(self, error: NotFound) -> NotFound:
        """The error that a run is about to end with, without the meanings that one more request disproves."""
        ...
