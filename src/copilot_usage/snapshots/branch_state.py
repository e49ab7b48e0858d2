"""What a branch holds at one commit, and what this run has read of it. Nothing is requested twice."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from copilot_usage.snapshots.blobs import BlobCache, PendingFile
from copilot_usage.snapshots.errors import too_large
from copilot_usage.snapshots.git_api import CONNECTIONS, GitApi
from copilot_usage.snapshots.layout import MonthFile, inside, month_file_at
from copilot_usage.snapshots.readme import README

_logger = logging.getLogger(__name__)
# Blobs that are requested ahead of the one that is read.
_AHEAD = 2 * CONNECTIONS


@dataclass(frozen=True, slots=True)
class BranchState:
    """A commit (empty: none yet). `exists`: whether the branch points to it; `tree`: its SHA, once it was needed.

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
        added = _state(commit, blobs.items(), directory)
        return replace(
            added,
            tree=tree,
            months={**self.months, **added.months},
            readmes={**self.readmes, **added.readmes},
            root=self.root | added.root,
        )


def _state(commit: str, blobs: Iterable[tuple[str, str]], directory: str) -> BranchState:
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


class Branch:
    """The branch as it was when last looked at; methods raise StoreRefused."""

    def __init__(self, api: GitApi, directory: str) -> None:
        self.api = api
        self.directory = directory
        self._cache = BlobCache()
        self._state: BranchState | None = None
        self._former = BranchState()

    def look(self) -> BranchState:
        """The branch's state; requested once, and again after `forget`."""
        if self._state is None:
            self._state = self._read()
        return self._state

    def advance(self, state: BranchState, files: Iterable[PendingFile]) -> None:
        """This run has moved the branch; what it wrote may be needed again."""
        self._state = state
        for file in files:
            self._cache.put(file.sha, file.text)

    def forget(self) -> None:
        """Another writer has moved the branch."""
        self._former, self._state = self._state or self._former, None

    def _read(self) -> BranchState:
        former, commit, address = self._former, self.api.head(), self.api.address
        name = f"The branch {address.branch} of {address.repository}"
        if commit is None and former.commit:
            _logger.warning("%s was deleted while this run was writing; it is made again, with what it held", name)
            return replace(former, exists=False)
        if commit is None or commit == former.commit:
            return replace(former, exists=commit is not None)
        state = _state(commit, self._blobs(commit, ""), self.directory)
        if gone := len(former.months.keys() - state.months.keys()):
            months = "1 month that it held is" if gone == 1 else f"{gone} months that it held are"
            _logger.warning("%s was replaced while this run was writing: %s gone", name, months)
        return state

    def _blobs(self, sha: str, folder: str) -> Iterator[tuple[str, str]]:
        """Path and SHA of each file: one request; folder by folder where GitHub truncates the list."""
        entries = self.api.tree(sha, recursive=True)
        if entries is not None:
            yield from ((folder + entry.path, entry.sha) for entry in entries if not entry.is_tree)
            return
        entries = self.api.tree(sha, recursive=False)
        if entries is None:
            raise too_large(self.api.address, folder)
        own = inside(self.directory, "")
        for entry in entries:
            path = folder + entry.path
            # Only folders on the way to the snapshots, and below, are listed.
            if entry.is_tree and (own.startswith(f"{path}/") or f"{path}/".startswith(own)):
                yield from self._blobs(entry.sha, f"{path}/")
            else:
                yield path, entry.sha

    def has_read(self, sha: str) -> bool:
        return sha in self._cache

    def text(self, sha: str, begun: Future[bytes] | None = None) -> bytes:
        """A file's content, by its SHA; `begun`: the request for it that was made ahead."""
        text = self._cache.get(sha)
        if text is None:
            text = self.api.blob(sha, begun)
            self._cache.put(sha, text)
        return text

    def texts(self, state: BranchState, files: Sequence[MonthFile]) -> Generator[tuple[MonthFile, bytes]]:
        """Each file with its content, in this order; empty for a file that does not exist yet."""

        def begin(file: MonthFile) -> Future[bytes] | None:
            sha = state.months.get(file)
            return None if sha is None or sha in self._cache else self.api.begin_blob(sha)

        begun = deque(map(begin, files[:_AHEAD]))
        try:
            for number, file in enumerate(files, start=_AHEAD):
                sha, request = state.months.get(file), begun.popleft()
                begun.extend(map(begin, files[number : number + 1]))
                yield file, b"" if sha is None else self.text(sha, request)
        finally:
            for request in filter(None, begun):
                request.cancel()
