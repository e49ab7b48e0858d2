"""What lies on the branch at one commit, and what this run has read of it. Nothing is asked for twice."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from copilot_usage.snapshots.blobs import BlobCache, pack, read_ahead
from copilot_usage.snapshots.errors import BranchAddress, too_large
from copilot_usage.snapshots.git_api import Branch, Connection, RetryPolicy, Tree
from copilot_usage.snapshots.layout import MonthFile, inside, month_file_at
from copilot_usage.snapshots.readme import README


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


_logger = logging.getLogger(__name__)
# GitHub asks for few requests at a time (docs: "Best practices for using the REST API").
LANES = 4


class Remote:
    """The branch as it was when last looked at; every method may raise StoreRefused."""

    def __init__(self, place: BranchAddress, directory: str, policy: RetryPolicy) -> None:
        self.place = place
        self.directory = directory
        self._patience = policy
        self._shelf = BlobCache()
        self._head: BranchState | None = None
        self._former = BranchState()

    @cached_property
    def _connection(self) -> Connection:
        from copilot_usage.snapshots.git_api import Connection

        return Connection(self.place, self._patience, LANES)

    @cached_property
    def branch(self) -> Branch:
        """For writing; whoever moves it says so to `advance`."""
        from copilot_usage.snapshots.git_api import Branch

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

    def keep(self, sha: str, compact: bytes) -> None:
        """A text that this run has written may be needed again."""
        self._shelf.put(sha, compact)

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
