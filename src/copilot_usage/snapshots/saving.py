"""One save against whoever else writes: made again from the branch's new head until it stands; nothing is forced."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from copilot_usage.domain.storing import Saved
from copilot_usage.snapshots.commits import commit
from copilot_usage.snapshots.drafts import PendingFile, draft_of
from copilot_usage.snapshots.layout import inside
from copilot_usage.snapshots.months import Month, in_words, usage_days
from copilot_usage.snapshots.refusals import GitHubRefused, outrun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from copilot_usage.domain.snapshot import Snapshot
    from copilot_usage.domain.storing import LeftOut
    from copilot_usage.snapshots.heads import BranchState
    from copilot_usage.snapshots.layout import MonthFile
    from copilot_usage.snapshots.patience import RetryPolicy
    from copilot_usage.snapshots.remote import Remote

_logger = logging.getLogger(__name__)
# The longest wait, in seconds, after a race that was lost: twenty writers then find their turns.
_STEP_ASIDE = 20.0
# So many times GitHub may call a race lost that nobody else can have won.
_STANDSTILLS = 5


class CommitLoop:
    """`run` once. What was posted is not posted again, and what nobody changed is not merged again."""

    def __init__(self, remote: Remote, groups: Mapping[MonthFile, list[Snapshot]], patience: RetryPolicy) -> None:
        self._remote = remote
        self._groups = groups
        self._patience = patience
        self._drafts: dict[MonthFile, PendingFile] = {}
        self._left_out: dict[MonthFile, tuple[LeftOut, ...]] = {}
        self._made: dict[str, Saved] = {}
        self._lost: tuple[str, GitHubRefused] | None = None
        self._standstills = 0

    def run(self) -> Saved:
        """Raises StoreRefused."""
        for attempt in range(self._patience.races):
            if attempt:
                self._patience.back_off(attempt, most=_STEP_ASIDE)
            saved = self._attempt(self._remote.look())
            if saved is not None:
                return saved
            self._remote.forget()
        raise outrun(self._remote.place, self._patience.races)

    def _attempt(self, head: BranchState) -> Saved | None:
        """None: somebody else was faster, or the repository was empty."""
        self._count_standstills(head)
        if head.commit in self._made:  # the branch was moved, and only GitHub's answer got lost
            return self._made[head.commit]
        self._draft(head)
        written = {file: draft for file, draft in self._drafts.items() if draft.days}
        if not written:
            return self._saved(written, None)
        made = commit(self._remote, head, written)
        return None if made is None else self._move(head, made, written)

    def _move(self, head: BranchState, made: BranchState, written: Mapping[MonthFile, PendingFile]) -> Saved | None:
        saved = self._saved(written, made.commit)
        refused = self._remote.branch.move_to(made.commit, exists=head.exists)
        if refused is not None:
            _logger.info("the branch %s was changed meanwhile; merging again", self._remote.place.branch)
            self._lost, self._made[made.commit] = (head.commit, refused), saved
            return None
        self._remote.advance(made)
        for draft in written.values():
            self._remote.keep(draft.sha, draft.packed)
        days, place = in_words(_days(written)), self._remote.place
        _logger.info("%s committed to the branch %s of %s (%.7s)", days, place.branch, place.repository, made.commit)
        return saved

    def _count_standstills(self, head: BranchState) -> None:
        """Ends what is no race: GitHub has words for a rule that look like it."""
        if self._lost is None:
            return
        before, refused = self._lost
        self._standstills = self._standstills + 1 if before == head.commit else 0
        if self._standstills >= _STANDSTILLS:
            raise refused

    def _draft(self, head: BranchState) -> None:
        """Merges into what is stored now; months that nobody changed since they were drafted stay drafted."""
        drafts = self._drafts
        stale = [file for file in self._groups if file not in drafts or drafts[file].base != head.months.get(file)]
        with closing(self._remote.texts(head, stale)) as texts:
            for file, text in texts:
                written = Month(file, text).save(self._groups[file])
                path, base = inside(self._remote.directory, file.path), head.months.get(file)
                drafts[file] = draft_of(path, base, written.text or b"", written.days)
                self._left_out[file] = written.left_out

    def _saved(self, written: Mapping[MonthFile, PendingFile], commit: str | None) -> Saved:
        left_out = tuple(left for found in self._left_out.values() for left in found)
        return Saved(usage_days(_days(written)), commit, left_out)


def _days(written: Mapping[MonthFile, PendingFile]) -> Mapping[MonthFile, Sequence[date]]:
    return {file: draft.days for file, draft in written.items()}
