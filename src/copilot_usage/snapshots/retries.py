"""How often a request is made again, and after what wait: PyGithub's rules, with an end, and a sleep handed in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from github.GithubException import RateLimitExceededExceedsMaxWait
from github.GithubRetry import GithubRetry
from urllib3.exceptions import InvalidHeader, MaxRetryError

from copilot_usage.faults import remedy_of
from copilot_usage.snapshots.bodies import body_of

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

    from copilot_usage.snapshots.patience import RetryPolicy

_logger = logging.getLogger(__name__)
# GitHub's advice for a secondary limit that names no time (docs: "Rate limits for the REST API").
_SECONDARY_WAIT = 60.0
_SERVER_FAULTS = (500, 502, 503, 504)


class BoundedRetry(GithubRetry):
    """GithubRetry that waits by `Patience`, takes 429 for what 403 with a rate limit is, and may repeat every verb.

    Every request of ours may be repeated: blobs, trees and commits are what they are however often they are made, and a
    branch that is moved to where it already stands does not move.
    """

    def __init__(self, patience: RetryPolicy, **kwargs: Any) -> None:
        self._patience = patience
        known: dict[str, Any] = {
            "total": patience.tries - 1,
            "backoff_factor": 1,
            "backoff_max": min(60.0, patience.longest_wait),
            "status_forcelist": [*_SERVER_FAULTS, 429],
            "allowed_methods": None,
            "raise_on_status": False,
            "secondary_rate_wait": _SECONDARY_WAIT,
            "max_rate_limit_wait": patience.longest_wait,
        }
        super().__init__(**(known | kwargs))

    def new(self, **kwargs: Any) -> BoundedRetry:
        return super().new(patience=self._patience, **kwargs)

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
