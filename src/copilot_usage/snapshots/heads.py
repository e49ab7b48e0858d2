"""What lies on a branch at one commit, as far as snapshots are concerned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from copilot_usage.snapshots.layout import MonthFile, inside, month_file_at
from copilot_usage.snapshots.readme import README

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from copilot_usage.snapshots.branch import Branch, Tree


class TruncatedTree(Exception):
    """GitHub does not list a folder completely, not even by itself."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder


@dataclass(frozen=True, slots=True)
class BranchState:
    """A commit (empty: none yet). `exists`: whether the branch points to it; `tree`: its SHA, once somebody needed it.

    `months` and `readmes` (by path): the SHAs of the blobs; `root`: the names at the top of the branch.
    """

    commit: str = ""
    exists: bool = False
    tree: str | None = None
    months: Mapping[MonthFile, str] = field(default_factory=dict)
    readmes: Mapping[str, str] = field(default_factory=dict)
    root: frozenset[str] = frozenset()

    def after(self, commit: str, tree: str, blobs: Mapping[str, str], directory: str) -> BranchState:
        """With a commit more, which has these blobs (by path) in its tree."""
        added = _head(commit, blobs.items(), directory)
        return replace(
            added,
            tree=tree,
            months={**self.months, **added.months},
            readmes={**self.readmes, **added.readmes},
            root=self.root | added.root,
        )


def look_at(branch: Branch, commit: str, directory: str) -> BranchState:
    """One request; more where the branch holds so much that GitHub cuts the list short. Raises Cut and StoreRefused."""
    return _head(commit, _blobs(branch, commit, "", directory), directory)


def _head(commit: str, blobs: Iterable[tuple[str, str]], directory: str) -> BranchState:
    months: dict[MonthFile, str] = {}
    readmes: dict[str, str] = {}
    root: set[str] = set()
    own = inside(directory, "")
    for path, sha in blobs:
        root.add(path.partition("/")[0])
        if path in {README, own + README}:
            readmes[path] = sha
        elif path.startswith(own) and (file := month_file_at(path.removeprefix(own))) is not None:
            months[file] = sha
    return BranchState(commit, exists=True, months=months, readmes=readmes, root=frozenset(root))


def _blobs(branch: Branch, sha: str, folder: str, directory: str) -> Iterator[tuple[str, str]]:
    tree = branch.tree(sha, recursive=True)
    if tree.truncated:
        yield from _level(branch, branch.tree(sha, recursive=False), folder, directory)
    else:
        yield from ((folder + entry.path, entry.sha) for entry in tree.entries if not entry.is_tree)


def _level(branch: Branch, tree: Tree, folder: str, directory: str) -> Iterator[tuple[str, str]]:
    """The same, folder by folder, and only those on the way to the snapshots."""
    if tree.truncated:
        raise TruncatedTree(folder)
    for entry in tree.entries:
        path = folder + entry.path
        if entry.is_tree and _on_the_way(path, directory):
            yield from _blobs(branch, entry.sha, f"{path}/", directory)
        else:
            yield path, entry.sha


def _on_the_way(path: str, directory: str) -> bool:
    return not directory or f"{directory}/".startswith(f"{path}/") or path.startswith(f"{directory}/")
