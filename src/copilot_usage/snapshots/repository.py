"""Keeps snapshots on a branch at GitHub: loads what a run needs, and commits what is new."""

from __future__ import annotations

from contextlib import closing
from itertools import groupby
from typing import TYPE_CHECKING

from copilot_usage.domain.storing import Saved, SkippedMonths
from copilot_usage.snapshots.answers import BranchAddress
from copilot_usage.snapshots.layout import by_month, months_by_scope, sparing_seats, wanted_files
from copilot_usage.snapshots.months import Month
from copilot_usage.snapshots.patience import RetryPolicy
from copilot_usage.snapshots.refusals import GitHubRefused
from copilot_usage.snapshots.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.snapshots.heads import BranchState
    from copilot_usage.snapshots.layout import MonthFile

# Requests of the hour that loading leaves for saving.
_KEPT_BACK = 20


class RepositoryStore:
    """A Store for one run: the branch is looked at once, and again only where somebody else was faster."""

    def __init__(
        self,
        *,
        repository: str,
        branch: str,
        directory: str,
        token: str,
        api_url: str,
        patience: RetryPolicy | None = None,
    ) -> None:
        self._patience = patience or RetryPolicy()
        self._remote = Remote(BranchAddress(repository, branch, api_url, token), directory.strip("/"), self._patience)

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        """Reads month by month; what the rate limit does not allow, the oldest months, is told as Unread.

        Raises StoreRefused.
        """
        try:
            head = self._remote.look()
            files, left_out = self._within_limit(head, sparing_seats(wanted_files(head.months, scopes, days)))
            yield from _unread(left_out, f"only {self._remote.remaining} requests of this hour are left at GitHub")
            yield from self._load(head, files, days)
        finally:
            self._remote.close()

    def _load(
        self, head: BranchState, files: Sequence[MonthFile], days: DateRange
    ) -> Iterator[Snapshot | SkippedMonths]:
        rest = list(files)
        try:
            with closing(self._remote.texts(head, files)) as texts:
                for file, text in texts:
                    rest.remove(file)
                    yield from Month(file, text).load(days)
        except GitHubRefused as refused:
            if not refused.answer.limited:
                raise
            yield from _unread(rest, "GitHub's rate limit was used up meanwhile")

    def _within_limit(self, head: BranchState, files: list[MonthFile]) -> tuple[list[MonthFile], list[MonthFile]]:
        """What can be read, and what is left out."""
        to_ask = [file for file in files if not self._remote.has_read(head.months[file])]
        remaining = self._remote.remaining
        if remaining is None:
            return files, []
        left_out = frozenset(to_ask[: max(0, len(to_ask) - max(0, remaining - _KEPT_BACK))])
        return [file for file in files if file not in left_out], sorted(left_out)

    def months(self) -> Mapping[Scope, Sequence[str]]:
        """From the tree alone; raises StoreRefused."""
        try:
            return months_by_scope(self._remote.look().months)
        finally:
            self._remote.close()

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """One commit on top of the branch, however often others are faster; none if there is nothing new.

        Raises StoreRefused; then nothing of it is stored.
        """
        if not snapshots:
            return Saved(0)
        from copilot_usage.snapshots.saving import CommitLoop

        self._patience.begin_saving()
        try:
            return CommitLoop(self._remote, by_month(snapshots), self._patience).run()
        finally:
            self._remote.close()


def _unread(files: Iterable[MonthFile], reason: str) -> Iterator[SkippedMonths]:
    """A word for each scope."""
    ordered = sorted(files, key=lambda file: (file.scope, file.month))
    for scope, group in groupby(ordered, key=lambda file: file.scope):
        yield SkippedMonths(scope, tuple(dict.fromkeys(file.month for file in group)), reason)
