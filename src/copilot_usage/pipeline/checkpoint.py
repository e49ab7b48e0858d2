"""Saves fetched days in batches."""

from __future__ import annotations

from datetime import date

from copilot_usage.domain.availability import is_settled
from copilot_usage.domain.ports import Saved, Store
from copilot_usage.domain.queries import Fetched, Result
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import SeatRules, summarise_seats
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import CopilotUsageError
from copilot_usage.pipeline.state import RunState

# One commit a run; a backfill of more than two months makes one for every 30 days fetched: a cut costs a month at most.
_DAYS_A_COMMIT = 30


class Checkpointer:
    """Collects fetched days; `owners`: of how many owners the run fetches days.

    `refused`: why they could not be saved. They are then saved again, all together, at the end.
    """

    def __init__(self, store: Store, *, owners: int) -> None:
        self._store = store
        self._batch = _DAYS_A_COMMIT * max(1, owners)
        self._waiting: list[Snapshot] = []
        self._owner_days: set[tuple[Scope, date]] = set()
        self.expected = 0  # days of owners that are going to be fetched in this run
        self.saved = Saved(0)
        self.refused: CopilotUsageError | None = None

    def add(self, result: Result) -> None:
        """Takes a fetched day; saves when a batch is full."""
        if isinstance(result, Fetched):
            self._waiting.append(result.snapshot)
            self._owner_days.add((result.snapshot.scope.parent, result.snapshot.day))
            if self.expected > 2 * self._batch and self.refused is None and len(self._owner_days) >= self._batch:
                self._save()

    def finish(self, state: RunState, rules: SeatRules) -> None:
        """Adds what is only known at the end, days known to have no report and the seats of today, and saves."""
        for found in state.certain_no_reports():
            if is_settled(found.day, rules.today):
                self._waiting.append(Snapshot(found.day, found.scope, found.generation, settled=True, document=None))
        for owner, seats in state.seats.items():
            document = summarise_seats(seats, rules).document
            self._waiting.append(Snapshot(rules.today, owner, Generation.SEATS, settled=True, document=document))
        self._save()

    def _save(self) -> None:
        """Saves what is waiting; a page can be made of it in any case."""
        self._owner_days.clear()
        if not self._waiting:
            return
        try:
            saved = self._store.save(self._waiting)
        except CopilotUsageError as error:
            self.refused = error
            return
        self._waiting, self.refused = [], None
        self.saved = Saved(
            self.saved.days_written + saved.days_written,
            saved.commit or self.saved.commit,
            (*self.saved.left_out, *saved.left_out),
        )
