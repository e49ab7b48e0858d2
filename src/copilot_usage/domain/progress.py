"""How far a long work has come, told to whoever shows it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Shown while days are fetched; `begin`, any number of `advance`, `end` (also when the work was cut short)."""

    def begin(self, title: str, total: int) -> None:
        """A work of `total` days begins; the title says whose, such as `octo-org`."""
        ...

    def advance(self, steps: int = 1) -> None:
        """So many more days are done."""
        ...

    def end(self) -> None:
        """Nothing more comes; harmless without a `begin`."""
        ...


class NoProgress:
    """For work that nobody watches."""

    def begin(self, title: str, total: int) -> None:
        """Shows nothing."""

    def advance(self, steps: int = 1) -> None:
        """Shows nothing."""

    def end(self) -> None:
        """Shows nothing."""
