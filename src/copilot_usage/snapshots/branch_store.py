"""Keeps snapshots on a branch at GitHub: loads what a run needs, and commits what is new."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import groupby

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import LeftOut, Saved, SkippedMonths
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Snapshot
from copilot_usage.snapshots.blobs import PendingFile, batches, blob_sha, commit_message, draft_of
from copilot_usage.snapshots.branch_state import BranchState, Remote
from copilot_usage.snapshots.errors import BranchAddress, GitHubRefused, outrun
from copilot_usage.snapshots.git_api import FileChange, RetryPolicy
from copilot_usage.snapshots.layout import MonthFile, by_month, inside, months_by_scope, sparing_seats, wanted_files
from copilot_usage.snapshots.months import Month, in_words, usage_days
from copilot_usage.snapshots.readme import README, is_ours, readme_places, render_readme


def commit(remote: Remote, head: BranchState, written: Mapping[MonthFile, PendingFile]) -> BranchState | None:
    """A commit of the drafts on top of `head`, to which nothing points yet; raises StoreRefused.

    None: the repository is empty, which takes no trees, and has got its first file instead.
    """
    pending_files = sorted((*written.values(), *_readme(remote, head, written)), key=lambda pending: pending.path)
    try:
        tree = _post(remote, head, pending_files)
    except GitHubRefused as refused:
        if not refused.answer.empty_repository:
            raise
        remote.branch.begin(README, render_readme((), remote.directory), "Copilot usage: the history begins")
        return None
    sha = remote.branch.write_commit(commit_message(written), tree, head.commit or None)
    return head.after(sha, tree, {pending.path: pending.sha for pending in pending_files}, remote.directory)


def _post(remote: Remote, head: BranchState, pending_files: Iterable[PendingFile]) -> str:
    """The new tree; in several requests, each on top of the one before, where there is much."""
    tree = head.tree
    if tree is None and head.commit:
        tree = remote.branch.tree_of(head.commit)
    for batch in batches(pending_files):
        tree = remote.branch.write_tree([_change(remote, pending) for pending in batch], tree)
        for pending in batch:
            pending.posted = True
    if tree is None:
        raise ValueError("nothing to post")
    return tree


def _change(remote: Remote, pending: PendingFile) -> FileChange:
    if pending.posted:
        return FileChange(pending.path, sha=pending.sha)
    content = pending.inline()
    if content is not None:
        return FileChange(pending.path, content=content)
    pending.sha = remote.branch.write_blob(pending.content())
    pending.posted = True
    return FileChange(pending.path, sha=pending.sha)


def _readme(remote: Remote, head: BranchState, written: Mapping[MonthFile, PendingFile]) -> Iterable[PendingFile]:
    """The README, if it changes; one that somebody else wrote is left alone."""
    for path in readme_places(head.root | head.readmes.keys(), remote.directory):
        directory = remote.directory if path == README else ""
        stored = head.readmes.get(path)
        pending = draft_of(path, stored, render_readme({*head.months, *written}, directory).encode())
        if stored is None:
            return [pending]
        # What was rendered from the same files needs no look; another version's README does.
        former = blob_sha(render_readme(head.months, directory).encode())
        if stored == former or is_ours(remote.text(stored)):
            return [] if stored == pending.sha else [pending]
    return []


_logger = logging.getLogger(__name__)
# The longest wait, in seconds, after a race that was lost: twenty writers then find their turns.
_STEP_ASIDE = 20.0
# So many times GitHub may call a race lost that nobody else can have won.
_STANDSTILLS = 5


class CommitLoop:
    """`run` once. What was posted is not posted again, and what nobody changed is not merged again."""

    def __init__(self, remote: Remote, groups: Mapping[MonthFile, list[Snapshot]], policy: RetryPolicy) -> None:
        self._remote = remote
        self._groups = groups
        self._patience = policy
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
        written = {file: pending for file, pending in self._drafts.items() if pending.days}
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
        for pending in written.values():
            self._remote.keep(pending.sha, pending.compact)
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
        pending_files = self._drafts
        stale = [
            file
            for file in self._groups
            if file not in pending_files or pending_files[file].base != head.months.get(file)
        ]
        with closing(self._remote.texts(head, stale)) as texts:
            for file, text in texts:
                written = Month(file, text).save(self._groups[file])
                path, base = inside(self._remote.directory, file.path), head.months.get(file)
                pending_files[file] = draft_of(path, base, written.text or b"", written.days)
                self._left_out[file] = written.left_out

    def _saved(self, written: Mapping[MonthFile, PendingFile], commit: str | None) -> Saved:
        left_out = tuple(left for found in self._left_out.values() for left in found)
        return Saved(usage_days(_days(written)), commit, left_out)


def _days(written: Mapping[MonthFile, PendingFile]) -> Mapping[MonthFile, Sequence[date]]:
    return {file: pending.days for file, pending in written.items()}


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
        policy: RetryPolicy | None = None,
    ) -> None:
        self._patience = policy or RetryPolicy()
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
