"""GitHub's Git Data API for one branch, through PyGithub: retries, bounded concurrency, errors in words."""

from __future__ import annotations

import base64
import logging
import random
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import count
from time import monotonic
from traceback import format_tb
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import requests
from github import Auth, Github
from github.GitCommit import GitCommit
from github.GithubException import BadAttributeException, GithubException
from github.GithubObject import NotSet
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.InputGitTreeElement import InputGitTreeElement
from github.Repository import Repository
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester
from requests import RequestException
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

import copilot_usage
from copilot_usage.errors import StoreRefused
from copilot_usage.network_errors import remedy_of, words_of
from copilot_usage.settings.values import is_on_this_machine
from copilot_usage.snapshots.blobs import PendingFile, blob_sha
from copilot_usage.snapshots.errors import BranchAddress, GitHubRefused, GitResponse, moved, refused, unreachable
from copilot_usage.timing import Deadline, in_time

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(slots=True)
class RetryPolicy:
    """`tries` of one request, `races` against other writers; no wait for GitHub is longer than `longest_wait` seconds.

    `chance` gives numbers from 0 to 1. `sleep` waits, and `result` waits for a thread's work; what they raise ends the
    load or save. `saving`: the deadline of saves, where they have their own. `timeout`: seconds without a byte.
    """

    sleep: Callable[[float], object] = time.sleep
    result: Callable[[Future[Any]], Any] = Future.result
    chance: Callable[[], float] = random.random
    tries: int = 5
    longest_wait: float = 300.0
    timeout: int = 30
    races: int = 40
    saving: Deadline | None = None

    def follow(self, deadline: Deadline) -> None:
        """From now on this deadline ends every wait."""
        self.sleep, self.result = deadline.wait, deadline.result

    def begin_saving(self) -> None:
        if self.saving is not None:
            self.follow(self.saving)

    def backoff(self, attempt: int, most: float) -> float:
        """Seconds to wait after attempt number `attempt` (from 1): up to twice as long each time, at most `most`."""
        return self.chance() * min(most, 2.0**attempt)


_CHUNK = 64 * 1024
# More than a month of snapshots, a tree or an error has, in bytes and unpacked.
_LARGEST = 64 * 1024 * 1024


class TooLarge(Exception):
    """A response without end, or a small one that unpacks to an immense one."""


def body_of(raw: HTTPResponse, elapsed: Callable[[], float] = monotonic, largest: int = _LARGEST) -> bytes:
    """A response's body, unpacked; raises TooLarge, and TimeoutError for one that drips."""
    body = bytearray()
    for part in in_time(partial(raw.read1, _CHUNK, decode_content=True), elapsed):
        body += part
        if len(body) > largest:
            raise TooLarge
    return bytes(body)


def read_in_bounds(response: requests.Response, **_: Any) -> None:
    """A hook of a session, called before it reads a body itself."""
    raw: HTTPResponse = response.raw
    try:
        body = body_of(raw)
    except (HTTPError, OSError) as error:
        raw.close()
        raise requests.ConnectionError(error) from error
    except TooLarge:
        raw.close()
        raise
    response.raw = BytesIO(body)


def _bound(session: requests.Session, host: str) -> None:
    """Limits what a session receives; a host on this machine is reached without a proxy."""
    session.hooks["response"].append(read_in_bounds)
    session.trust_env = not is_on_this_machine(f"http://{host}")


class _Http(HTTPRequestsConnectionClass):
    def __init__(self, host: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(host, *args, **kwargs)
        _bound(self.session, host)


class _Https(HTTPSRequestsConnectionClass):
    def __init__(self, host: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(host, *args, **kwargs)
        _bound(self.session, host)


Requester.injectConnectionClasses(_Http, _Https)


class TreeEntry(NamedTuple):
    """A path of a tree, relative to it, and the SHA of its blob or tree."""

    path: str
    sha: str
    is_tree: bool


# GitHub asks for few requests at a time (docs: "Best practices for using the REST API").
CONNECTIONS = 4
# After this many writes of a run GitHub asks for a second between them (same page). Reads stay below its limits: the
# workflow's own token has 1,000 requests an hour, and GitHub allows 900 reads a minute.
_WRITES_AT_ONCE = 20
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
# PyGithub fails in all these ways on a response of another shape.
_NOT_GITHUBS = (BadAttributeException, ValueError, LookupError, TypeError, AttributeError, RecursionError)
_HANDLED = (GithubException, RequestException, TooLarge, RuntimeError, AssertionError, *_NOT_GITHUBS)


class GitApi:
    """The requests of one branch. Each method is one request, and raises StoreRefused.

    Every request may be repeated, so every one is retried: blobs, trees and commits are named by their content, and a
    branch that is moved to its own commit does not move.

    Requests run in threads: a server that sends a byte a second, or a slow look-up of a name, would keep the main
    thread from deadline and signals. Threads cannot share a PyGithub, so each takes one that is idle.
    """

    def __init__(self, address: BranchAddress, policy: RetryPolicy) -> None:
        self.address = address
        self.policy = policy
        # Requests left in the hour, by GitHub's last response; None where there is no limit.
        self.remaining: int | None = None
        self._writes = 0
        self._idle: list[Github] = []
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="snapshots")

    def close(self) -> None:
        """Closes idle connections; later requests open new ones. A request that still runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="snapshots")
        idle, self._idle = self._idle, []
        for github in idle:
            github.close()

    def head(self) -> str | None:
        """The branch's commit; None if there is no such branch."""

        def read(repository: Repository) -> tuple[str, str]:
            ref = repository.get_git_ref(f"heads/{self.address.branch}").complete()
            return ref.url, _checked(ref.object.sha)

        try:
            url, sha = self._query(read)
        except GitHubRefused as error:
            if error.response.status == 404:  # a missing branch, or a missing repository, which is refused here
                self._check_address(self._query(lambda repository: str(repository.complete().raw_data["url"])))
            elif not error.response.empty_repository:
                raise
            return None
        self._check_address(url)
        return sha

    def _check_address(self, url: str) -> None:
        """PyGithub follows GitHub to where a repository moved, but without the query, and it cannot write there."""
        if f"/repos/{self.address.repository}/".lower() not in f"{url}/".lower():
            raise moved(self.address, "/".join(url.rpartition("/repos/")[2].split("/")[:2]))

    def tree(self, sha: str, *, recursive: bool) -> list[TreeEntry] | None:
        """The entries of a tree, or of a commit's; None where GitHub truncates a list that long."""

        def read(repository: Repository) -> list[TreeEntry] | None:
            tree = repository.get_git_tree(sha, recursive)
            entries = [TreeEntry(entry.path, _checked(entry.sha), entry.type == "tree") for entry in tree.tree]
            return None if tree.truncated else entries

        return self._query(read)

    def tree_of(self, commit: str) -> str:
        return self._query(lambda repository: _checked(repository.get_git_commit(commit).tree.sha))

    def begin_blob(self, sha: str) -> Future[bytes]:
        """Requests a file's content ahead, for `blob`."""
        return self._pool.submit(self._run, partial(_content, sha=sha))

    def blob(self, sha: str, begun: Future[bytes] | None = None) -> bytes:
        """A file's content. A request made ahead that failed is made again: several fail for one reason at once."""
        if begun is not None:
            with suppress(CancelledError, *_HANDLED):
                return self.policy.result(begun)  # type: ignore[no-any-return]
        return self._query(partial(_content, sha=sha))

    def write_blob(self, content: bytes) -> str:
        text = base64.b64encode(content).decode()
        return self._write(lambda repository: _checked(repository.create_git_blob(text, "base64").sha))

    def write_tree(self, files: Iterable[PendingFile], base: str | None) -> str:
        """The base with these files; without a base nothing else is in it."""
        elements = [InputGitTreeElement(file.path, "100644", "blob", **file.for_tree()) for file in files]

        def write(repository: Repository) -> str:
            base_tree = NotSet if base is None else GitTree(repository.requester, {}, {"sha": base}, completed=True)
            return _checked(repository.create_git_tree(elements, base_tree).sha)

        return self._write(write)

    def write_commit(self, message: str, tree: str, parent: str | None) -> str:
        """A commit without author and committer, so that GitHub signs it."""

        def write(repository: Repository) -> str:
            requester = repository.requester
            parents = [] if parent is None else [GitCommit(requester, {}, {"sha": parent}, completed=True)]
            written = GitTree(requester, {}, {"sha": tree}, completed=True)
            return _checked(repository.create_git_commit(message, written, parents).sha)

        return self._write(write)

    def move_to(self, commit: str, *, exists: bool) -> GitHubRefused | None:
        """Puts the branch on a commit, never by force; what GitHub said if another writer has changed the branch."""

        def write(repository: Repository) -> None:
            name = f"heads/{self.address.branch}"
            if exists:
                url = f"{repository.url}/git/refs/{quote(name)}"
                ref = GitRef(repository.requester, {}, {"url": url}, completed=True)
                ref.edit(commit, force=False)
            else:
                ref = repository.create_git_ref(f"refs/{name}", commit)
            if ref.object.sha != commit:
                raise ValueError("another commit")

        try:
            self._write(write)
        except GitHubRefused as error:
            # GitHub has just taken a commit, so what is not found is the branch.
            if error.response.lost_race or (exists and error.response.status == 404):
                return error
            raise
        return None

    def create_first_file(self, path: str, text: str, message: str) -> None:
        """Begins an empty repository, which takes no trees yet; does nothing if another writer was faster."""
        branch = self.address.branch
        try:
            self._write(lambda repository: repository.create_file(path, message, text, branch))
        except GitHubRefused as error:
            if error.response.status == 404:  # no branch but the default one can be begun like this
                note = f"Snapshots of Copilot usage are on the branch `{branch}`.\n"
                self._write(lambda repository: repository.create_file(path, message, note))
            elif not error.response.lost_race and error.response.status != 422:
                raise

    def _write(self, call: Callable[[Repository], _T]) -> _T:
        self._writes += 1
        if self._writes > _WRITES_AT_ONCE:
            self.policy.sleep(1)
        return self._query(call, writing=True)

    def _query(self, call: Callable[[Repository], _T], *, writing: bool = False) -> _T:
        """What `call` returns. The only retries: those of PyGithub and urllib3 end before a body is read."""
        for attempt in count(1):
            try:
                result: _T = self.policy.result(self._pool.submit(self._run, call))
            except _HANDLED as error:
                refusal, wait = self._judge(error, attempt, writing=writing)
            else:
                return result
            if wait is None or wait > self.policy.longest_wait or attempt >= self.policy.tries:
                break
            _logger.info("snapshots: %s; asking again in %.0f s", refusal.cause.removesuffix("."), wait)
            self.policy.sleep(wait)
        raise refusal  # without its cause, whose words may hold the token

    def _run(self, call: Callable[[Repository], _T]) -> _T:
        try:
            github = self._idle.pop()
        except IndexError:
            github = _connected(self.address, self.policy.timeout)
        try:
            return call(github.get_repo(self.address.repository))
        finally:
            remaining, limit = github.requester.rate_limiting
            self.remaining = remaining if limit >= 0 else None
            self._idle.append(github)

    def _judge(self, error: BaseException, attempt: int, *, writing: bool) -> tuple[StoreRefused, float | None]:
        """The error in words, and the seconds until it is worth a retry; None: a retry cannot help."""
        backoff = self.policy.backoff(attempt, most=60)
        match error:
            case GithubException():
                response = _response(error, self.address.token, writing=writing)
                return refused(self.address, response), response.retry_after(time.time(), backoff)
            case TooLarge():
                return unreachable(self.address, "the response was larger than any of GitHub's"), None
            case RequestException():
                remedy = remedy_of(error)
                lasting = remedy is not None or isinstance(error, ValueError)  # such as a token with a line feed
                return unreachable(self.address, words_of(error), remedy), None if lasting else backoff
            case _ if not isinstance(error, _NOT_GITHUBS):
                return unreachable(self.address, "it redirects to another host"), None
        # A defect of this program would look alike. The error's words may quote a header, and so the token.
        _logger.debug("snapshots: %s at\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
        return unreachable(self.address, "the response is not one of GitHub's API"), backoff


def _connected(address: BranchAddress, timeout: int) -> Github:
    return Github(
        auth=Auth.Token(address.token) if address.token else None,
        base_url=address.api_url.rstrip("/"),
        timeout=timeout,
        user_agent=f"copilot-usage-report/{copilot_usage.__version__}",
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )


def _response(error: GithubException, token: str, *, writing: bool) -> GitResponse:
    """What GitHub said, without the token, should a server or a proxy repeat it."""
    said = error.data.get("message") if isinstance(error.data, dict) else None
    message = str(said or error.message or "")
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    return GitResponse(error.status, message.replace(token, "***") if token else message, headers, writing)


def _checked(sha: object) -> str:
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise ValueError("no SHA")
    return sha


def _content(repository: Repository, sha: str) -> bytes:
    blob = repository.get_git_blob(sha)
    content = base64.b64decode(blob.content) if blob.encoding == "base64" else blob.content.encode()
    if len(sha) == 40 and blob_sha(content) != sha:
        raise ValueError("another content")
    return content
