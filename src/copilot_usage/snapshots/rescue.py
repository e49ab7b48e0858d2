"""Snapshots lie in a local folder until they are stored where they should be: nothing fetched is lost."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

from copilot_usage.errors import CopilotUsageError, StoreRefused
from copilot_usage.snapshots.directory import DirectoryStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.domain.storing import Saved, SkippedMonths, Store

_logger = logging.getLogger(__name__)


class RescuingStore:
    """A Store around another one. `folder` holds what that one has not stored, in the same layout;
    `flags` say how it is imported into the other one.

    It is filled before the other store is asked, which may take its time: the process may be killed meanwhile.
    """

    def __init__(self, store: Store, folder: Path, flags: str) -> None:
        self._store = store
        self._folder = folder
        self._flags = flags
        self._mine = not folder.exists()

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        return self._store.load(scopes, days)

    def months(self) -> Mapping[Scope, Sequence[str]]:
        return self._store.months()

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """Raises what the other store raised, with a word on where the snapshots are now."""
        if self._write(snapshots) is not None:
            self._clear()  # it may lie on the same disk, which is full
        try:
            saved = self._store.save(snapshots)
        except Exception as error:
            refused = self._write(snapshots)
            if refused is None:
                _logger.info("what was fetched is in %s", self._folder)
            if isinstance(error, CopilotUsageError):
                self._tell(error, refused)
            raise
        self._clear()
        return saved

    def _clear(self) -> None:
        if self._mine:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, snapshots: Sequence[Snapshot]) -> StoreRefused | None:
        """Why the folder could not take them, if it could not."""
        try:
            DirectoryStore(self._folder).write(snapshots)
        except StoreRefused as refused:
            return refused
        return None

    def _tell(self, error: CopilotUsageError, refused: StoreRefused | None) -> None:
        if refused is not None:
            error.cause += f"\nWhat was fetched could not be put into {self._folder} either: {refused.cause}"
            return
        found = f"What was fetched is in {self._folder}."
        if found not in error.cause:
            error.cause += f"\n{found}"
            error.remedy += _REMEDY.format(folder=self._folder, name=self._folder.name, flags=self._flags)


_REMEDY = """

To keep what was fetched, let a later step of the workflow (`if: failure()`) upload `${{{{ runner.temp }}}}/{name}` as \
an artifact; then add it to the history, with the same inputs as flags:

```sh
copilot-usage import {folder} {flags}
```"""
