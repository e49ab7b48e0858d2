"""Saves fetched days in batches."""

from __future__ import annotations

import logging
from datetime import date

from copilot_usage.domain.dates import is_settled
from copilot_usage.domain.ports import Saved, Store
from copilot_usage.domain.results import Fetched, Result
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.seats import SeatRules, summarise_seats
from copilot_usage.domain.snapshot import Generation, Snapshot
from copilot_usage.errors import CopilotUsageError
from copilot_usage.pipeline.state import RunState

_logger = logging.getLogger(__name__)
# One commit a run; a backfill of more than two months makes one for every 30 days fetched: a cut costs a month at most.
_DAYS_A_COMMIT = 30


class Checkpointer:
    """Collects fetched days; `owners`: of how many owners the run fetches days.

    `refused`: why they could not be saved. They are then saved again, all together, at the end.
    """

    def __init__(self, store: Store, *, owners: int) -> None:
        self._store = store
        self._owners = max(1, owners)
        self._waiting: list[Snapshot] = []
        self._owner_days: set[tuple[Scope, date]] = set()
        self._expected = 0
        self.saved = Saved(0)
        self.refused: CopilotUsageError | None = None

    def expect(self, owner_days: int) -> None:
        """So many more days of owners are going to be fetched."""
        self._expected += owner_days

    def keep(self, result: Result) -> None:
        """Takes a fetched day; saves when a batch is full."""
        if not isinstance(result, Fetched):
            return
        self._waiting.append(result.snapshot)
        self._owner_days.add((result.snapshot.scope.parent, result.snapshot.day))
        long = self._expected > 2 * _DAYS_A_COMMIT * self._owners
        if long and self.refused is None and len(self._owner_days) >= _DAYS_A_COMMIT * self._owners:
            self.flush()

    def flush(self) -> None:
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

    def finish(self, state: RunState, rules: SeatRules) -> None:
        """Adds what is only known at the end: days known to have no report, and the seats of today."""
        for gone in state.certain_no_reports():
            if is_settled(gone.day, rules.today):
                self._waiting.append(Snapshot(gone.day, gone.scope, gone.generation, settled=True, document=None))
        for owner, seats in state.seats.items():
            document = summarise_seats(seats, rules).document
            self._waiting.append(Snapshot(rules.today, owner, Generation.SEATS, settled=True, document=document))
        self.flush()
