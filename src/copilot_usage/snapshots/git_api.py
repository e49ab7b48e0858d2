"""GitHub's Git Data API for one branch, through PyGithub: retries, bounded concurrency, errors in words."""

from __future__ import annotations

import base64
import logging
import random
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from queue import Empty, LifoQueue
from time import monotonic
from traceback import format_tb
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import requests
from github import Auth, Github
from github.GitCommit import GitCommit
from github.GithubException import BadAttributeException, GithubException, RateLimitExceededExceedsMaxWait
from github.GithubObject import NotSet
from github.GithubRetry import GithubRetry
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.InputGitTreeElement import InputGitTreeElement
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester
from requests import RequestException
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError

import copilot_usage
from copilot_usage.network_errors import remedy_of, words_of
from copilot_usage.settings.values import is_on_this_machine
from copilot_usage.snapshots.blobs import blob_sha
from copilot_usage.snapshots.errors import BranchAddress, GitHubRefused, GitResponse, moved, refused, unreachable
from copilot_usage.timing import Deadline, in_time

if TYPE_CHECKING:
    from github.Repository import Repository
    from urllib3.response import HTTPResponse


def _result(future: Future[Any]) -> Any:
    return future.result()


@dataclass(slots=True)
class RetryPolicy:
    """`tries` of one request, `races` against other writers; no wait for GitHub is longer than `longest_wait` seconds.

    `chance` gives numbers from 0 to 1. `sleep` waits, and `result` waits for a thread that asks; what they raise ends
    the load or save. `saving`: the deadline of saves, where they have one of their own.
    """

    sleep: Callable[[float], object] = time.sleep
    result: Callable[[Future[Any]], Any] = _result
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

    def back_off(self, attempt: int, most: float) -> None:
        """Waits after attempt number `attempt` (from 0): up to twice as long each time, never longer than `most`."""
        self.sleep(self.chance() * min(most, 2.0**attempt))


_logger = logging.getLogger(__name__)
# GitHub's advice for a secondary limit that names no time (docs: "Rate limits for the REST API").
_SECONDARY_WAIT = 60.0
_SERVER_FAULTS = (500, 502, 503, 504)


class BoundedRetry(GithubRetry):
    """GithubRetry that waits by `Patience`, takes 429 for what 403 with a rate limit is, and may repeat every verb.

    Every request of ours may be repeated: blobs, trees and commits are what they are however often they are made, and a
    branch that is moved to where it already stands does not move.
    """

    def __init__(self, policy: RetryPolicy, **kwargs: Any) -> None:
        self._patience = policy
        known: dict[str, Any] = {
            "total": policy.tries - 1,
            "backoff_factor": 1,
            "backoff_max": min(60.0, policy.longest_wait),
            "status_forcelist": [*_SERVER_FAULTS, 429],
            "allowed_methods": None,
            "raise_on_status": False,
            "secondary_rate_wait": _SECONDARY_WAIT,
            "max_rate_limit_wait": policy.longest_wait,
        }
        super().__init__(**(known | kwargs))

    def new(self, **kwargs: Any) -> BoundedRetry:
        return super().new(policy=self._patience, **kwargs)

    def increment(  # type: ignore[override]
        self,
        method: str | None = None,
        url: str | None = None,
        response: HTTPResponse | None = None,
        *others: Any,
        **kwargs: Any,
    ) -> Any:
        """Refuses waits that are too long, which GithubRetry or urllib3 would take; says at the end what it was."""
        error = kwargs.get("error")
        if error is not None and remedy_of(error):
            raise MaxRetryError(kwargs["_pool"], url or "", error)
        limited = response is not None and response.status in {403, 429}
        if response is not None and (_asked(response) or 0) > self._patience.longest_wait:
            raise _exhausted(response)
        try:
            again = super().increment(method, url, response, *others, **kwargs)
        except MaxRetryError as error:
            if response is not None and limited:
                raise _exhausted(response) from error
            raise
        if response is not None and response.status == 429:
            again.get_backoff_time = lambda: _SECONDARY_WAIT  # type: ignore[method-assign]
        return again

    @staticmethod
    def get_content(resp: HTTPResponse, url: str) -> bytes:  # noqa: ARG004 - GithubRetry's
        """What a refusal says, by which GithubRetry tells a rate limit."""
        return body_of(resp)

    def sleep(self, response: Any = None) -> None:
        """Waits before the next try, and says so."""
        asked = None if response is None else _asked(response)
        wait = self.get_backoff_time() if asked is None else asked
        last = self.history[-1]
        why = f"GitHub answered {last.status}" if last.status else "no answer"
        _logger.info("snapshots: %s to %s; asking again in %.0f s", why, last.method, wait)
        self._patience.sleep(wait)


def _asked(response: HTTPResponse) -> float | None:
    """The seconds that GitHub asks for, if it does."""
    try:
        return GithubRetry().get_retry_after(response)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def _exhausted(response: HTTPResponse) -> RateLimitExceededExceedsMaxWait:
    response.drain_conn()
    headers = dict(response.headers)
    return RateLimitExceededExceedsMaxWait(response.status, {"message": "rate limit"}, headers, wait=_asked(response))


_CHUNK = 64 * 1024
# More than a month of snapshots, a tree or an error has, in bytes and unpacked.
_LARGEST = 64 * 1024 * 1024


class TooLarge(Exception):
    """An answer without end, or a small one that unpacks to an immense one."""


def body_of(raw: HTTPResponse, elapsed: Callable[[], float] = monotonic, largest: int = _LARGEST) -> bytes:
    """An answer's body, unpacked; raises TooLarge, and TimeoutError for one that drips."""
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


_T = TypeVar("_T")
# Past so many writes in a row GitHub asks for a second between them (docs: "Best practices for using the REST API").
# Reads are few enough: the workflow's own token has 1,000 requests an hour, and GitHub's limit is 900 reads a minute.
_WRITES_AT_ONCE = 20
_NOT_AN_ANSWER = (BadAttributeException, ValueError, LookupError, TypeError, AttributeError)


class Connection:
    """May be used by several threads: each lane is a PyGithub of its own, because threads cannot share one."""

    def __init__(self, place: BranchAddress, policy: RetryPolicy, lanes: int) -> None:
        self._place = place
        self._patience = policy
        self._writes = 0
        self._count = lanes
        self._pool = ThreadPoolExecutor(lanes, thread_name_prefix="snapshots")
        self._lanes: LifoQueue[Github] = LifoQueue()
        for _ in range(lanes):
            self._lanes.put(_lane(place, policy))
        self.remaining: int | None = None

    def close(self) -> None:
        """Closes what is open; the next question opens it again."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="snapshots")
        for lane in self._idle():
            lane.close()
            self._lanes.put(lane)

    def _idle(self) -> list[Github]:
        """All lanes but those that still wait for an answer, which is not waited for any more."""
        lanes: list[Github] = []
        with suppress(Empty):
            while True:
                lanes.append(self._lanes.get_nowait())
        return lanes

    def write(self, call: Callable[[Repository], _T]) -> _T:
        """Like `ask`, for what changes something."""
        self._writes += 1
        if self._writes > _WRITES_AT_ONCE:
            self._patience.sleep(1)
        return self.query(call, writing=True)

    def query(self, call: Callable[[Repository], _T], *, writing: bool = False) -> _T:
        """What `call` gets; raises StoreRefused. Every call may be made again.

        PyGithub's retries end where a status is read: an answer that breaks off, or is none, is asked for again here.
        """
        why = ""
        for attempt in range(self._patience.tries):
            if attempt:
                _logger.info("snapshots: %s; asking again", why)
                self._patience.back_off(attempt, most=60)
            try:
                return self._call(call)
            except GithubException as error:
                raise refused(self._place, _answer(error, self._place.token, writing=writing)) from error
            except TooLarge as error:
                raise unreachable(self._place, "the answer was larger than any of GitHub's") from error
            except RequestException as error:
                why = words_of(error)
                if remedy := remedy_of(error):
                    raise unreachable(self._place, why, remedy) from error
                if _repeated(error):
                    break
            except (RuntimeError, AssertionError) as error:
                raise unreachable(self._place, "it redirects to another host") from error
            except _NOT_AN_ANSWER as error:
                # PyGithub stumbles over answers of another shape in all these ways; a mistake of ours would look alike.
                # Only its kind and place are told: its words may quote a header, and so the token.
                _logger.debug("snapshots: %s at\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)))
                why = "what came is no answer of GitHub's API"
        raise unreachable(self._place, why)

    def _call(self, call: Callable[[Repository], _T]) -> _T:
        """Asks in a thread: a server that drips, or a name that is looked up, would be deaf to deadline and signals."""
        result: _T = self._patience.result(self._pool.submit(self._in_lane, call))
        return result

    def _in_lane(self, call: Callable[[Repository], _T]) -> _T:
        lane = self._lanes.get()
        try:
            return call(lane.get_repo(self._place.repository))
        finally:
            remaining, limit = lane.requester.rate_limiting
            self.remaining = remaining if limit >= 0 else None
            self._lanes.put(lane)


class _Http(HTTPRequestsConnectionClass):
    """PyGithub's connection; what it receives has bounds, and what stays on this machine goes through no proxy."""

    def __init__(self, host: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(host, *args, **kwargs)
        self.session.trust_env = not is_on_this_machine(f"http://{host}")
        self.session.hooks["response"].append(read_in_bounds)


class _Https(HTTPSRequestsConnectionClass):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session.hooks["response"].append(read_in_bounds)


Requester.injectConnectionClasses(_Http, _Https)


def _lane(place: BranchAddress, policy: RetryPolicy) -> Github:
    return Github(
        auth=Auth.Token(place.token) if place.token else None,
        base_url=place.api_url.rstrip("/"),
        timeout=policy.timeout,
        user_agent=f"copilot-usage-report/{copilot_usage.__version__}",
        retry=BoundedRetry(policy),
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )


def _answer(error: GithubException, token: str, *, writing: bool) -> GitResponse:
    """What GitHub said, without the token, should a server or a proxy repeat it."""
    said = error.data.get("message") if isinstance(error.data, dict) else None
    message = str(said or error.message or "")
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    return GitResponse(error.status, message.replace(token, "***") if token else message, headers, writing)


def _repeated(error: RequestException) -> bool:
    """Whether PyGithub has tried it as often as it may, or trying again cannot help (a token with a line feed)."""
    return isinstance(error, ValueError) or any(isinstance(cause, MaxRetryError) for cause in error.args)


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
            url, sha = self._github.query(self._read_head)
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
        self._check_place(self._github.query(lambda repository: str(repository.complete().raw_data["url"])))

    def _check_place(self, url: str) -> None:
        """PyGithub follows GitHub to where a repository moved, but without the query, and it cannot write there."""
        if f"/repos/{self._place.repository}/".lower() not in f"{url}/".lower():
            raise moved(self._place, "/".join(url.rpartition("/repos/")[2].split("/")[:2]))

    def tree(self, sha: str, *, recursive: bool) -> Tree:
        """What lies in a tree, or in a commit's."""
        return self._github.query(lambda repository: _listed(repository.get_git_tree(sha, recursive)))

    def tree_of(self, commit: str) -> str:
        return self._github.query(lambda repository: _checked(repository.get_git_commit(commit).tree.sha))

    def blob(self, sha: str) -> bytes:
        """A file's content."""
        return self._github.query(lambda repository: _content(repository, sha))

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
