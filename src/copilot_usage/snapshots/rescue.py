"""When snapshots cannot be stored where they should be, they are written to a local folder: nothing fetched is lost."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from copilot_usage.errors import CopilotUsageError, StoreRefused
from copilot_usage.snapshots.directory import DirectoryStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.domain.storing import Saved, Store, Unread

_logger = logging.getLogger(__name__)


class RescuingStore:
    """A Store around another one; `folder` takes what that one refuses, in the same layout."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | Unread]:
        return self._store.load(scopes, days)

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """Raises what the other store raised, with a word on where the snapshots are now."""
        try:
            return self._store.save(snapshots)
        except CopilotUsageError as error:
            self._rescue(snapshots, error)
            raise

    def _rescue(self, snapshots: Sequence[Snapshot], error: CopilotUsageError) -> None:
        try:
            DirectoryStore(self._folder).save(snapshots)
        except StoreRefused as refused:
            error.cause += f"\nWhat was fetched could not be put into {self._folder} either: {refused.cause}"
            return
        _logger.info("what was fetched is in %s", self._folder)
        found = f"What was fetched is in {self._folder}."
        if found not in error.cause:
            error.cause += f"\n{found}"
            error.remedy += _REMEDY.format(folder=self._folder, name=self._folder.name)


_REMEDY = """

To keep what was fetched, let a later step of the workflow (`if: failure()`) upload `${{{{ runner.temp }}}}/{name}` as \
an artifact; then add it to the history, with the same inputs as flags:

```sh
copilot-usage import {folder} --snapshot-repository OWNER/NAME --snapshot-token TOKEN
```"""
