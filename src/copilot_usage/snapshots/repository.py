"""Keeps snapshots on a branch at GitHub: loads what a run needs, and commits what is new."""

from __future__ import annotations

import logging
from contextlib import closing
from itertools import groupby
from typing import TYPE_CHECKING

from copilot_usage.domain.storing import Saved, Unread
from copilot_usage.snapshots.answers import Place
from copilot_usage.snapshots.drafts import Draft, draft_of
from copilot_usage.snapshots.layout import by_month, inside, wanted_files
from copilot_usage.snapshots.months import Month
from copilot_usage.snapshots.patience import Patience
from copilot_usage.snapshots.refusals import GitHubRefused, outrun
from copilot_usage.snapshots.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from copilot_usage.domain.dates import DateRange
    from copilot_usage.domain.scope import Scope
    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.snapshots.heads import Head
    from copilot_usage.snapshots.layout import MonthFile

_logger = logging.getLogger(__name__)
# Requests of the hour that loading leaves for saving.
_KEPT_BACK = 20
# The longest wait, in seconds, after a race that was lost: twenty writers then find their turns.
_STEP_ASIDE = 20.0


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
        patience: Patience | None = None,
    ) -> None:
        self._directory = directory.strip("/")
        self._patience = patience or Patience()
        self._remote = Remote(Place(repository, branch, api_url, token), self._directory, self._patience)

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | Unread]:
        """Reads month by month; what the rate limit does not allow, the oldest months, is told as Unread.

        Raises StoreRefused.
        """
        try:
            head = self._remote.look()
            files, left_out = self._within_limit(head, wanted_files(head.months, scopes, days))
            yield from _unread(left_out, f"only {self._remote.remaining} requests of this hour are left at GitHub")
            yield from self._load(head, files, days)
        finally:
            self._remote.close()

    def _load(self, head: Head, files: Sequence[MonthFile], days: DateRange) -> Iterator[Snapshot | Unread]:
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

    def _within_limit(self, head: Head, files: list[MonthFile]) -> tuple[list[MonthFile], list[MonthFile]]:
        """What can be read, and what is left out."""
        to_ask = [file for file in files if not self._remote.has_read(head.months[file])]
        remaining = self._remote.remaining
        if remaining is None:
            return files, []
        left_out = frozenset(to_ask[: max(0, len(to_ask) - max(0, remaining - _KEPT_BACK))])
        return [file for file in files if file not in left_out], sorted(left_out)

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """One commit on top of the branch, however often others are faster; none if there is nothing new.

        Raises StoreRefused; then nothing of it is stored.
        """
        groups = by_month(snapshots)
        try:
            return self._save(groups) if groups else Saved(0)
        finally:
            self._remote.close()

    def _save(self, groups: Mapping[MonthFile, list[Snapshot]]) -> Saved:
        from copilot_usage.snapshots.commits import commit  # noqa: PLC0415 - brings PyGithub

        drafts: dict[MonthFile, Draft] = {}
        tried: dict[str | None, Saved] = {}
        for attempt in range(self._patience.races):
            if attempt:
                self._patience.back_off(attempt, most=_STEP_ASIDE)
            head = self._remote.look()
            if head.commit in tried:  # the branch was moved, and only GitHub's answer got lost
                return tried[head.commit]
            self._draft(head, groups, drafts)
            written = {file: draft for file, draft in drafts.items() if draft.days}
            if not written:
                return Saved(0)
            made = commit(self._remote, head, written)
            saved = Saved(sum(len(draft.days) for draft in written.values()), made.head.commit)
            if made.moved:
                self._saved(made.head, saved, written.values())
                return saved
            if made.head is not head:
                tried[saved.commit] = saved
            self._remote.forget()
        raise outrun(self._remote.place, self._patience.races)

    def _draft(self, head: Head, groups: Mapping[MonthFile, list[Snapshot]], drafts: dict[MonthFile, Draft]) -> None:
        """Merges into what is stored now; months that nobody changed since they were drafted stay drafted."""
        stale = [file for file in groups if file not in drafts or drafts[file].base != head.months.get(file)]
        with closing(self._remote.texts(head, stale)) as texts:
            for file, text in texts:
                written = Month(file, text).save(groups[file])
                path, base = inside(self._directory, file.path), head.months.get(file)
                drafts[file] = draft_of(path, base, written.text, written.days) if written else draft_of(path, base)

    def _saved(self, head: Head, saved: Saved, drafts: Iterable[Draft]) -> None:
        self._remote.advance(head)
        for draft in drafts:
            self._remote.keep(draft.sha, draft.packed)
        place = self._remote.place
        days = "1 day" if saved.days_written == 1 else f"{saved.days_written} days"
        _logger.info("%s committed to the branch %s of %s (%.7s)", days, place.branch, place.repository, saved.commit)


def _unread(files: Iterable[MonthFile], reason: str) -> Iterator[Unread]:
    """A word for each scope."""
    ordered = sorted(files, key=lambda file: (file.scope, file.month))
    for scope, group in groupby(ordered, key=lambda file: file.scope):
        yield Unread(scope, tuple(dict.fromkeys(file.month for file in group)), reason)
