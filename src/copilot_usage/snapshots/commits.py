"""Makes a commit of drafts: the files, and the README if it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copilot_usage.snapshots.branch import FileChange
from copilot_usage.snapshots.drafts import PendingFile, batches, blob_sha, commit_message, draft_of
from copilot_usage.snapshots.readme import README, is_ours, readme_places, render_readme
from copilot_usage.snapshots.refusals import GitHubRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from copilot_usage.snapshots.heads import BranchState
    from copilot_usage.snapshots.layout import MonthFile
    from copilot_usage.snapshots.remote import Remote


def commit(remote: Remote, head: BranchState, written: Mapping[MonthFile, PendingFile]) -> BranchState | None:
    """A commit of the drafts on top of `head`, to which nothing points yet; raises StoreRefused.

    None: the repository is empty, which takes no trees, and has got its first file instead.
    """
    drafts = sorted((*written.values(), *_readme(remote, head, written)), key=lambda draft: draft.path)
    try:
        tree = _post(remote, head, drafts)
    except GitHubRefused as refused:
        if not refused.answer.empty_repository:
            raise
        remote.branch.begin(README, render_readme((), remote.directory), "Copilot usage: the history begins")
        return None
    sha = remote.branch.write_commit(commit_message(written), tree, head.commit or None)
    return head.after(sha, tree, {draft.path: draft.sha for draft in drafts}, remote.directory)


def _post(remote: Remote, head: BranchState, drafts: Iterable[PendingFile]) -> str:
    """The new tree; in several requests, each on top of the one before, where there is much."""
    tree = head.tree
    if tree is None and head.commit:
        tree = remote.branch.tree_of(head.commit)
    for batch in batches(drafts):
        tree = remote.branch.write_tree([_change(remote, draft) for draft in batch], tree)
        for draft in batch:
            draft.posted = True
    if tree is None:
        raise ValueError("nothing to post")
    return tree


def _change(remote: Remote, draft: PendingFile) -> FileChange:
    if draft.posted:
        return FileChange(draft.path, sha=draft.sha)
    content = draft.inline()
    if content is not None:
        return FileChange(draft.path, content=content)
    draft.sha = remote.branch.write_blob(draft.content())
    draft.posted = True
    return FileChange(draft.path, sha=draft.sha)


def _readme(remote: Remote, head: BranchState, written: Mapping[MonthFile, PendingFile]) -> Iterable[PendingFile]:
    """The README, if it changes; one that somebody else wrote is left alone."""
    for path in readme_places(head.root | head.readmes.keys(), remote.directory):
        directory = remote.directory if path == README else ""
        stored = head.readmes.get(path)
        draft = draft_of(path, stored, render_readme({*head.months, *written}, directory).encode())
        if stored is None:
            return [draft]
        # What was rendered from the same files needs no look; another version's README does.
        former = blob_sha(render_readme(head.months, directory).encode())
        if stored == former or is_ours(remote.text(stored)):
            return [] if stored == draft.sha else [draft]
    return []
