"""One branch through GitHub's Git Data API. PyGithub is imported here, in `connection` and in `retries` alone."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from github.GitCommit import GitCommit
from github.GithubObject import NotSet
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.InputGitTreeElement import InputGitTreeElement

from copilot_usage.snapshots.drafts import blob_sha
from copilot_usage.snapshots.refusals import GitHubRefused, moved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from github.Repository import Repository

    from copilot_usage.snapshots.answers import BranchAddress
    from copilot_usage.snapshots.connection import Connection

_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What a tree says of a path."""

    path: str
    sha: str
    is_tree: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as GitHub lists it; `truncated`: not all of it."""

    entries: tuple[TreeEntry, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the next commit: the blob that GitHub has already, or content that it has not."""

    path: str
    sha: str | None = None
    content: str | None = None


class Branch:
    """Every method is one request, raises StoreRefused, and may be called again."""

    def __init__(self, place: BranchAddress, connection: Connection) -> None:
        self._place = place
        self._github = connection

    def head(self) -> str | None:
        """The branch's commit; None if there is no such branch."""
        try:
            url, sha = self._github.ask(self._read_head)
        except GitHubRefused as error:
            if error.answer.status == 404:
                self._find_repository()
                return None
            if error.answer.empty_repository:
                return None
            raise
        self._check_place(url)
        return sha

    def _read_head(self, repository: Repository) -> tuple[str, str]:
        ref = repository.get_git_ref(f"heads/{self._place.branch}").complete()
        return ref.url, _checked(ref.object.sha)

    def _find_repository(self) -> None:
        """Tells a missing branch from a missing repository."""
        self._check_place(self._github.ask(lambda repository: str(repository.complete().raw_data["url"])))

    def _check_place(self, url: str) -> None:
        """PyGithub follows GitHub to where a repository moved, but without the query, and it cannot write there."""
        if f"/repos/{self._place.repository}/".lower() not in f"{url}/".lower():
            raise moved(self._place, "/".join(url.rpartition("/repos/")[2].split("/")[:2]))

    def tree(self, sha: str, *, recursive: bool) -> Tree:
        """What lies in a tree, or in a commit's."""
        return self._github.ask(lambda repository: _listed(repository.get_git_tree(sha, recursive)))

    def tree_of(self, commit: str) -> str:
        return self._github.ask(lambda repository: _checked(repository.get_git_commit(commit).tree.sha))

    def blob(self, sha: str) -> bytes:
        """A file's content."""
        return self._github.ask(lambda repository: _content(repository, sha))

    def write_blob(self, content: bytes) -> str:
        text = base64.b64encode(content).decode()
        return self._github.write(lambda repository: _checked(repository.create_git_blob(text, "base64").sha))

    def write_tree(self, changes: Iterable[FileChange], base: str | None) -> str:
        """The base with these changes; without a base nothing else is in it."""
        elements = [_element(change) for change in changes]

        def write(repository: Repository) -> str:
            base_tree = NotSet if base is None else GitTree(repository.requester, {}, {"sha": base}, completed=True)
            return _checked(repository.create_git_tree(elements, base_tree).sha)

        return self._github.write(write)

    def write_commit(self, message: str, tree: str, parent: str | None) -> str:
        """A commit without author and committer, so that GitHub signs it."""

        def write(repository: Repository) -> str:
            requester = repository.requester
            parents = [] if parent is None else [GitCommit(requester, {}, {"sha": parent}, completed=True)]
            written = GitTree(requester, {}, {"sha": tree}, completed=True)
            return _checked(repository.create_git_commit(message, written, parents).sha)

        return self._github.write(write)

    def move_to(self, commit: str, *, exists: bool) -> GitHubRefused | None:
        """Puts the branch on a commit, never by force; what GitHub said if it is not any more what it was."""

        def write(repository: Repository) -> None:
            name = f"heads/{self._place.branch}"
            if exists:
                url = f"{repository.url}/git/refs/{quote(name)}"
                ref = GitRef(repository.requester, {}, {"url": url}, completed=True)
                ref.edit(commit, force=False)
            else:
                ref = repository.create_git_ref(f"refs/{name}", commit)
            if ref.object.sha != commit:
                raise ValueError("another commit")

        try:
            self._github.write(write)
        except GitHubRefused as error:
            # GitHub has just taken a commit, so what is not found is the branch.
            if error.answer.lost_race or (exists and error.answer.status == 404):
                return error
            raise
        return None

    def begin(self, path: str, text: str, message: str) -> None:
        """The first file of an empty repository, where there can be no trees yet; nothing if another was faster."""
        branch = self._place.branch
        try:
            self._github.write(lambda repository: repository.create_file(path, message, text, branch))
        except GitHubRefused as error:
            if error.answer.status == 404:  # no branch but the default one can be begun like this
                note = f"Snapshots of Copilot usage lie on the branch `{branch}`.\n"
                self._github.write(lambda repository: repository.create_file(path, message, note))
            elif not error.answer.lost_race and error.answer.status != 422:
                raise


def _checked(sha: object) -> str:
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise ValueError("no SHA")
    return sha


def _listed(tree: GitTree) -> Tree:
    entries = tuple(TreeEntry(entry.path, _checked(entry.sha), entry.type == "tree") for entry in tree.tree)
    return Tree(entries, bool(tree.truncated))


def _content(repository: Repository, sha: str) -> bytes:
    blob = repository.get_git_blob(sha)
    content = base64.b64decode(blob.content) if blob.encoding == "base64" else blob.content.encode()
    if len(sha) == 40 and blob_sha(content) != sha:
        raise ValueError("another content")
    return content


def _element(change: FileChange) -> InputGitTreeElement:
    known: dict[str, Any] = {"sha": change.sha} if change.content is None else {"content": change.content}
    return InputGitTreeElement(change.path, "100644", "blob", **known)
