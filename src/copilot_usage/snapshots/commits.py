"""Makes one commit of drafts: the files, the README, the branch moved. Whoever was faster wins; nothing is forced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot_usage.snapshots.branch import Change
from copilot_usage.snapshots.drafts import Draft, batches, blob_sha, commit_message, draft_of
from copilot_usage.snapshots.readme import README, is_ours, readme_places, render_readme
from copilot_usage.snapshots.refusals import GitHubRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from copilot_usage.snapshots.heads import Head
    from copilot_usage.snapshots.layout import MonthFile
    from copilot_usage.snapshots.remote import Remote


@dataclass(frozen=True, slots=True)
class Attempt:
    """`made`: the commit, where there is one; `refused`: why the branch does not stand there."""

    made: Head | None
    refused: GitHubRefused | None = None


def commit(remote: Remote, head: Head, written: Mapping[MonthFile, Draft]) -> Attempt:
    """Puts the drafts on top of `head`; raises StoreRefused.

    An empty repository takes no trees: it gets its first file, and then there is no commit.
    """
    drafts = sorted((*written.values(), *_readme(remote, head, written)), key=lambda draft: draft.path)
    try:
        tree = _post(remote, head, drafts)
    except GitHubRefused as refused:
        if not refused.answer.empty_repository:
            raise
        remote.branch.begin(README, render_readme((), remote.directory), "Copilot usage: the history begins")
        return Attempt(None)
    sha = remote.branch.write_commit(commit_message(written), tree, head.commit)
    after = head.after(sha, tree, {draft.path: draft.sha for draft in drafts}, remote.directory)
    return Attempt(after, remote.branch.move_to(sha, exists=head.exists))


def _post(remote: Remote, head: Head, drafts: Iterable[Draft]) -> str:
    """The new tree; in several requests, each on top of the one before, where there is much."""
    tree = head.tree
    if tree is None and head.commit is not None:
        tree = remote.branch.tree_of(head.commit)
    for batch in batches(drafts):
        tree = remote.branch.write_tree([_change(remote, draft) for draft in batch], tree)
        for draft in batch:
            draft.posted = True
    if tree is None:
        raise ValueError("nothing to post")
    return tree


def _change(remote: Remote, draft: Draft) -> Change:
    if draft.posted:
        return Change(draft.path, sha=draft.sha)
    content = draft.inline()
    if content is not None:
        return Change(draft.path, content=content)
    draft.sha = remote.branch.write_blob(draft.content())
    draft.posted = True
    return Change(draft.path, sha=draft.sha)


def _readme(remote: Remote, head: Head, written: Mapping[MonthFile, Draft]) -> Iterable[Draft]:
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
