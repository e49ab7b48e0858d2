"""Asks GitHub about one repository through PyGithub, a few questions at a time; faults and refusals in words."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, LifoQueue
from traceback import format_tb
from typing import TYPE_CHECKING, Any, TypeVar

from github import Auth, Github
from github.GithubException import BadAttributeException, GithubException
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, Requester
from requests import RequestException
from urllib3.exceptions import MaxRetryError

import copilot_usage
from copilot_usage.faults import remedy_of, words_of
from copilot_usage.settings.values import is_on_this_machine
from copilot_usage.snapshots.answers import GitResponse
from copilot_usage.snapshots.bodies import TooLarge, read_in_bounds
from copilot_usage.snapshots.refusals import refused, unreachable
from copilot_usage.snapshots.retries import BoundedRetry

if TYPE_CHECKING:
    from collections.abc import Callable

    from github.Repository import Repository

    from copilot_usage.snapshots.answers import BranchAddress
    from copilot_usage.snapshots.patience import RetryPolicy

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")
# Past so many writes in a row GitHub asks for a second between them (docs: "Best practices for using the REST API").
# Reads are few enough: the workflow's own token has 1,000 requests an hour, and GitHub's limit is 900 reads a minute.
_WRITES_AT_ONCE = 20
_NOT_AN_ANSWER = (BadAttributeException, ValueError, LookupError, TypeError, AttributeError)


class Connection:
    """May be used by several threads: each lane is a PyGithub of its own, because threads cannot share one."""

    def __init__(self, place: BranchAddress, patience: RetryPolicy, lanes: int) -> None:
        self._place = place
        self._patience = patience
        self._writes = 0
        self._count = lanes
        self._pool = ThreadPoolExecutor(lanes, thread_name_prefix="snapshots")
        self._lanes: LifoQueue[Github] = LifoQueue()
        for _ in range(lanes):
            self._lanes.put(_lane(place, patience))
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
        return self.ask(call, writing=True)

    def ask(self, call: Callable[[Repository], _T], *, writing: bool = False) -> _T:
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


def _lane(place: BranchAddress, patience: RetryPolicy) -> Github:
    return Github(
        auth=Auth.Token(place.token) if place.token else None,
        base_url=place.api_url.rstrip("/"),
        timeout=patience.timeout,
        user_agent=f"copilot-usage-report/{copilot_usage.__version__}",
        retry=BoundedRetry(patience),
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
