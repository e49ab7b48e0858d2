"""What this run knows of the branch at GitHub: where it stands, and what its files say. Nothing is asked for twice."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from copilot_usage.snapshots.heads import BranchState, TruncatedTree, look_at
from copilot_usage.snapshots.refusals import too_large
from copilot_usage.snapshots.shelf import BlobCache, pack, read_ahead

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from copilot_usage.snapshots.answers import BranchAddress
    from copilot_usage.snapshots.branch import Branch
    from copilot_usage.snapshots.connection import Connection
    from copilot_usage.snapshots.layout import MonthFile
    from copilot_usage.snapshots.patience import RetryPolicy

_logger = logging.getLogger(__name__)
# GitHub asks for few requests at a time (docs: "Best practices for using the REST API").
LANES = 4


class Remote:
    """The branch as it was when last looked at; every method may raise StoreRefused."""

    def __init__(self, place: BranchAddress, directory: str, patience: RetryPolicy) -> None:
        self.place = place
        self.directory = directory
        self._patience = patience
        self._shelf = BlobCache()
        self._head: BranchState | None = None
        self._former = BranchState()

    @cached_property
    def _connection(self) -> Connection:
        from copilot_usage.snapshots.connection import Connection

        return Connection(self.place, self._patience, LANES)

    @cached_property
    def branch(self) -> Branch:
        """For writing; whoever moves it says so to `advance`."""
        from copilot_usage.snapshots.branch import Branch

        return Branch(self.place, self._connection)

    @property
    def remaining(self) -> int | None:
        """Requests left in the hour, by GitHub's last answer; None where there is no limit."""
        return self._connection.remaining

    def close(self) -> None:
        """Closes connections that nobody needs for now."""
        self._connection.close()

    def look(self) -> BranchState:
        """Where the branch stands; asked for once, and again after `forget`."""
        if self._head is None:
            self._head = self._looked()
        return self._head

    def advance(self, head: BranchState) -> None:
        """The branch now stands where this run put it."""
        self._head = head

    def forget(self) -> None:
        """Somebody else has moved the branch."""
        self._former, self._head = self._head or self._former, None

    def _looked(self) -> BranchState:
        former, commit = self._former, self.branch.head()
        if commit is None and former.commit:
            _logger.warning(
                "%s was deleted while this run was writing; it is made again, with what it held", self._name
            )
            return replace(former, exists=False)
        if commit is None or commit == former.commit:
            return replace(former, exists=commit is not None)
        try:
            head = look_at(self.branch, commit, self.directory)
        except TruncatedTree as cut:
            raise too_large(self.place, cut.folder) from cut
        if gone := len(former.months.keys() - head.months.keys()):
            months = "1 month that it held is" if gone == 1 else f"{gone} months that it held are"
            _logger.warning("%s was replaced while this run was writing: %s gone", self._name, months)
        return head

    @property
    def _name(self) -> str:
        return f"The branch {self.place.branch} of {self.place.repository}"

    def has_read(self, sha: str) -> bool:
        """Whether a text is at hand."""
        return sha in self._shelf

    def keep(self, sha: str, packed: bytes) -> None:
        """A text that this run has written may be needed again."""
        self._shelf.put(sha, packed)

    def text(self, sha: str) -> bytes:
        """A file's content, by its SHA."""
        text = self._shelf.get(sha)
        if text is None:
            text = self.branch.blob(sha)
            self._shelf.put(sha, pack(text))
        return text

    def texts(self, head: BranchState, files: Sequence[MonthFile]) -> Generator[tuple[MonthFile, bytes]]:
        """Each file with its content, in this order; empty for a file that is not there yet."""

        def read(file: MonthFile) -> bytes:
            sha = head.months.get(file)
            return b"" if sha is None else self.text(sha)

        return read_ahead(read, files, LANES)
