"""Keeps snapshots on a branch at GitHub: loads what a run needs, and commits what is new."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from itertools import groupby

from copilot_usage.domain.dates import DateRange
from copilot_usage.domain.ports import LeftOut, Saved, SkippedMonths
from copilot_usage.domain.scope import Scope
from copilot_usage.domain.snapshot import Snapshot
from copilot_usage.snapshots.blobs import PendingFile, batches, blob_sha
from copilot_usage.snapshots.branch_state import Branch, BranchState
from copilot_usage.snapshots.errors import BranchAddress, GitHubRefused, outrun
from copilot_usage.snapshots.git_api import GitApi, RetryPolicy
from copilot_usage.snapshots.layout import MonthFile, by_month, inside, months_by_scope, sparing_seats, wanted_files
from copilot_usage.snapshots.months import Month, in_words, usage_days
from copilot_usage.snapshots.readme import README, is_ours, readme_places, render_readme

_logger = logging.getLogger(__name__)
# The longest wait, in seconds, after a lost race: twenty writers then find their turns.
_LONGEST_BACKOFF = 20.0
# A race that is lost this often while the branch does not change is a rule of the repository that reads like one.
_STANDSTILLS = 5
# Requests of the hour that loading leaves for saving.
_KEPT_BACK = 20


class CommitLoop:
    """Commits snapshots on top of the branch, and again on top of what other writers make of it meanwhile.

    For one call of `run`. What was posted is not posted again, and a month that did not change is not merged again.
    """

    def __init__(self, branch: Branch, snapshots: Iterable[Snapshot]) -> None:
        self._branch = branch
        self._api = branch.api
        self._snapshots = by_month(snapshots)
        self._files: dict[MonthFile, PendingFile] = {}
        self._left_out: dict[MonthFile, tuple[LeftOut, ...]] = {}
        self._made: dict[str, Saved] = {}
        self._lost_at: str | None = None
        self._standstills = 0

    def run(self) -> Saved:
        """Raises StoreRefused; then nothing of it is stored."""
        policy = self._api.policy
        for race in range(policy.races):
            if race:
                policy.sleep(policy.backoff(race, _LONGEST_BACKOFF))
            saved = self._attempt(self._branch.look())
            if saved is not None:
                return saved
            self._branch.forget()
        raise outrun(self._api.address, policy.races)

    def _attempt(self, state: BranchState) -> Saved | None:
        """None: another writer was faster, or the repository was empty."""
        if state.commit in self._made:  # the branch was moved, and only GitHub's response was lost
            return self._made[state.commit]
        self._merge(state)
        written = {file: pending for file, pending in self._files.items() if pending.days}
        days = {file: pending.days for file, pending in written.items()}
        left_out = tuple(left for found in self._left_out.values() for left in found)
        if not written:
            return Saved(0, left_out=left_out)
        made = self._commit(state, written)
        if made is None:
            return None
        saved = self._made[made.commit] = Saved(usage_days(days), made.commit, left_out)
        address = self._api.address
        if refused := self._api.move_to(made.commit, exists=state.exists):
            _logger.info("the branch %s was changed meanwhile; merging again", address.branch)
            self._standstills = self._standstills + 1 if self._lost_at == state.commit else 0
            if self._standstills >= _STANDSTILLS:
                raise refused
            self._lost_at = state.commit
            return None
        self._branch.advance(made, written.values())
        text = "%s committed to the branch %s of %s (%.7s)"
        _logger.info(text, in_words(days), address.branch, address.repository, made.commit)
        return saved

    def _merge(self, state: BranchState) -> None:
        """Merges into what is stored now; months that did not change since they were merged stay as they are."""
        stale = [
            file
            for file in self._snapshots
            if file not in self._files or self._files[file].base != state.months.get(file)
        ]
        with closing(self._branch.texts(state, stale)) as texts:
            for file, text in texts:
                written = Month(file, text).save(self._snapshots[file])
                path = inside(self._branch.directory, file.path)
                self._files[file] = PendingFile.of(path, state.months.get(file), written.text or b"", written.days)
                self._left_out[file] = written.left_out

    def _commit(self, state: BranchState, written: Mapping[MonthFile, PendingFile]) -> BranchState | None:
        """A commit on top of `state`, to which nothing points yet.

        None: the repository is empty, which takes no trees, and has got its first file instead.
        """
        files = sorted((*written.values(), *self._readme(state, written)), key=lambda file: file.path)
        directory = self._branch.directory
        try:
            tree = self._post(state, files)
        except GitHubRefused as refused:
            if not refused.response.empty_repository:
                raise
            readme = render_readme((), directory)
            self._api.create_first_file(README, readme, "Copilot usage: the history begins")
            return None
        commit = self._api.write_commit(commit_message(written), tree, state.commit or None)
        return state.after(commit, tree, {file.path: file.sha for file in files}, directory)

    def _readme(self, state: BranchState, written: Iterable[MonthFile]) -> list[PendingFile]:
        """The README, if it changes; one that this product did not write is left alone."""
        for path in readme_places(state.root | state.readmes.keys(), self._branch.directory):
            directory = self._branch.directory if path == README else ""
            stored = state.readmes.get(path)
            pending = PendingFile.of(path, stored, render_readme({*state.months, *written}, directory).encode())
            if stored is None:
                return [pending]
            # What was rendered from the same files need not be read; another version's README must be.
            former = blob_sha(render_readme(state.months, directory).encode())
            if stored == former or is_ours(self._branch.text(stored)):
                return [] if stored == pending.sha else [pending]
        return []

    def _post(self, state: BranchState, files: Sequence[PendingFile]) -> str:
        """The new tree; in several requests, each on top of the one before, where there is much."""
        tree = state.tree
        if tree is None and state.commit:
            tree = self._api.tree_of(state.commit)
        for batch in batches(files):
            for file in batch:
                if file.needs_blob:
                    file.sha = self._api.write_blob(file.text)
                    file.posted = True
            tree = self._api.write_tree(batch, tree)
            for file in batch:
                file.posted = True
        if tree is None:
            raise ValueError("nothing to post")
        return tree


# GitHub would make links of these: issues of the repository, and commits.
_REFERENCE = re.compile(r"gh-\d+|[0-9a-f]{7,64}", re.IGNORECASE)


def commit_message(written: Mapping[MonthFile, PendingFile]) -> str:
    """One line. Names are slugs, so that no user is mentioned; what GitHub would make a link of is left out."""
    days: Mapping[MonthFile, tuple[date, ...]] = {file: pending.days for file, pending in written.items()}
    told = {file: found for file, found in days.items() if file.generation.is_usage} or days
    scope, *others = sorted({file.scope for file in told})
    linked = any(map(_REFERENCE.fullmatch, scope.name.split("/")))
    name = f"one {scope.kind}" if linked else scope.name
    more = f" and {len(others)} more" if others else ""
    return f"Copilot usage: {in_words(days)} of {name}{more} up to {max(map(max, told.values()))}"


class RepositoryStore:
    """A Store for one run: the branch is looked at once, and again only where another writer was faster."""

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
        self._api = GitApi(BranchAddress(repository, branch, api_url, token), policy or RetryPolicy())
        self._branch = Branch(self._api, directory.strip("/"))

    def load(self, scopes: Collection[Scope], days: DateRange) -> Iterator[Snapshot | SkippedMonths]:
        """Reads month by month; the oldest months are skipped where the rate limit does not allow all.

        Raises StoreRefused.
        """
        try:
            state = self._branch.look()
            files, skipped = self._within_limit(state, sparing_seats(wanted_files(state.months, scopes, days)))
            yield from _skipped(skipped, f"only {self._api.remaining} requests of this hour are left at GitHub")
            unread = deque(files)
            try:
                with closing(self._branch.texts(state, files)) as texts:
                    for file, text in texts:
                        unread.popleft()
                        yield from Month(file, text).load(days)
            except GitHubRefused as refused:
                if not refused.response.limited:
                    raise
                yield from _skipped(unread, "GitHub's rate limit was used up meanwhile")
        finally:
            self._api.close()

    def _within_limit(self, state: BranchState, files: list[MonthFile]) -> tuple[list[MonthFile], list[MonthFile]]:
        """The files that can be read, and those that are skipped."""
        if self._api.remaining is None:
            return files, []
        to_ask = [file for file in files if not self._branch.has_read(state.months[file])]
        skipped = dict.fromkeys(to_ask[: max(0, len(to_ask) - max(0, self._api.remaining - _KEPT_BACK))])
        return [file for file in files if file not in skipped], list(skipped)

    def months(self) -> Mapping[Scope, Sequence[str]]:
        """From the tree alone; raises StoreRefused."""
        try:
            return months_by_scope(self._branch.look().months)
        finally:
            self._api.close()

    def save(self, snapshots: Sequence[Snapshot]) -> Saved:
        """One commit on top of the branch, however often other writers are faster; none if there is nothing new.

        Raises StoreRefused; then nothing of it is stored.
        """
        if not snapshots:
            return Saved(0)
        self._api.policy.begin_saving()
        try:
            return CommitLoop(self._branch, snapshots).run()
        finally:
            self._api.close()


def _skipped(files: Iterable[MonthFile], reason: str) -> Iterator[SkippedMonths]:
    """One for each scope."""
    ordered = sorted(files, key=lambda file: (file.scope, file.month))
    for scope, group in groupby(ordered, key=lambda file: file.scope):
        skipped = [*group]
        usage = any(file.generation.is_usage for file in skipped)
        yield SkippedMonths(scope, tuple(dict.fromkeys(file.month for file in skipped)), reason, usage=usage)
